// The grid behind the board: squares of a round number of metres, so that distances can be read.

const STEPS_M = [50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000];
const CELL_MIN_PX = 70;
const METRES_PER_DEGREE = 111_195;
const LINES_MAX = 200;

export interface View {
  west: number;
  south: number;
  east: number;
  north: number;
  metresPerPixel: number;
}

export function gridStep({ metresPerPixel }: View): number {
  const wanted = CELL_MIN_PX * metresPerPixel;
  return STEPS_M.find((step) => step >= wanted) ?? 100_000;
}

/** Lines through the view and a margin around it; every fifth one is stronger. */
export function gridLines(view: View, origin: { latitude: number; longitude: number }) {
  const step = gridStep(view);
  const dLat = step / METRES_PER_DEGREE;
  const dLng = dLat / Math.cos((origin.latitude * Math.PI) / 180);
  const marginLat = (view.north - view.south) / 2;
  const marginLng = (view.east - view.west) / 2;
  const [south, north] = [view.south - marginLat, view.north + marginLat];
  const [west, east] = [view.west - marginLng, view.east + marginLng];
  const features: GeoJSON.Feature[] = [];
  const line = (index: number, coordinates: [number, number][]) => {
    if (features.length < LINES_MAX) {
      const geometry = { type: "LineString" as const, coordinates };
      features.push({ type: "Feature", properties: { strong: index % 5 === 0 }, geometry });
    }
  };
  for (let i = Math.ceil((south - origin.latitude) / dLat); ; i += 1) {
    const latitude = origin.latitude + i * dLat;
    if (latitude > north || features.length >= LINES_MAX) break;
    line(i, [[west, latitude], [east, latitude]]);
  }
  for (let i = Math.ceil((west - origin.longitude) / dLng); ; i += 1) {
    const longitude = origin.longitude + i * dLng;
    if (longitude > east || features.length >= LINES_MAX) break;
    line(i, [[longitude, south], [longitude, north]]);
  }
  return { type: "FeatureCollection" as const, features };
}
