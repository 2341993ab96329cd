// What the map shows, derived from the state.
import type { Delivery, Place, Task, TaskKind } from "../api/types";
import { isEnded, paceOf, type Stop } from "../store/derive";
import { seenAt } from "../store/positions";
import { tourRow } from "../store/tour-rows";
import type { BoardState, Selection } from "../store/state";
import { spotOf, type Spot } from "./flat";
import type { IconName } from "./icons";
import type { Motion } from "./motion";

/** A stop as the map draws it. */
export interface TaskPoint {
  id: string;
  delivery: string;
  place: Place;
  spot: Spot;
  kind: TaskKind;
  state: Delivery["state"];
  late: boolean;
  icon: IconName;
}

/** A stop of what is selected or marked, drawn above the others. */
export interface ChosenPoint extends TaskPoint {
  /** With a ring; else it only belongs to a route. */
  ring: boolean;
  /** Its place in the route, from 1; 0 without one. */
  order: number;
}

function taskPoint(task: Task, delivery: Delivery, late: boolean): TaskPoint {
  const { place, kind } = task;
  const state = delivery.state === "asked" ? "open"
    : delivery.state === "open" || delivery.state === "assigned" ? delivery.state : "picked_up";
  return {
    id: task.id, delivery: delivery.id, place, spot: spotOf(place), kind, state: delivery.state, late,
    icon: `${kind}-${state}${late ? "-late" : ""}`,
  };
}

const isAhead = (task: Task) => task.state === "todo" || task.state === "doing";

/** What hides less comes last, so that it is drawn on top: drop-offs over pickups, late over all. */
const rank = ({ kind, late }: TaskPoint) => (late ? 4 : 0) + (kind === "pickup" ? 0 : 1);

/** Stops still to be made, of the deliveries that pass the filters. */
export function taskPoints(
  board: BoardState,
  now: number,
  shown: (delivery: Delivery) => boolean = () => true,
): TaskPoint[] {
  const points: TaskPoint[] = [];
  for (const delivery of board.deliveries.values()) {
    if (isEnded(delivery) || !shown(delivery)) continue;
    const late = paceOf(delivery, now) === "late";
    for (const task of delivery.tasks) {
      if (isAhead(task)) points.push(taskPoint(task, delivery, late));
    }
  }
  return points.sort((a, b) => rank(a) - rank(b));
}

/** The stops of what is selected or marked, with their order in a route. */
export function chosenPoints(
  board: BoardState,
  stops: Map<string, Stop[]>,
  selected: Selection | null,
  marked: ReadonlySet<string>,
  now: number,
): ChosenPoint[] {
  const route = selected?.kind === "courier" ? (stops.get(selected.id) ?? [])
    : selected?.kind === "tour" ? (tourRow(board, selected.id, now)?.stops ?? []) : [];
  const points = route.map(({ task, delivery }, index): ChosenPoint => ({
    ...taskPoint(task, delivery, paceOf(delivery, now) === "late"), ring: false, order: index + 1,
  }));
  const chosen = new Set(marked);
  if (selected?.kind === "delivery") chosen.add(selected.id);
  for (const id of chosen) {
    const delivery = board.deliveries.get(id);
    if (!delivery || isEnded(delivery)) continue;
    const late = paceOf(delivery, now) === "late";
    for (const task of delivery.tasks) {
      if (isAhead(task)) points.push({ ...taskPoint(task, delivery, late), ring: true, order: 0 });
    }
  }
  return points;
}

/** The selected courier's route from where it is, the selected tour, or the selected delivery's own way. */
export function selectedLine(
  board: BoardState,
  stops: Map<string, Stop[]>,
  selected: Selection | null,
  motion: Motion,
  real: number,
): Place[] {
  if (!selected) return [];
  const line: Place[] = [];
  const start = (courier: string | null | undefined) => {
    const seen = courier ? motion.at(courier, real) : null;
    if (!seen || !courier || !board.couriers.get(courier)?.on_shift) return;
    const [longitude, latitude] = seen.place;
    line.push({ longitude, latitude });
  };
  if (selected.kind === "courier") {
    start(selected.id);
    for (const { task } of stops.get(selected.id) ?? []) line.push(task.place);
  } else if (selected.kind === "tour") {
    for (const { task } of tourRow(board, selected.id, 0)?.stops ?? []) line.push(task.place);
  } else {
    const delivery = board.deliveries.get(selected.id);
    if (!delivery) return [];
    if (!isEnded(delivery)) start(delivery.courier_id);
    for (const task of delivery.tasks) {
      if (task.state !== "done" || isEnded(delivery)) line.push(task.place);
    }
  }
  return line.length < 2 ? [] : line;
}

export type Extent = [[number, number], [number, number]];

/** The corners of some places; null without any. */
export function extentOf(places: readonly Place[]): Extent | null {
  if (places.length === 0) return null;
  let [west, south, east, north] = [180, 90, -180, -90];
  for (const { longitude, latitude } of places) {
    west = Math.min(west, longitude);
    east = Math.max(east, longitude);
    south = Math.min(south, latitude);
    north = Math.max(north, latitude);
  }
  return [[west, south], [east, north]];
}

/** Everything worth seeing at once; null when there is only the base. */
export function extent(board: BoardState): Extent | null {
  const places = [board.base];
  for (const courier of board.couriers.values()) {
    const seen = courier.on_shift ? seenAt(courier.id) : null;
    if (seen) places.push(seen.place);
  }
  for (const delivery of board.deliveries.values()) {
    if (isEnded(delivery)) continue;
    for (const task of delivery.tasks) places.push(task.place);
  }
  return places.length < 2 ? null : extentOf(places);
}
