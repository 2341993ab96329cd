// A line drawn around something: with Shift held, around stops; or around a zone.
import type { Map as MapLibre } from "maplibre-gl";

type Point = [number, number];

/** A shorter line is a click with an unsteady hand. */
const DRAWN_PX = 12;
/** The click that ends a drag comes right after it. */
const CLICK_MS = 50;
/** A new corner at least this far from the last one. */
const CORNER_PX = 4;

export class Lasso {
  private line: Point[] | null = null;
  private endedAt = -Infinity;
  private readonly off: () => void;

  /** `begins` says whether a press of the pointer begins a line; any other moves the map. */
  constructor(
    private readonly map: MapLibre,
    private readonly onDraw: (line: readonly Point[]) => void,
    private readonly onCaught: (line: readonly Point[]) => void,
    private readonly begins: (event: PointerEvent) => boolean = ({ shiftKey }) => shiftKey,
  ) {
    const box = map.getCanvasContainer();
    const down = (event: PointerEvent) => this.begin(event);
    const move = (event: PointerEvent) => this.draw(event);
    const up = () => this.end();
    box.addEventListener("pointerdown", down, { capture: true });
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
    window.addEventListener("pointercancel", up);
    this.off = () => {
      box.removeEventListener("pointerdown", down, { capture: true });
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", up);
      window.removeEventListener("pointercancel", up);
    };
  }

  /** True for the click that comes with the end of a line. */
  justDrawn(): boolean {
    return performance.now() - this.endedAt < CLICK_MS;
  }

  remove(): void {
    this.off();
  }

  private at({ clientX, clientY }: PointerEvent): Point {
    const { left, top } = this.map.getContainer().getBoundingClientRect();
    return [clientX - left, clientY - top];
  }

  private begin(event: PointerEvent): void {
    if (!this.begins(event) || event.button !== 0) return;
    this.line = [this.at(event)];
    this.map.dragPan.disable();
  }

  private draw(event: PointerEvent): void {
    if (!this.line) return;
    const [x, y] = this.at(event);
    const last = this.line[this.line.length - 1];
    if (last && Math.hypot(x - last[0], y - last[1]) < CORNER_PX) return;
    this.line.push([x, y]);
    this.onDraw(this.line);
  }

  private end(): void {
    const { line } = this;
    if (!line) return;
    this.line = null;
    this.map.dragPan.enable();
    this.onDraw([]);
    const xs = line.map(([x]) => x);
    const ys = line.map(([, y]) => y);
    const size = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
    if (size < DRAWN_PX) return;
    this.endedAt = performance.now();
    this.onCaught(line);
  }
}
