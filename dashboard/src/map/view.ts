import type { Map as MapLibre } from "maplibre-gl";
import type { View } from "./grid";

/** What is in sight, for the grid. */
export function viewOf(map: MapLibre): View {
  const bounds = map.getBounds();
  const latitude = (map.getCenter().lat * Math.PI) / 180;
  return {
    west: bounds.getWest(),
    south: bounds.getSouth(),
    east: bounds.getEast(),
    north: bounds.getNorth(),
    metresPerPixel: (40_075_017 * Math.cos(latitude)) / (512 * 2 ** map.getZoom()),
  };
}
