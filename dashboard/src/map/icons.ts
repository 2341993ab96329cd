// The map's symbols, drawn here so that nothing is fetched. Shape says what (square: pickup,
// diamond: drop-off), filling says the state, a second outline says late.
import type { Map } from "maplibre-gl";
import type { Palette } from "./palette";

const RATIO = 2;
const SIZE = 26;

export type PointState = "open" | "assigned" | "picked_up";
type Draw = (pen: CanvasRenderingContext2D) => void;

function drawn(draw: Draw): ImageData | null {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE * RATIO;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  if (!pen) return null;
  pen.scale(RATIO, RATIO);
  pen.translate(SIZE / 2, SIZE / 2);
  draw(pen);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

function outline(pen: CanvasRenderingContext2D, kind: "pickup" | "dropoff", radius: number): void {
  pen.beginPath();
  if (kind === "pickup") {
    pen.roundRect(-radius, -radius, radius * 2, radius * 2, 2);
  } else {
    const tip = radius * 1.3;
    pen.moveTo(0, -tip);
    pen.lineTo(tip, 0);
    pen.lineTo(0, tip);
    pen.lineTo(-tip, 0);
    pen.closePath();
  }
}

function point(kind: "pickup" | "dropoff", state: PointState, late: boolean, p: Palette): Draw {
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

export function addIcons(map: Map, palette: Palette): void {
  const add = (name: string, draw: Draw) => {
    const image = drawn(draw);
    if (image && !map.hasImage(name)) map.addImage(name, image, { pixelRatio: RATIO });
  };
  for (const kind of ["pickup", "dropoff"] as const) {
    for (const state of ["open", "assigned", "picked_up"] as const) {
      add(`${kind}-${state}`, point(kind, state, false, palette));
      add(`${kind}-${state}-late`, point(kind, state, true, palette));
    }
  }
  add("base", base(palette));
}
