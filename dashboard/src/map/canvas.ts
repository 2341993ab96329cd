// A canvas above the map, as large as it, that lets every pointer through.
import type { Map as MapLibre } from "maplibre-gl";
import type { Flat } from "./flat";

export class Canvas {
  private readonly element = document.createElement("canvas");
  readonly pen = this.element.getContext("2d");
  /** Pixels of the screen for one of the page. */
  ratio = window.devicePixelRatio || 1;

  constructor(map: MapLibre, name: string) {
    this.element.className = `map-layer ${name}`;
    this.element.setAttribute("aria-hidden", "true");
    map.getCanvasContainer().append(this.element);
  }

  /** Wipes it for the next picture; true when it has another size or sharpness than before. */
  begin({ width, height }: Flat): boolean {
    const before = this.ratio;
    this.ratio = window.devicePixelRatio || 1;
    const [wide, high] = [Math.round(width * this.ratio), Math.round(height * this.ratio)];
    const fits = wide === this.element.width && high === this.element.height && before === this.ratio;
    if (!fits) {
      Object.assign(this.element, { width: wide, height: high });
      Object.assign(this.element.style, { width: `${width}px`, height: `${height}px` });
    }
    this.pen?.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.pen?.clearRect(0, 0, width, height);
    return !fits;
  }
}
