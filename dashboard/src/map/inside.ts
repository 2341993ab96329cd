// Whether something lies inside a line, drawn by hand or kept as a zone.
type Point = readonly [number, number];

/** Whether a point lies inside a closed line: the number of its edges to the right is odd. */
export function inside(line: readonly Point[], x: number, y: number): boolean {
  let odd = false;
  let [x1, y1] = line[line.length - 1] ?? [0, 0];
  for (const [x2, y2] of line) {
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) odd = !odd;
    [x1, y1] = [x2, y2];
  }
  return odd;
}
