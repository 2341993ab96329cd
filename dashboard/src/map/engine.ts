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
import type { Cluster } from "./clusters";
import { CourierLayer, type Moment } from "./courier-layer";
import { chosenPoints, extent, extentOf, selectedLine, taskPoints } from "./features";
import { Flat } from "./flat";
import { gridLines, gridStep } from "./grid";
import { inside } from "./inside";
import { Lasso } from "./lasso";
import { Motion } from "./motion";
import { dark, light } from "./palette";
import { styleOf } from "./style";
import { TaskLayer } from "./task-layer";
import { viewOf } from "./view";

setWorkerUrl(new URL(MAP_WORKER_URL, location.origin).href);

/** Changes of deliveries are drawn together. */
const TASKS_EVERY_MS = 250;
/** While a courier glides, at least this far apart; and standing ones age this often. */
const FRAME_MS = 30;
const IDLE_MS = 5_000;
/** Somebody who runs through the list by keys stays where they are: the map follows at rest. */
const REVEAL_AFTER_MS = 350;
/** Stops within this (about 5 m) are at one counter. */
const ONE_PLACE_DEGREES = 0.00005;
/** How far a click on a cluster comes closer at most, in zoom levels. */
const CLOSER_LEVELS = 3;
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

type Seen = Pick<State, "board" | "selected" | "minute" | "marked" | "stage" | "filters" | "text" | "zones">;

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
    renderWorldCopies: false,
    locale: { "Map.Title": t("map.canvas") },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();

  const motion = new Motion();
  const tasks = new TaskLayer(map, palette(), () => current().board?.base ?? null);
  const layer = new CourierLayer(map, palette());
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
    const tasksDue = tasksDirty && real - tasksAt > TASKS_EVERY_MS;
    if (tasksDue) readTasks(board, real);
    if (chosenDirty) readChosen(board, real);
    if (tasksDue || chosenDirty) tasks.draw(new Flat(map));
    chosenDirty = false;
    const moving = motion.isMoving(real);
    if (!couriersDirty && !moving && real - couriersAt < IDLE_MS) return;
    if (moving && real - couriersAt < FRAME_MS) return;
    couriersDirty = moving; // One more frame after the last one, at the very place.
    drawCouriers(board, real);
    sayReady();
  }

  function readTasks(board: BoardState, real: number): void {
    tasksDirty = false;
    tasksAt = real;
    const state = current();
    tasks.show(taskPoints(board, state.minute, shownOnMap(state)));
  }

  function readChosen(board: BoardState, real: number): void {
    const { selected, marked, minute } = current();
    const held = stops(board);
    tasks.choose(
      chosenPoints(board, held, selected, marked, minute),
      selectedLine(board, held, selected, motion, real),
    );
  }

  function drawCouriers(board: BoardState, real: number): void {
    couriersAt = real;
    layer.draw(new Flat(map), momentOf(board, real));
    if (watched) noteFixes(watched, real);
  }

  /** The first picture is whole: ground, stops and couriers. */
  function sayReady(): void {
    if (ready || !fitted) return;
    ready = true;
    events.onReady();
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

  function aim(): void {
    const { metresPerPixel } = viewOf(map);
    const scale = calm ? Infinity : metresPerPixel / 111_195;
    motion.aim(allSeen(), performance.now(), scale);
    couriersDirty = true;
  }

  function look(): void {
    const state = current();
    const { board, selected, minute, theme, marked, stage, filters, text, zones } = state;
    if (isDark(theme) !== drawnDark) restyle();
    const deliveries = board?.deliveries !== seen.board?.deliveries || minute !== seen.minute ||
      filters !== seen.filters || text !== seen.text || zones !== seen.zones;
    if (zones !== seen.zones || filters !== seen.filters) tasks.outline(zones, filters.zone);
    if (deliveries) tasksDirty = chosenDirty = couriersDirty = true;
    if (board?.couriers !== seen.board?.couriers) chosenDirty = couriersDirty = true;
    if (marked !== seen.marked) chosenDirty = true;
    if (stage !== seen.stage) couriersDirty = true;
    if (selected !== seen.selected) {
      chosenDirty = couriersDirty = true;
      clearTimeout(revealing);
      revealing = setTimeout(reveal, REVEAL_AFTER_MS);
    }
    seen = { board, selected, minute, marked, stage, filters, text, zones };
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
    tasks.repaint(palette());
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
    const chosen = chosenPoints(board, stops(board), selected, new Set(), 0);
    const bounds = extentOf(line.length > 0 ? line : chosen.map(({ place }) => place));
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

  /** Comes closer, so that the stops lie apart; those of one counter never do, and are marked. */
  function open({ points }: Cluster): void {
    const bounds = extentOf(points.map(({ place }) => place));
    if (!bounds) return;
    const [[west, south], [east, north]] = bounds;
    if (Math.max(east - west, north - south) < ONE_PLACE_DEGREES) {
      mark(points.map(({ delivery }) => delivery));
      return;
    }
    const closer = Math.min(map.getMaxZoom(), map.getZoom() + CLOSER_LEVELS);
    map.fitBounds(bounds, { padding: 80, maxZoom: closer, duration: calm ? 0 : 400 });
  }

  /** Marks the deliveries with a stop inside the line. */
  function catchIn(line: readonly [number, number][]): void {
    const { board } = current();
    if (!board) return;
    const caught = new Set<string>();
    const passes = shownOnMap(current());
    const flat = new Flat(map);
    for (const { spot, delivery } of taskPoints(board, 0, passes)) {
      if (inside(line, ...flat.pixel(spot))) caught.add(delivery);
    }
    mark(caught);
  }

  map.on("style.load", () => {
    styled = true;
    tasksDirty = chosenDirty = couriersDirty = true;
    tasksAt = -Infinity;
    drawGrid();
  });
  map.on("error", ({ error }) => console.error("map:", error));
  map.on("moveend", drawGrid);
  map.on("move", () => {
    const { board } = current();
    if (!board || !styled) return;
    drawCouriers(board, performance.now()); // In step with the map below.
    tasks.draw(new Flat(map));
  });
  map.on("zoomend", aim);
  map.on("click", ({ point: { x, y }, originalEvent }) => {
    if (lasso.justDrawn()) return;
    const courier = layer.hit(x, y);
    const hit = courier ? null : tasks.hit(x, y, new Flat(map));
    const delivery = hit && "delivery" in hit ? hit.delivery : null;
    const { marked } = current();
    const adds = originalEvent.ctrlKey || originalEvent.metaKey || originalEvent.shiftKey;
    if (delivery && adds) {
      const next = new Set(marked);
      if (!next.delete(delivery)) next.add(delivery);
      mark(next);
    } else if (courier) select({ kind: "courier", id: courier });
    else if (delivery) select({ kind: "delivery", id: delivery });
    else if (hit && "cluster" in hit) open(hit.cluster);
    else select(null);
  });
  map.on("mousemove", ({ point: { x, y } }) => {
    const over = layer.hit(x, y) !== null || tasks.hit(x, y, new Flat(map)) !== null;
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
    chosenDirty = couriersDirty = true;
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
    features: (name) =>
      name === "couriers" ? layer.drawn().map((dot) => ({ ...dot })) : tasks.drawn(name),
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
