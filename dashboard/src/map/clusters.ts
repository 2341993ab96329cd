// Stops that would hide each other are drawn as one, with their number.
import type { TaskPoint } from "./features";
import type { Flat, Pixel } from "./flat";

/** Side of the squares that stops are gathered by, in pixels of a whole zoom level. */
const CELL_PX = 30;
/** So many in one square hide each other. */
const CLUSTER_MIN = 4;
/** From here on every stop is drawn, however close: somebody is looking at one street. */
const APART_ZOOM = 16;

export interface TaskDot extends TaskPoint {
  at: Pixel;
}

export interface Cluster {
  at: Pixel;
  points: readonly TaskPoint[];
  late: number;
}

/**
 * The stops in sight, alone or gathered. The squares hang on the world and not on the window, so
 * that nothing changes while the map is moved.
 */
export function gather(points: readonly TaskPoint[], flat: Flat, margin: number) {
  const dots: TaskDot[] = [];
  const clusters: Cluster[] = [];
  const cell = CELL_PX / (512 * 2 ** Math.floor(flat.zoom));
  const cells = new Map<string, TaskDot[]>();
  for (const point of points) {
    const dot = { ...point, at: flat.pixel(point.spot) };
    if (!flat.sees(dot.at, margin)) continue;
    if (flat.zoom >= APART_ZOOM) {
      dots.push(dot);
      continue;
    }
    const [x, y] = point.spot;
    const key = `${Math.floor(x / cell)} ${Math.floor(y / cell)}`;
    const found = cells.get(key);
    if (found) found.push(dot);
    else cells.set(key, [dot]);
  }
  for (const inside of cells.values()) {
    if (inside.length < CLUSTER_MIN) dots.push(...inside);
    else clusters.push(together(inside));
  }
  return { dots, clusters };
}

function together(dots: readonly TaskDot[]): Cluster {
  const mean = (axis: 0 | 1) => dots.reduce((sum, { at }) => sum + at[axis], 0) / dots.length;
  return { at: [mean(0), mean(1)], points: dots, late: dots.filter(({ late }) => late).length };
}
