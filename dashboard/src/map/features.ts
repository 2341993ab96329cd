// What the map shows, as GeoJSON, derived from the state.
import type { Delivery, Place, Task } from "../api/types";
import { isEnded, paceOf, type Stop } from "../store/derive";
import { seenAt } from "../store/positions";
import type { BoardState, Selection } from "../store/state";
import type { Motion } from "./motion";

type Collection = GeoJSON.FeatureCollection<GeoJSON.Geometry>;

const collect = (features: GeoJSON.Feature[]): Collection => ({
  type: "FeatureCollection",
  features,
});

const coordinates = ({ longitude, latitude }: Place): [number, number] => [longitude, latitude];

const pointAt = (at: [number, number], properties: Record<string, unknown>): GeoJSON.Feature => ({
  type: "Feature",
  properties,
  geometry: { type: "Point", coordinates: at },
});

/** A stop as the map draws it. */
function taskPoint(task: Task, delivery: Delivery, late: boolean, more: Record<string, unknown>) {
  return pointAt(coordinates(task.place), {
    id: task.id,
    delivery: delivery.id,
    icon: `${task.kind}-${delivery.state}${late ? "-late" : ""}`,
    kind: task.kind,
    state: delivery.state,
    late,
    rank: (late ? 4 : 0) + (task.kind === "dropoff" ? 1 : 0),
    ...more,
  });
}

const isAhead = (task: Task) => task.state === "todo" || task.state === "doing";

/** Stops still to be made, of the deliveries that pass the filters. */
export function taskPoints(
  board: BoardState,
  now: number,
  shown: (delivery: Delivery) => boolean = () => true,
): GeoJSON.Feature[] {
  const features: GeoJSON.Feature[] = [];
  for (const delivery of board.deliveries.values()) {
    if (isEnded(delivery) || !shown(delivery)) continue;
    const late = paceOf(delivery, now) === "late";
    for (const task of delivery.tasks) {
      if (isAhead(task)) features.push(taskPoint(task, delivery, late, {}));
    }
  }
  return features;
}

/** The stops of what is selected or marked: drawn again, above the others, with their order. */
export function chosenPoints(
  board: BoardState,
  stops: Map<string, Stop[]>,
  selected: Selection | null,
  marked: ReadonlySet<string>,
  now: number,
): Collection {
  const features: GeoJSON.Feature[] = [];
  const route = selected?.kind === "courier" ? (stops.get(selected.id) ?? []) : [];
  route.forEach(({ task, delivery }, index) => {
    features.push(taskPoint(task, delivery, paceOf(delivery, now) === "late", {
      chosen: false, order: index + 1,
    }));
  });
  const chosen = new Set(marked);
  if (selected?.kind === "delivery") chosen.add(selected.id);
  for (const id of chosen) {
    const delivery = board.deliveries.get(id);
    if (!delivery || isEnded(delivery)) continue;
    const late = paceOf(delivery, now) === "late";
    for (const task of delivery.tasks) {
      if (isAhead(task)) features.push(taskPoint(task, delivery, late, { chosen: true, order: 0 }));
    }
  }
  return collect(features);
}

/** The selected courier's route from where it is, or the selected delivery's own way. */
export function selectedLine(
  board: BoardState,
  stops: Map<string, Stop[]>,
  selected: Selection | null,
  motion: Motion,
  real: number,
): Collection {
  if (!selected) return collect([]);
  const line: [number, number][] = [];
  const start = (courier: string | null | undefined) => {
    const seen = courier ? motion.at(courier, real) : null;
    if (seen && courier && board.couriers.get(courier)?.on_shift) line.push(seen.place);
  };
  if (selected.kind === "courier") {
    start(selected.id);
    for (const { task } of stops.get(selected.id) ?? []) line.push(coordinates(task.place));
  } else {
    const delivery = board.deliveries.get(selected.id);
    if (!delivery) return collect([]);
    if (!isEnded(delivery)) start(delivery.courier_id);
    for (const task of delivery.tasks) {
      if (task.state !== "done" || isEnded(delivery)) line.push(coordinates(task.place));
    }
  }
  if (line.length < 2) return collect([]);
  const geometry = { type: "LineString" as const, coordinates: line };
  return collect([{ type: "Feature", properties: {}, geometry }]);
}

export type Extent = [[number, number], [number, number]];

function around(places: [number, number][]): Extent | null {
  if (places.length === 0) return null;
  let [west, south, east, north] = [180, 90, -180, -90];
  for (const [longitude, latitude] of places) {
    west = Math.min(west, longitude);
    east = Math.max(east, longitude);
    south = Math.min(south, latitude);
    north = Math.max(north, latitude);
  }
  return [[west, south], [east, north]];
}

/** Everything worth seeing at once; null when there is only the base. */
export function extent(board: BoardState): Extent | null {
  const places = [coordinates(board.base)];
  for (const courier of board.couriers.values()) {
    const seen = courier.on_shift ? seenAt(courier.id) : null;
    if (seen) places.push(coordinates(seen.place));
  }
  for (const delivery of board.deliveries.values()) {
    if (isEnded(delivery)) continue;
    for (const task of delivery.tasks) places.push(coordinates(task.place));
  }
  return places.length < 2 ? null : around(places);
}

/** The corners of a collection. */
export function extentOf({ features }: Collection): Extent | null {
  const places: [number, number][] = [];
  for (const { geometry } of features) {
    if (geometry.type === "Point") places.push(geometry.coordinates as [number, number]);
    if (geometry.type === "LineString") places.push(...(geometry.coordinates as [number, number][]));
  }
  return around(places);
}

export function basePoint(board: BoardState): Collection {
  return collect([pointAt(coordinates(board.base), {})]);
}
