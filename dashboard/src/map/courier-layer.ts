// Couriers, on a canvas of their own above the map: they move all the time, and drawing them must
// not cost drawing the map again. A few hundred small pictures take a millisecond or two.
import type { Map as MapLibre } from "maplibre-gl";
import { initials, isStale, type Stop } from "../store/derive";
import { seenAt } from "../store/positions";
import type { BoardState, Selection } from "../store/state";
import { Canvas } from "./canvas";
import { spotOf, type Flat } from "./flat";
import type { Motion } from "./motion";
import type { Palette } from "./palette";

const RADIUS = 11;
const SPRITE = 44;
const HIT_PX = 14;

export interface CourierDot {
  id: string;
  initials: string;
  busy: boolean;
  stale: boolean;
  /** Degrees clockwise from north; -1 when unknown. */
  heading: number;
  chosen: boolean;
  /** Where it is drawn, in pixels of the map. */
  x: number;
  y: number;
}

export interface Moment {
  board: BoardState;
  stops: Map<string, Stop[]>;
  selected: Selection | null;
  motion: Motion;
  /** Real and simulated milliseconds, and how fast the one is against the other. */
  real: number;
  now: number;
  speed: number;
}

export class CourierLayer {
  private readonly canvas: Canvas;
  private sprites = new Map<string, HTMLCanvasElement>();
  private dots: CourierDot[] = [];
  /** The courier that a dragged delivery would be given to. */
  private target: string | null = null;
  private lasso: readonly [number, number][] = [];

  constructor(map: MapLibre, private palette: Palette) {
    this.canvas = new Canvas(map, "map-couriers");
  }

  repaint(palette: Palette): void {
    this.palette = palette;
    this.sprites.clear();
  }

  /** Marks a courier as the one who would get what is dragged; true when that is new. */
  aimAt(courier: string | null): boolean {
    const changed = courier !== this.target;
    this.target = courier;
    return changed;
  }

  /** The line that is being drawn around some deliveries, in pixels. */
  outline(points: readonly [number, number][]): void {
    this.lasso = points;
  }

  draw(flat: Flat, moment: Moment): void {
    const { pen } = this.canvas;
    if (!pen) return;
    if (this.canvas.begin(flat)) this.sprites.clear();
    this.dots = this.place(flat, moment);
    for (const dot of this.dots) this.drawDot(pen, dot);
    if (this.lasso.length > 1) this.drawLasso(pen);
  }

  /** What is drawn now, for tests and for pointing at. */
  drawn(): readonly CourierDot[] {
    return this.dots;
  }

  /** The courier under a point, in pixels of the map; the topmost one. */
  hit(x: number, y: number): string | null {
    let best: { id: string; away: number } | null = null;
    for (const dot of this.dots) {
      const away = Math.hypot(dot.x - x, dot.y - y);
      if (away <= HIT_PX && (!best || away <= best.away)) best = { id: dot.id, away };
    }
    return best?.id ?? null;
  }

  private place(flat: Flat, { board, stops, selected, motion, real, now, speed }: Moment) {
    const dots: CourierDot[] = [];
    const held = selected?.kind === "delivery" && board.deliveries.get(selected.id)?.courier_id;
    for (const { id, name, on_shift } of board.couriers.values()) {
      const seen = on_shift && motion.at(id, real);
      if (!seen) continue;
      const [longitude, latitude] = seen.place;
      const at = flat.pixel(spotOf({ longitude, latitude }));
      if (!flat.sees(at, SPRITE)) continue;
      dots.push({
        id, x: at[0], y: at[1], initials: initials(name), busy: (stops.get(id)?.length ?? 0) > 0,
        stale: isStale(seenAt(id), now, speed), heading: seen.heading,
        chosen: (selected?.kind === "courier" && selected.id === id) || held === id,
      });
    }
    return dots.sort((a, b) => Number(a.chosen) - Number(b.chosen));
  }

  private drawDot(pen: CanvasRenderingContext2D, dot: CourierDot): void {
    const { palette: p } = this;
    if (dot.chosen || dot.id === this.target) {
      pen.beginPath();
      pen.arc(dot.x, dot.y, 19, 0, 2 * Math.PI);
      pen.globalAlpha = 0.25;
      pen.fillStyle = p.accent;
      pen.fill();
      pen.globalAlpha = 1;
      pen.lineWidth = dot.id === this.target ? 4 : 2;
      pen.strokeStyle = p.accent;
      pen.stroke();
    }
    if (dot.heading >= 0 && !dot.stale) {
      const turn = (dot.heading * Math.PI) / 180;
      const at = (angle: number, far: number): [number, number] =>
        [dot.x + Math.sin(turn + angle) * far, dot.y - Math.cos(turn + angle) * far];
      pen.beginPath();
      pen.moveTo(...at(0, 17));
      pen.lineTo(...at(0.5, 11));
      pen.lineTo(...at(-0.5, 11));
      pen.fillStyle = p.ink;
      pen.fill();
    }
    const half = SPRITE / 2;
    pen.drawImage(this.sprite(dot), dot.x - half, dot.y - half, SPRITE, SPRITE);
  }

  private sprite({ initials: text, busy, stale }: CourierDot): HTMLCanvasElement {
    const key = `${text} ${busy} ${stale}`;
    const known = this.sprites.get(key);
    if (known) return known;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SPRITE * this.canvas.ratio;
    const pen = canvas.getContext("2d");
    if (pen) {
      const { palette: p } = this;
      const solid = busy && !stale;
      pen.scale(this.canvas.ratio, this.canvas.ratio);
      pen.translate(SPRITE / 2, SPRITE / 2);
      pen.beginPath();
      pen.arc(0, 0, RADIUS, 0, 2 * Math.PI);
      pen.globalAlpha = stale ? 0.7 : 1;
      pen.fillStyle = solid ? p.ink : p.paper;
      pen.fill();
      pen.lineWidth = stale ? 1 : 2;
      pen.strokeStyle = stale ? p.muted : p.ink;
      if (stale) pen.setLineDash([3, 2]);
      pen.stroke();
      pen.globalAlpha = 1;
      pen.fillStyle = stale ? p.muted : solid ? p.paper : p.ink;
      pen.font = "600 10.5px system-ui, sans-serif";
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.fillText(text, 0, 0.5);
    }
    this.sprites.set(key, canvas);
    return canvas;
  }

  private drawLasso(pen: CanvasRenderingContext2D): void {
    pen.beginPath();
    this.lasso.forEach(([x, y], index) => (index === 0 ? pen.moveTo(x, y) : pen.lineTo(x, y)));
    pen.closePath();
    pen.globalAlpha = 0.15;
    pen.fillStyle = this.palette.accent;
    pen.fill();
    pen.globalAlpha = 1;
    pen.setLineDash([6, 4]);
    pen.lineWidth = 2;
    pen.strokeStyle = this.palette.accent;
    pen.stroke();
    pen.setLineDash([]);
  }
}
