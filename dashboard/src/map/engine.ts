// The map itself: loaded after the rest of the page, and fed from the store on its own pace.
import { Map as MapLibre, setWorkerUrl, type GeoJSONSource } from "maplibre-gl";
import { t } from "../i18n";
import { select } from "../store/actions";
import { simulatedNow } from "../store/clock";
import { stops } from "../store/derive";
import { isDark, onSchemeChange } from "../store/preferences";
import type { BoardState, Selection } from "../store/state";
import { current, subscribe } from "../store/store";
import { basePoint, courierPoints, extent, extentOf, selectedLine, taskPoints } from "./features";
import { gridLines, gridStep, type View } from "./grid";
import { addIcons } from "./icons";
import { Motion } from "./motion";
import { dark, light } from "./palette";
import { styleOf } from "./style";

setWorkerUrl(new URL(MAP_WORKER_URL, location.origin).href);

/** Frames of gliding couriers: at least this far apart, and further when drawing is slow. */
const FRAME_MIN_MS = 50;
const FRAME_MAX_MS = 1_000;
/** Gaps below this are a page at its ease. */
const FLUID_MS = 35;
const TASKS_EVERY_MS = 250;
const TOUCH_PX = 6;
/** The panel of a selection makes the map narrower first. */
const REVEAL_AFTER_MS = 80;

export interface Board2d {
  zoomBy(levels: number): void;
  showAll(): void;
  /** The properties of what is drawn in a layer now; for tests. */
  features(layer: string): Record<string, unknown>[];
  remove(): void;
}

export interface MapEvents {
  onReady(): void;
  onGrid(stepMetres: number): void;
}

export function createMap(container: HTMLElement, events: MapEvents): Board2d {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = new MapLibre({
    container,
    style: styleOf(palette()),
    center: [current().board?.base.longitude ?? 0, current().board?.base.latitude ?? 0],
    zoom: 13,
    maxZoom: 19,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: 0,
    crossSourceCollisions: false,
    locale: { "Map.Title": t("map.canvas") },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();

  const motion = new Motion();
  let drawnDark = isDark(current().theme);
  let styled = false;
  let fitted = false;
  let ready = false;
  let fed = false;
  let removed = false;
  let tasksDirty = true;
  let couriersDirty = true;
  let tasksAt = 0;
  let couriersAt = 0;
  let frameAt = 0;
  let worstGap = 0;
  let smoothed = 0;
  let pace = FRAME_MIN_MS;
  let lineShown = false;
  let seen: { board: BoardState | null; selected: Selection | null; minute: number } = {
    board: null, selected: null, minute: 0,
  };

  const put = (id: string, data: GeoJSON.FeatureCollection) =>
    map.getSource<GeoJSONSource>(id)?.setData(data);

  function palette() {
    return isDark(current().theme) ? dark : light;
  }

  function drawGrid(): void {
    const { board } = current();
    if (!styled || !board) return;
    const view = viewOf(map);
    put("grid", gridLines(view, board.base));
    put("base", basePoint(board));
    events.onGrid(gridStep(view));
  }

  function draw(): void {
    if (removed) return;
    requestAnimationFrame(draw);
    const { board, selected, clock, minute } = current();
    const real = performance.now();
    worstGap = Math.max(worstGap, real - frameAt);
    frameAt = real;
    if (!styled || !board) return;
    const held = stops(board);
    if (tasksDirty && real - tasksAt > Math.max(TASKS_EVERY_MS, pace)) {
      tasksDirty = false;
      tasksAt = real;
      put("tasks", taskPoints(board, held, selected, minute));
      couriersDirty = true;
    }
    const due = couriersDirty || motion.isMoving(real);
    if (!due || real - couriersAt < pace) return;
    couriersDirty = motion.isMoving(real); // One more frame after the last one, at the very place.
    couriersAt = real;
    if (fed) keepPace(worstGap);
    fed = true;
    worstGap = 0;
    const at = { now: simulatedNow(clock), speed: clock?.speed ?? 1, real };
    put("couriers", courierPoints(board, held, selected, motion, at));
    if (selected || lineShown) put("line", selectedLine(board, held, selected, motion, real));
    lineShown = selected !== null;
  }

  /**
   * Slow drawing (no GPU) must not freeze the lists: the longest gap between two frames since the
   * couriers were last drawn says what that cost, and several times as long is left in peace.
   */
  function keepPace(gap: number): void {
    smoothed = smoothed * 0.7 + gap * 0.3;
    pace = smoothed < FLUID_MS ? FRAME_MIN_MS : Math.min(FRAME_MAX_MS, smoothed * 4);
  }

  function isEmpty(): boolean {
    const { board } = current();
    return board !== null && taskPoints(board, stops(board), null, 0).features.length === 0 &&
      ![...board.couriers.values()].some(({ on_shift, place }) => on_shift && place);
  }

  function look(): void {
    const { board, selected, minute, theme } = current();
    if (isDark(theme) !== drawnDark) restyle();
    if (board !== seen.board && board) {
      if (board.couriers !== seen.board?.couriers) {
        motion.aim(board.couriers, performance.now(), !calm);
        couriersDirty = true;
      }
      if (board.deliveries !== seen.board?.deliveries) tasksDirty = true;
    }
    if (minute !== seen.minute) tasksDirty = couriersDirty = true;
    if (selected !== seen.selected) {
      tasksDirty = couriersDirty = true;
      tasksAt = 0;
      setTimeout(reveal, REVEAL_AFTER_MS);
    }
    seen = { board, selected, minute };
    if (board && !fitted) {
      fitted = true;
      map.jumpTo({ center: [board.base.longitude, board.base.latitude] });
      showAll(0);
      drawGrid();
    }
  }

  function restyle(): void {
    drawnDark = isDark(current().theme);
    styled = false;
    map.setStyle(styleOf(palette()), { diff: false });
  }

  function showAll(duration = calm ? 0 : 400): void {
    const { board } = current();
    const bounds = board && extent(board);
    if (bounds) map.fitBounds(bounds, { padding: 48, maxZoom: 16, duration });
  }

  /** Brings a selection into view, without moving when it already is. */
  function reveal(): void {
    const { board, selected } = current();
    if (removed || !selected || !board) return;
    const line = selectedLine(board, stops(board), selected, motion, performance.now());
    const bounds = extentOf(line) ?? extentOf(taskPoints(board, stops(board), selected, 0), "chosen");
    if (!bounds) return;
    const view = map.getBounds();
    if (bounds.every((corner) => view.contains(corner))) return;
    map.fitBounds(bounds, {
      padding: 72, maxZoom: Math.max(14, map.getZoom()), duration: calm ? 0 : 400,
    });
  }

  map.on("style.load", () => {
    styled = true;
    addIcons(map, palette());
    tasksDirty = couriersDirty = true;
    tasksAt = couriersAt = 0;
    drawGrid();
  });
  map.on("error", ({ error }) => console.error("map:", error));
  map.on("moveend", drawGrid);
  /** Not on `idle`: with couriers under way the map never is. */
  map.on("render", () => {
    if (ready || !fed) return;
    const drawn = map.queryRenderedFeatures({ layers: ["couriers", "tasks"] });
    if (drawn.length === 0 && !isEmpty()) return;
    ready = true;
    events.onReady();
  });
  map.on("click", ({ point: { x, y } }) => {
    const box: [[number, number], [number, number]] = [
      [x - TOUCH_PX, y - TOUCH_PX], [x + TOUCH_PX, y + TOUCH_PX],
    ];
    const [hit] = map.queryRenderedFeatures(box, { layers: ["couriers", "tasks"] });
    if (!hit) select(null);
    else if (hit.layer.id === "couriers") select({ kind: "courier", id: String(hit.properties.id) });
    else select({ kind: "delivery", id: String(hit.properties.delivery) });
  });
  for (const layer of ["couriers", "tasks"]) {
    map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
  }

  const unsubscribe = subscribe(look);
  onSchemeChange(look);
  const resized = new ResizeObserver(() => map.resize());
  resized.observe(container);
  look();
  requestAnimationFrame(draw);

  return {
    zoomBy: (levels) => void map.easeTo({ zoom: map.getZoom() + levels, duration: calm ? 0 : 250 }),
    showAll: () => showAll(),
    features: (layer) =>
      map.queryRenderedFeatures({ layers: [layer] }).map(({ properties }) => properties),
    remove() {
      removed = true;
      unsubscribe();
      resized.disconnect();
      map.remove();
    },
  };
}

function viewOf(map: MapLibre): View {
  const bounds = map.getBounds();
  const latitude = (map.getCenter().lat * Math.PI) / 180;
  return {
    west: bounds.getWest(),
    south: bounds.getSouth(),
    east: bounds.getEast(),
    north: bounds.getNorth(),
    metresPerPixel: (40_075_017 * Math.cos(latitude)) / (512 * 2 ** map.getZoom()),
  };
}
