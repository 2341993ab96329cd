// Colours of the map, told apart by people with any colour vision, and always with a shape.

export interface Palette {
  ground: string;
  grid: string;
  gridStrong: string;
  ink: string;
  paper: string;
  muted: string;
  accent: string;
  open: string;
  assigned: string;
  picked_up: string;
  late: string;
}

export const light: Palette = {
  ground: "#eef1f4",
  grid: "#e2e7ec",
  gridStrong: "#d3dae1",
  ink: "#1c2733",
  paper: "#ffffff",
  muted: "#7b8794",
  accent: "#0b5cad",
  open: "#c97a00",
  assigned: "#1f6fc0",
  picked_up: "#00825f",
  late: "#c63d12",
};

export const dark: Palette = {
  ground: "#131a22",
  grid: "#1b242e",
  gridStrong: "#26313d",
  ink: "#e8edf2",
  paper: "#10161d",
  muted: "#7f8c9a",
  accent: "#74b6ff",
  open: "#f2b33d",
  assigned: "#67aef5",
  picked_up: "#35c79c",
  late: "#ff8459",
};
