// Stops, clusters, and what is chosen, on a canvas of their own above the map: a click must not cost
// drawing the map again. A few thousand small pictures take some milliseconds.
import type { Map as MapLibre } from "maplibre-gl";
import type { Place, Zone } from "../api/types";
import { Canvas } from "./canvas";
import { gather, type Cluster, type TaskDot } from "./clusters";
import type { ChosenPoint, TaskPoint } from "./features";
import { spotOf, type Flat, type Pixel, type Spot } from "./flat";
import { ICON_PX, Icons } from "./icons";
import type { Palette } from "./palette";

const TOUCH_PX = 9;
const RING_PX = 15;
/** What is not chosen steps back. */
const FADED = 0.35;
/** Symbols are smaller where the whole town is in sight. */
const SMALL = { zoom: 11, scale: 0.7 };
const WHOLE_ZOOM = 14;

function scaleAt(zoom: number): number {
  const part = Math.min(1, Math.max(0, (zoom - SMALL.zoom) / (WHOLE_ZOOM - SMALL.zoom)));
  return SMALL.scale + (1 - SMALL.scale) * part;
}

export class TaskLayer {
  private readonly canvas: Canvas;
  private icons: Icons;
  private points: readonly TaskPoint[] = [];
  private chosen: readonly ChosenPoint[] = [];
  private line: readonly Spot[] = [];
  private zones: readonly Outline[] = [];
  private dots: readonly TaskDot[] = [];
  private clusters: readonly Cluster[] = [];

  constructor(map: MapLibre, private palette: Palette, private readonly base: () => Place | null) {
    this.canvas = new Canvas(map, "map-tasks");
    this.icons = new Icons(palette, this.canvas.ratio);
  }

  repaint(palette: Palette): void {
    this.palette = palette;
    this.icons = new Icons(palette, this.canvas.ratio);
  }

  /** The stops to be drawn from now on, the lowest first. */
  show(points: readonly TaskPoint[]): void {
    this.points = points;
  }

  /** What stands out from now on, and the way between. */
  choose(chosen: readonly ChosenPoint[], line: readonly Place[]): void {
    this.chosen = chosen;
    this.line = line.map(spotOf);
  }

  /** The zones to be drawn from now on; the one that is chosen is filled. */
  outline(zones: readonly Zone[], chosen: string): void {
    this.zones = zones.map(({ name, shape }) => ({
      name, chosen: name === chosen,
      rings: shape.coordinates.map((ring) => ring.map(([longitude, latitude]) => spotOf({ longitude, latitude }))),
    }));
  }

  draw(flat: Flat): void {
    const { canvas, palette: p } = this;
    const { pen } = canvas;
    if (!pen) return;
    if (canvas.begin(flat)) this.icons = new Icons(p, canvas.ratio);
    const scale = scaleAt(flat.zoom);
    for (const zone of this.zones) this.drawZone(pen, zone, flat);
    const base = this.base();
    if (base) this.stamp(pen, "base", flat.pixel(spotOf(base)), 1);
    ({ dots: this.dots, clusters: this.clusters } = gather(this.points, flat, ICON_PX));
    this.drawLine(pen, flat);
    pen.globalAlpha = this.chosen.length > 0 ? FADED : 1;
    for (const { icon, at } of this.dots) this.stamp(pen, icon, at, scale);
    for (const cluster of this.clusters) this.drawCluster(pen, cluster);
    pen.globalAlpha = 1;
    for (const point of this.chosen) this.drawChosen(pen, point, flat.pixel(point.spot), scale);
  }

  /** The delivery under a point, or the cluster; what stands out comes first. */
  hit(x: number, y: number, flat: Flat): { delivery: string } | { cluster: Cluster } | null {
    const near = ([px, py]: Pixel, within: number) => Math.hypot(px - x, py - y) <= within;
    const chosen = this.chosen.filter(({ spot }) => near(flat.pixel(spot), TOUCH_PX)).at(-1);
    if (chosen) return { delivery: chosen.delivery };
    const dot = this.dots.filter(({ at }) => near(at, TOUCH_PX)).at(-1);
    if (dot) return { delivery: dot.delivery };
    const cluster = this.clusters.find(({ at, points }) => near(at, radiusOf(points.length)));
    return cluster ? { cluster } : null;
  }

  /** What is drawn now, for tests. */
  drawn(layer: string): Record<string, unknown>[] {
    const told = ({ id, delivery, kind, state, late }: TaskPoint) => ({ id, delivery, kind, state, late });
    if (layer === "tasks") return this.dots.map((dot) => ({ ...told(dot), x: dot.at[0], y: dot.at[1] }));
    if (layer === "chosen") return this.chosen.map((point) => ({ ...told(point), order: point.order }));
    if (layer === "zones") return this.zones.map(({ name, chosen }) => ({ name, chosen }));
    if (layer === "line") return this.line.length > 0 ? [{ corners: this.line.length }] : [];
    return this.clusters.map(({ at: [x, y], points, late }) => ({ x, y, count: points.length, late }));
  }

  private stamp(
    pen: CanvasRenderingContext2D, icon: TaskPoint["icon"] | "base", [x, y]: Pixel, scale: number,
  ): void {
    const { picture, side } = this.icons.get(icon, scale);
    pen.drawImage(picture, x - side / 2, y - side / 2, side, side);
  }

  private drawZone(pen: CanvasRenderingContext2D, { name, chosen, rings }: Outline, flat: Flat): void {
    const { palette: p } = this;
    pen.beginPath();
    for (const ring of rings) {
      ring.forEach((spot, index) => (index === 0 ? pen.moveTo(...flat.pixel(spot)) : pen.lineTo(...flat.pixel(spot))));
      pen.closePath();
    }
    pen.fillStyle = pen.strokeStyle = p.accent;
    pen.globalAlpha = chosen ? 0.1 : 0.03;
    pen.fill("evenodd");
    pen.globalAlpha = chosen ? 0.9 : 0.45;
    pen.lineWidth = 1.5;
    pen.stroke();
    pen.globalAlpha = 1;
    const [outline = []] = rings;
    const [x, y] = flat.pixel(outline.reduce((high, spot) => (spot[1] < high[1] ? spot : high), outline[0] ?? [0, 0]));
    write(pen, name, x, y - 8, p.ink);
  }

  private drawLine(pen: CanvasRenderingContext2D, flat: Flat): void {
    if (this.line.length < 2) return;
    const { palette: p } = this;
    pen.beginPath();
    this.line.forEach((spot, index) => {
      const [x, y] = flat.pixel(spot);
      if (index === 0) pen.moveTo(x, y);
      else pen.lineTo(x, y);
    });
    pen.lineJoin = "round";
    pen.globalAlpha = 0.8;
    pen.lineWidth = 6;
    pen.strokeStyle = p.paper;
    pen.stroke();
    pen.globalAlpha = 1;
    pen.lineWidth = 2.5;
    pen.strokeStyle = p.accent;
    pen.setLineDash([5, 3]);
    pen.stroke();
    pen.setLineDash([]);
  }

  private drawCluster(pen: CanvasRenderingContext2D, { at: [x, y], points, late }: Cluster): void {
    const { palette: p } = this;
    pen.beginPath();
    pen.arc(x, y, radiusOf(points.length), 0, 2 * Math.PI);
    pen.fillStyle = p.paper;
    pen.fill();
    pen.lineWidth = late > 0 ? 3 : 1.5;
    pen.strokeStyle = late > 0 ? p.late : p.ink;
    pen.stroke();
    write(pen, String(points.length), x, y, p.ink);
  }

  private drawChosen(
    pen: CanvasRenderingContext2D, { icon, ring, order }: ChosenPoint, at: Pixel, scale: number,
  ): void {
    const { palette: p } = this;
    const [x, y] = at;
    if (ring) {
      pen.beginPath();
      pen.arc(x, y, RING_PX, 0, 2 * Math.PI);
      pen.fillStyle = p.accent;
      pen.globalAlpha = 0.18;
      pen.fill();
      pen.globalAlpha = 1;
      pen.lineWidth = 1.5;
      pen.strokeStyle = p.accent;
      pen.stroke();
    }
    this.stamp(pen, icon, at, scale);
    if (order === 0) return;
    pen.lineWidth = 4;
    pen.strokeStyle = p.ground;
    pen.strokeText(String(order), x + 14, y - 11);
    write(pen, String(order), x + 14, y - 11, p.accent);
  }
}

/** A zone, ready to be drawn. */
interface Outline {
  name: string;
  chosen: boolean;
  rings: Spot[][];
}

const radiusOf = (count: number) => 11 + Math.min(7, Math.log2(count));

function write(pen: CanvasRenderingContext2D, text: string, x: number, y: number, colour: string): void {
  pen.font = "600 11px system-ui, sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = colour;
  pen.fillText(text, x, y);
}
