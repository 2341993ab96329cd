// What the map shows, as GeoJSON, derived from the state.
import type { Place } from "../api/types";
import { initials, isEnded, isStale, paceOf, type Stop } from "../store/derive";
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

/** Stops still to be made. With a selection, its own stand out and the others fade. */
export function taskPoints(
  board: BoardState,
  stops: Map<string, Stop[]>,
  selected: Selection | null,
  now: number,
): Collection {
  const route = selected?.kind === "courier" ? (stops.get(selected.id) ?? []) : [];
  const orders = new Map(route.map(({ task }, index) => [task.id, index + 1]));
  const features: GeoJSON.Feature[] = [];
  for (const delivery of board.deliveries.values()) {
    if (isEnded(delivery)) continue;
    const late = paceOf(delivery, now) === "late";
    const chosen = selected?.kind === "delivery" && selected.id === delivery.id;
    for (const task of delivery.tasks) {
      if (task.state !== "todo" && task.state !== "doing") continue;
      const order = orders.get(task.id) ?? 0;
      features.push(
        pointAt(coordinates(task.place), {
          id: task.id,
          delivery: delivery.id,
          icon: `${task.kind}-${delivery.state}${late ? "-late" : ""}`,
          kind: task.kind,
          state: delivery.state,
          late,
          chosen,
          order,
          faded: selected !== null && !chosen && order === 0,
          rank: (late ? 4 : 0) + (task.kind === "dropoff" ? 1 : 0) + (chosen || order > 0 ? 8 : 0),
        }),
      );
    }
  }
  return collect(features);
}

/** Couriers on shift that have been seen. */
export function courierPoints(
  board: BoardState,
  stops: Map<string, Stop[]>,
  selected: Selection | null,
  motion: Motion,
  at: { now: number; speed: number; real: number },
): Collection {
  const features: GeoJSON.Feature[] = [];
  const held = selected?.kind === "delivery" && board.deliveries.get(selected.id)?.courier_id;
  for (const courier of board.couriers.values()) {
    if (!courier.on_shift) continue;
    const seen = motion.at(courier.id, at.real);
    if (!seen) continue;
    features.push(
      pointAt(seen.place, {
        id: courier.id,
        initials: initials(courier.name),
        busy: (stops.get(courier.id)?.length ?? 0) > 0,
        stale: isStale(courier, at.now, at.speed),
        heading: seen.heading,
        chosen: (selected?.kind === "courier" && selected.id === courier.id) || held === courier.id,
      }),
    );
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
    if (courier.on_shift && courier.place) places.push(coordinates(courier.place));
  }
  for (const delivery of board.deliveries.values()) {
    if (isEnded(delivery)) continue;
    for (const task of delivery.tasks) places.push(coordinates(task.place));
  }
  return places.length < 2 ? null : around(places);
}

/** The corners of a collection, or of its features that have `flag` set. */
export function extentOf({ features }: Collection, flag?: string): Extent | null {
  const places: [number, number][] = [];
  for (const { geometry, properties } of features) {
    if (flag && !properties?.[flag]) continue;
    if (geometry.type === "Point") places.push(geometry.coordinates as [number, number]);
    if (geometry.type === "LineString") places.push(...(geometry.coordinates as [number, number][]));
  }
  return around(places);
}

export function basePoint(board: BoardState): Collection {
  return collect([pointAt(coordinates(board.base), {})]);
}
