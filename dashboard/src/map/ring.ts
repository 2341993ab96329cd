// The outline of a zone: longitude and latitude, closed.
export type Ring = [longitude: number, latitude: number][];

/** A drawn zone has at most this many corners; the server takes more. */
const CORNERS_MAX = 400;

/** A closed ring of so many corners at most, in degrees to six places. */
export function ringOf(points: readonly (readonly [number, number])[]): Ring {
  const every = Math.max(1, Math.ceil(points.length / CORNERS_MAX));
  const round = (degrees: number) => Math.round(degrees * 1e6) / 1e6;
  const ring = points.filter((_, index) => index % every === 0)
    .map(([lng, lat]): [number, number] => [round(lng), round(lat)]);
  const [first] = ring;
  return first ? [...ring, first] : [];
}

/** Corners as longitude and latitude with commas between; closed if it is not; null when they are none. */
export function readRing(text: string): Ring | null {
  const corners = text.split(",").map((corner) => corner.trim().split(/\s+/).map(Number));
  const ring = corners.filter((corner): corner is [number, number] =>
    corner.length === 2 && corner.every(Number.isFinite));
  const [first, last] = [ring[0], ring[ring.length - 1]];
  if (!first || !last || ring.length < 3 || ring.length < corners.length) return null;
  return first[0] === last[0] && first[1] === last[1] ? ring : [...ring, first];
}
