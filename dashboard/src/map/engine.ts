// The map itself: loaded after the rest of the page, and fed from the store on its own pace.
import { Map as MapLibre, setWorkerUrl, type GeoJSONSource } from "maplibre-gl";
import { t } from "../i18n";
import { mark, select } from "../store/actions";
import { simulatedNow } from "../store/clock";
import { shownOnMap, stops } from "../store/derive";
import { allSeen, onPositions } from "../store/positions";
import { isDark, onSchemeChange } from "../store/preferences";
import type { BoardState, State } from "../store/state";
import { current, subscribe } from "../store/store";
import { CourierLayer, type Moment } from "./courier-layer";
import {
  basePoint, chosenPoints, extent, extentOf, selectedLine, taskPoints,
} from "./features";
import { gridLines, gridStep, type View } from "./grid";
import { addIcons } from "./icons";
import { inside, Lasso } from "./lasso";
import { Motion } from "./motion";
import { dark, light } from "./palette";
import { styleOf } from "./style";
import { TaskSource } from "./task-source";

setWorkerUrl(new URL(MAP_WORKER_URL, location.origin).href);

/** Changes of deliveries are drawn together: each one makes the whole map draw again. */
const TASKS_EVERY_MS = 250;
/** While a courier glides, at least this far apart; and standing ones age this often. */
const FRAME_MS = 30;
const IDLE_MS = 5_000;
const TOUCH_PX = 6;
/** What is not selected steps back. */
const FADED = 0.35;
/** Somebody who runs through the list by keys stays where they are: the map follows at rest. */
const CALM_MS = 120;
const REVEAL_AFTER_MS = 350;
/** What the panel of a selection covers of the map. */
const PANEL_PX = 380;

export interface Board2d {
  zoomBy(levels: number): void;
  showAll(): void;
  /** The courier at a point of the screen, and marks it as the one who would get what is dragged. */
  aimAt(x: number, y: number): string | null;
  endAim(): void;
  /** The properties of what is drawn in a layer now; for tests. */
  features(layer: string): Record<string, unknown>[];
  /** From now on, notes when each new fix is on the screen; for the bench. */
  watchFixes(): void;
  /** Courier, time of the fix, and real time at which it was on the screen; since the last call. */
  shownFixes(): [string, string, number][];
  remove(): void;
}

export interface MapEvents {
  onReady(): void;
  onGrid(stepMetres: number): void;
}

type Seen = Pick<State, "board" | "selected" | "minute" | "marked" | "stage" | "filters" | "text">;

export function createMap(container: HTMLElement, events: MapEvents): Board2d {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = new MapLibre({
    container,
    style: styleOf(palette()),
    center: [current().board?.base.longitude ?? 0, current().board?.base.latitude ?? 0],
    zoom: 13,
    maxZoom: 19,
    attributionControl: false,
    boxZoom: false, // Shift and a drag draw a lasso.
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
  const layer = new CourierLayer(map, palette());
  const tasks = new TaskSource();
  let drawnDark = isDark(current().theme);
  let styled = false;
  let fitted = false;
  let ready = false;
  let removed = false;
  let tasksDirty = true;
  let chosenDirty = true;
  let couriersDirty = true;
  let tasksAt = 0;
  let couriersAt = 0;
  let chosenAt = 0;
  let revealing: ReturnType<typeof setTimeout> | undefined;
  let seen: Partial<Seen> = {};
  let watched: Map<string, string> | null = null;
  let shown: [string, string, number][] = [];

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

  /** The map is drawn once the frame is over: what a hand has just done in the lists comes first. */
  function frame(): void {
    if (removed) return;
    requestAnimationFrame(frame);
    setTimeout(work);
  }

  function work(): void {
    const { board, stage } = current();
    if (removed || !styled || !board || stage !== "map") return;
    const real = performance.now();
    if (tasksDirty && real - tasksAt > TASKS_EVERY_MS) drawTasks(board, real);
    if (chosenDirty && real - chosenAt > CALM_MS) drawChosen(board, real);
    const moving = motion.isMoving(real);
    if (!couriersDirty && !moving && real - couriersAt < IDLE_MS) return;
    if (moving && real - couriersAt < FRAME_MS) return;
    couriersDirty = moving; // One more frame after the last one, at the very place.
    drawCouriers(board, real);
  }

  function drawTasks(board: BoardState, real: number): void {
    tasksDirty = false;
    tasksAt = real;
    const source = map.getSource<GeoJSONSource>("tasks");
    const state = current();
    if (source) tasks.show(source, taskPoints(board, state.minute, shownOnMap(state)));
  }

  function drawChosen(board: BoardState, real: number): void {
    chosenDirty = false;
    const { selected, marked, minute } = current();
    put("chosen", chosenPoints(board, stops(board), selected, marked, minute));
    put("line", selectedLine(board, stops(board), selected, motion, real));
    map.setPaintProperty("tasks", "icon-opacity", selected || marked.size > 0 ? FADED : 1);
  }

  function drawCouriers(board: BoardState, real: number): void {
    couriersAt = real;
    layer.draw(momentOf(board, real));
    if (watched) noteFixes(watched, real);
  }

  function momentOf(board: BoardState, real: number): Moment {
    const { selected, clock } = current();
    const [now, speed] = [simulatedNow(clock), clock?.speed ?? 1];
    return { board, stops: stops(board), selected, motion, real, now, speed };
  }

  /** A fix is on the screen once the frame that draws it at its very place is over. */
  function noteFixes(noted: Map<string, string>, real: number): void {
    const fresh: [string, string][] = [];
    for (const { id } of layer.drawn()) {
      const fixedAt = motion.arrived(id, real);
      if (!fixedAt || noted.get(id) === fixedAt) continue;
      noted.set(id, fixedAt);
      fresh.push([id, fixedAt]);
    }
    if (fresh.length === 0) return;
    requestAnimationFrame(() => setTimeout(() => {
      for (const [id, fixedAt] of fresh) shown.push([id, fixedAt, Date.now()]);
    }));
  }

  function isEmpty(): boolean {
    const { board } = current();
    return board !== null && taskPoints(board, 0).length === 0 && allSeen().size === 0;
  }

  function aim(): void {
    const { metresPerPixel } = viewOf(map);
    const scale = calm ? Infinity : metresPerPixel / 111_195;
    motion.aim(allSeen(), performance.now(), scale);
    couriersDirty = true;
  }

  function look(): void {
    const state = current();
    const { board, selected, minute, theme, marked, stage, filters, text } = state;
    if (isDark(theme) !== drawnDark) restyle();
    const deliveries = board?.deliveries !== seen.board?.deliveries || minute !== seen.minute ||
      filters !== seen.filters || text !== seen.text;
    if (deliveries) tasksDirty = chosenDirty = couriersDirty = true;
    if (board?.couriers !== seen.board?.couriers) chosenDirty = couriersDirty = true;
    if (marked !== seen.marked) chosenDirty = true;
    if (stage !== seen.stage) couriersDirty = true;
    if (selected !== seen.selected) {
      chosenDirty = couriersDirty = true;
      chosenAt = performance.now();
      clearTimeout(revealing);
      revealing = setTimeout(reveal, REVEAL_AFTER_MS);
    }
    seen = { board, selected, minute, marked, stage, filters, text };
    if (board && !fitted) {
      fitted = true;
      aim();
      map.jumpTo({ center: [board.base.longitude, board.base.latitude] });
      showAll(0);
      drawGrid();
    }
  }

  function restyle(): void {
    drawnDark = isDark(current().theme);
    styled = false;
    layer.repaint(palette());
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
    const bounds = extentOf(line) ??
      extentOf(chosenPoints(board, stops(board), selected, new Set(), 0));
    if (!bounds) return;
    const { clientWidth, clientHeight } = map.getCanvas();
    const right = clientWidth > 2 * PANEL_PX ? PANEL_PX : 0;
    const inSight = bounds.map((corner) => map.project(corner)).every(({ x, y }) =>
      x > 0 && y > 0 && x < clientWidth - right && y < clientHeight);
    if (inSight) return;
    map.fitBounds(bounds, {
      padding: { top: 60, bottom: 60, left: 60, right: right + 40 },
      maxZoom: Math.max(14, map.getZoom()), duration: 0,
    });
  }

  function taskAt(x: number, y: number) {
    const box: [[number, number], [number, number]] = [
      [x - TOUCH_PX, y - TOUCH_PX], [x + TOUCH_PX, y + TOUCH_PX],
    ];
    const [hit] = map.queryRenderedFeatures(box, { layers: ["chosen", "tasks"] });
    return hit ? String(hit.properties.delivery) : null;
  }

  /** Marks the deliveries with a stop inside the line. */
  function catchIn(line: readonly [number, number][]): void {
    const { board } = current();
    if (!board) return;
    const caught = new Set<string>();
    const passes = shownOnMap(current());
    for (const { properties, geometry } of taskPoints(board, 0, passes)) {
      if (geometry.type !== "Point") continue;
      const { x, y } = map.project(geometry.coordinates as [number, number]);
      if (inside(line, x, y)) caught.add(String(properties?.delivery));
    }
    mark(caught);
  }

  map.on("style.load", () => {
    styled = true;
    addIcons(map, palette());
    tasks.reset();
    tasksDirty = chosenDirty = couriersDirty = true;
    tasksAt = 0;
    drawGrid();
  });
  map.on("error", ({ error }) => console.error("map:", error));
  map.on("moveend", drawGrid);
  map.on("move", () => {
    const { board } = current();
    if (board && styled) drawCouriers(board, performance.now()); // In step with the map below.
  });
  map.on("zoomend", aim);
  /** Not on `idle`: with couriers under way the map never is. */
  map.on("render", () => {
    if (ready || !styled || !fitted) return;
    const drawn = map.queryRenderedFeatures({ layers: ["tasks"] });
    if (drawn.length === 0 && layer.drawn().length === 0 && !isEmpty()) return;
    ready = true;
    events.onReady();
  });
  map.on("click", ({ point: { x, y }, originalEvent }) => {
    if (lasso.justDrawn()) return;
    const courier = layer.hit(x, y);
    const delivery = courier ? null : taskAt(x, y);
    const { marked } = current();
    const adds = originalEvent.ctrlKey || originalEvent.metaKey || originalEvent.shiftKey;
    if (delivery && adds) {
      const next = new Set(marked);
      if (!next.delete(delivery)) next.add(delivery);
      mark(next);
    } else if (courier) select({ kind: "courier", id: courier });
    else if (delivery) select({ kind: "delivery", id: delivery });
    else select(null);
  });
  map.on("mousemove", ({ point: { x, y } }) => {
    const over = layer.hit(x, y) !== null || (!map.isMoving() && taskAt(x, y) !== null);
    map.getCanvas().style.cursor = over ? "pointer" : "";
  });
  const lasso = new Lasso(map, (line) => {
    layer.outline(line);
    couriersDirty = true;
  }, catchIn);

  const unsubscribe = subscribe(look);
  const ungoverned = onPositions(aim);
  onSchemeChange(look);
  const resized = new ResizeObserver(() => {
    map.resize();
    couriersDirty = true;
  });
  resized.observe(container);
  look();
  requestAnimationFrame(frame);

  const aimed = (courier: string | null) => {
    if (layer.aimAt(courier)) couriersDirty = true;
    return courier;
  };
  return {
    zoomBy: (levels) => void map.easeTo({ zoom: map.getZoom() + levels, duration: calm ? 0 : 250 }),
    showAll: () => showAll(),
    aimAt(x, y) {
      const { left, top } = container.getBoundingClientRect();
      return aimed(layer.hit(x - left, y - top));
    },
    endAim: () => void aimed(null),
    features: (name) => name === "couriers" ? layer.drawn().map((dot) => ({ ...dot }))
      : map.queryRenderedFeatures({ layers: [name] }).map(({ properties }) => properties),
    watchFixes: () => void (watched = new Map()),
    shownFixes: () => shown.splice(0),
    remove() {
      removed = true;
      clearTimeout(revealing);
      unsubscribe();
      ungoverned();
      lasso.remove();
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
