// The map's symbols, drawn here so that nothing is fetched. Shape says what (square: pickup,
// diamond: drop-off, triangle: way back), filling says the state, a second outline says late.
import type { TaskKind } from "../api/types";
import type { Palette } from "./palette";

/** The side of a symbol's picture, in pixels of the page. */
export const ICON_PX = 26;
/** Sizes are rounded to this, so that few pictures are made. */
const SCALE_STEP = 0.1;

export type PointState = "open" | "assigned" | "picked_up";
export type IconName = `${TaskKind}-${PointState}` | `${TaskKind}-${PointState}-late`;
type Draw = (pen: CanvasRenderingContext2D) => void;

function outline(pen: CanvasRenderingContext2D, kind: TaskKind, radius: number): void {
  pen.beginPath();
  if (kind === "pickup") {
    pen.roundRect(-radius, -radius, radius * 2, radius * 2, 2);
  } else if (kind === "return") {
    pen.moveTo(-radius * 1.3, 0);
    pen.lineTo(radius, -radius * 1.2);
    pen.lineTo(radius, radius * 1.2);
    pen.closePath();
  } else {
    const tip = radius * 1.3;
    pen.moveTo(0, -tip);
    pen.lineTo(tip, 0);
    pen.lineTo(0, tip);
    pen.lineTo(-tip, 0);
    pen.closePath();
  }
}

function point(kind: TaskKind, state: PointState, late: boolean, p: Palette): Draw {
  return (pen) => {
    const colour = p[state];
    if (late) {
      outline(pen, kind, 8.2);
      pen.fillStyle = p.paper;
      pen.fill();
      pen.lineWidth = 2;
      pen.strokeStyle = p.late;
      pen.stroke();
    } else {
      outline(pen, kind, 7);
      pen.fillStyle = p.paper;
      pen.fill();
    }
    outline(pen, kind, 4.9);
    pen.fillStyle = state === "picked_up" ? colour : p.paper;
    pen.fill();
    pen.lineWidth = 2;
    pen.strokeStyle = colour;
    pen.stroke();
    if (state === "assigned") {
      outline(pen, kind, 2);
      pen.fillStyle = colour;
      pen.fill();
    }
  };
}

function base(p: Palette): Draw {
  return (pen) => {
    pen.strokeStyle = p.muted;
    pen.lineWidth = 1.5;
    pen.beginPath();
    pen.moveTo(-7, 0);
    pen.lineTo(7, 0);
    pen.moveTo(0, -7);
    pen.lineTo(0, 7);
    pen.stroke();
  };
}

/** The symbols as pictures, each made when it is first needed. */
export class Icons {
  private readonly known = new Map<string, HTMLCanvasElement>();

  constructor(private readonly palette: Palette, private readonly ratio: number) {}

  /** A symbol at about this scale; draw it `side` pixels wide around its middle. */
  get(name: IconName | "base", scale: number): { picture: HTMLCanvasElement; side: number } {
    const rounded = Math.round(scale / SCALE_STEP) * SCALE_STEP;
    const side = ICON_PX * rounded;
    const key = `${name} ${rounded.toFixed(1)}`;
    let picture = this.known.get(key);
    if (!picture) {
      picture = this.draw(name, side, rounded);
      this.known.set(key, picture);
    }
    return { picture, side };
  }

  private draw(name: IconName | "base", side: number, scale: number): HTMLCanvasElement {
    const picture = document.createElement("canvas");
    picture.width = picture.height = Math.ceil(side * this.ratio);
    const pen = picture.getContext("2d");
    if (pen) {
      pen.translate(picture.width / 2, picture.height / 2);
      pen.scale(this.ratio * scale, this.ratio * scale);
      const [kind, state, late] = name.split("-") as [TaskKind, PointState, string?];
      const draw = name === "base" ? base(this.palette) : point(kind, state, late === "late", this.palette);
      draw(pen);
    }
    return picture;
  }
}
