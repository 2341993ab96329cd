// A map on which zones are seen and drawn: loaded when somebody opens it.
import { Map as MapLibre, setWorkerUrl, type GeoJSONSource } from "maplibre-gl";
import type { Place, Zone } from "../api/types";
import { t } from "../i18n";
import { isDark } from "../store/preferences";
import { current } from "../store/store";
import { Canvas } from "./canvas";
import { extentOf } from "./features";
import { Flat, spotOf, type Pixel } from "./flat";
import { gridLines } from "./grid";
import { Lasso } from "./lasso";
import { dark, light } from "./palette";
import { ringOf, type Ring } from "./ring";
import { styleOf } from "./style";
import { viewOf } from "./view";

setWorkerUrl(new URL(MAP_WORKER_URL, location.origin).href);

export interface ZoneMap {
  show(zones: readonly Zone[]): void;
  /** The next press of the pointer draws. */
  arm(): void;
  remove(): void;
}

export function createZoneMap(
  container: HTMLElement, base: Place, onDrawn: (ring: Ring) => void,
): ZoneMap {
  const palette = isDark(current().theme) ? dark : light;
  const map = new MapLibre({
    container, style: styleOf(palette), center: [base.longitude, base.latitude], zoom: 12, maxZoom: 19,
    attributionControl: false, boxZoom: false, dragRotate: false, pitchWithRotate: false, touchPitch: false,
    fadeDuration: 0, renderWorldCopies: false, locale: { "Map.Title": t("admin.zones") },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  const canvas = new Canvas(map, "map-zones");
  let zones: readonly Zone[] = [];
  let line: readonly Pixel[] = [];
  let armed = false;

  function outline(points: readonly Pixel[]): void {
    canvas.pen?.beginPath();
    points.forEach(([x, y], index) => (index === 0 ? canvas.pen?.moveTo(x, y) : canvas.pen?.lineTo(x, y)));
    canvas.pen?.closePath();
  }

  function draw(): void {
    const { pen } = canvas;
    if (!pen) return;
    const flat = new Flat(map);
    canvas.begin(flat);
    pen.lineWidth = 2;
    for (const { name, shape } of zones) {
      const [ring = []] = shape.coordinates;
      const points = ring.map(([longitude, latitude]) => flat.pixel(spotOf({ longitude, latitude })));
      outline(points);
      pen.fillStyle = pen.strokeStyle = palette.accent;
      pen.globalAlpha = 0.12;
      pen.fill();
      pen.globalAlpha = 1;
      pen.stroke();
      const x = points.reduce((sum, [one]) => sum + one, 0) / Math.max(1, points.length);
      const y = points.reduce((sum, [, one]) => sum + one, 0) / Math.max(1, points.length);
      pen.font = "600 12px system-ui, sans-serif";
      pen.textAlign = "center";
      pen.fillStyle = palette.ink;
      pen.fillText(name, x, y);
    }
    if (line.length < 2) return;
    outline(line);
    pen.strokeStyle = palette.late;
    pen.stroke();
  }

  const lasso = new Lasso(map, (points) => {
    line = points;
    draw();
  }, (points) => {
    armed = false;
    onDrawn(ringOf(points.map(([x, y]) => {
      const { lng, lat } = map.unproject([x, y]);
      return [lng, lat];
    })));
  }, () => armed);
  map.on("style.load", () => {
    map.getSource<GeoJSONSource>("grid")?.setData(gridLines(viewOf(map), base));
    draw();
  });
  map.on("moveend", () => map.getSource<GeoJSONSource>("grid")?.setData(gridLines(viewOf(map), base)));
  map.on("move", draw);
  return {
    show(next) {
      zones = next;
      const corners = next.flatMap(({ shape }) => shape.coordinates.flat())
        .map(([longitude, latitude]) => ({ longitude, latitude }));
      const bounds = extentOf(corners);
      if (bounds) map.fitBounds(bounds, { padding: 40, maxZoom: 14, duration: 0 });
      draw();
    },
    arm: () => void (armed = true),
    remove() {
      lasso.remove();
      map.remove();
    },
  };
}
