// What the board shows of tours, computed from the state.
import type { Tour } from "../api/tour";
import { isEnded, once, paceOf, type Stop } from "./derive";
import type { BoardState } from "./state";

export interface TourRow {
  tour: Tour;
  /** Stops that are still to be made, in the tour's order. */
  stops: Stop[];
  parcels: number;
  volume_ml: number;
  weight_g: number;
  /** Who holds something of it that is not over. */
  couriers: { id: string; name: string }[];
  /** How many of its deliveries nobody has yet, and how many are late. */
  open: number;
  late: number;
}

function rowOf(board: BoardState, tour: Tour, now: number): TourRow {
  const members = tour.delivery_ids.flatMap((id) => {
    const delivery = board.deliveries.get(id);
    return delivery && !isEnded(delivery) ? [delivery] : [];
  });
  const byTask = new Map(members.flatMap((delivery) =>
    delivery.tasks.map((task) => [task.id, { task, delivery }] as const)));
  const row: TourRow = {
    tour, stops: [], parcels: 0, volume_ml: 0, weight_g: 0, couriers: [], open: 0, late: 0,
  };
  for (const id of tour.stops) {
    const stop = byTask.get(id);
    if (stop && (stop.task.state === "todo" || stop.task.state === "doing")) row.stops.push(stop);
  }
  const couriers = new Map<string, string>();
  for (const delivery of members) {
    for (const { quantity, volume_ml, weight_g } of delivery.packages ?? []) {
      row.parcels += quantity;
      row.volume_ml += quantity * (volume_ml ?? 0);
      row.weight_g += quantity * (weight_g ?? 0);
    }
    if (delivery.courier_id) couriers.set(delivery.courier_id, delivery.courier_name ?? "");
    else row.open += 1;
    if (paceOf(delivery, now) === "late") row.late += 1;
  }
  row.couriers = [...couriers].map(([id, name]) => ({ id, name }));
  return row;
}

/** Every tour, the soonest day first, then by name. */
export const tourRows = once((board: BoardState, now: number): TourRow[] =>
  [...board.tours.values()].map((tour) => rowOf(board, tour, now))
    .sort(({ tour: a }, { tour: b }) => (a.day < b.day ? -1 : a.day > b.day ? 1
      : a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1))));

/** One of them; none where it was removed. */
export function tourRow(board: BoardState, id: string, now: number): TourRow | undefined {
  const tour = board.tours.get(id);
  return tour && rowOf(board, tour, now);
}

/** A tour's stops in the order in which one of them comes before another, or behind all. */
export function movedStop(tour: Tour, task: string, before: string | null): string[] {
  if (task === before) return tour.stops;
  const rest = tour.stops.filter((other) => other !== task);
  const at = before === null ? rest.length : rest.indexOf(before);
  return [...rest.slice(0, at), task, ...rest.slice(at)];
}
