// Where things are on the canvases above the map: the map is never turned nor tilted, so a place is
// two multiplications away from its pixel, and thousands cost nothing.
import type { Map as MapLibre } from "maplibre-gl";
import type { Place } from "../api/types";

/** Web Mercator: the whole world is one square, from its north-west corner. */
export type Spot = readonly [x: number, y: number];
export type Pixel = [x: number, y: number];

/** Pixels of the world at zoom 0, as MapLibre has it. */
const WORLD_PX = 512;

export function spotOf({ longitude, latitude }: Place): Spot {
  const lat = (latitude * Math.PI) / 180;
  return [
    (180 + longitude) / 360,
    (1 - Math.log(Math.tan(Math.PI / 4 + lat / 2)) / Math.PI) / 2,
  ];
}

/** The map's view at one moment. */
export class Flat {
  readonly width: number;
  readonly height: number;
  readonly zoom: number;
  private readonly world: number;
  private readonly left: number;
  private readonly top: number;

  constructor(map: MapLibre) {
    const { clientWidth, clientHeight } = map.getCanvas();
    const { lng, lat } = map.getCenter();
    this.width = clientWidth;
    this.height = clientHeight;
    this.zoom = map.getZoom();
    this.world = WORLD_PX * 2 ** this.zoom;
    const [x, y] = spotOf({ longitude: lng, latitude: lat });
    this.left = x * this.world - clientWidth / 2;
    this.top = y * this.world - clientHeight / 2;
  }

  pixel([x, y]: Spot): Pixel {
    return [x * this.world - this.left, y * this.world - this.top];
  }

  /** Whether a pixel is in sight, or at most so far outside. */
  sees([x, y]: Pixel, margin: number): boolean {
    return x >= -margin && y >= -margin && x <= this.width + margin && y <= this.height + margin;
  }
}
