// What the page shows, computed from the state: lateness, order, filters, counts, routes.
import type { Delivery, Task, Zone } from "../api/types";
import { staleAfterMs } from "./clock";
import { seenAt } from "./positions";
import {
  noFilters, type BoardState, type CourierState, type Filter, type Filters, type State,
} from "./state";
import { liesIn } from "./zones";

/** Before the promise by less than this, a delivery is at risk: still in the shop, or riding. */
const AT_RISK_WAITING_MS = 15 * 60_000;
const AT_RISK_RIDING_MS = 5 * 60_000;

export type Pace = "late" | "at_risk" | "on_time" | "ended_late" | "ended";

export function isEnded(delivery: Delivery): boolean {
  return (
    delivery.state === "delivered" ||
    delivery.state === "returned" ||
    delivery.state === "failed" ||
    delivery.state === "cancelled"
  );
}

/** A courier stands at a counter so long: what was on time until now is at risk. */
const AT_RISK_COUNTER_MS = 10 * 60_000;

/** Since when a courier waits at a pickup, in simulated milliseconds; null where nobody does. */
export function waitsSince(delivery: Delivery): number | null {
  const counter = delivery.tasks.find(({ kind, state }) => kind === "pickup" && state === "doing");
  return delivery.state === "assigned" && counter?.started_at ? Date.parse(counter.started_at) : null;
}

/** How a delivery stands against its promise at `now` (simulated milliseconds). */
export function paceOf(delivery: Delivery, now: number): Pace {
  const due = Date.parse(delivery.due_at);
  if (isEnded(delivery)) {
    const ended = delivery.ended_at ? Date.parse(delivery.ended_at) : now;
    return delivery.state === "delivered" && ended > due ? "ended_late" : "ended";
  }
  // What goes back is promised to nobody.
  if (delivery.state === "returning") return "ended";
  if (now > due) return "late";
  const waits = waitsSince(delivery);
  if (waits !== null && now - waits >= AT_RISK_COUNTER_MS) return "at_risk";
  const margin = delivery.state === "picked_up" ? AT_RISK_RIDING_MS : AT_RISK_WAITING_MS;
  return due - now < margin ? "at_risk" : "on_time";
}

export function shortId(id: string): string {
  return id.slice(-6).toUpperCase();
}

export function initials(name: string): string {
  const words = name.split(/[\s'-]+/).filter(Boolean);
  const first = words[0]?.[0] ?? "?";
  const last = words.length > 1 ? (words[words.length - 1]?.[0] ?? "") : (words[0]?.[1] ?? "");
  return (first + last).toUpperCase();
}

export function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

function matches(delivery: Delivery, needle: string): boolean {
  if (needle === "") return true;
  const dropoff = delivery.tasks.find((task) => task.kind === "dropoff");
  const hay = [
    delivery.merchant_name,
    delivery.id.slice(-6),
    delivery.external_reference ?? "",
    delivery.courier_name ?? "",
    dropoff?.address ?? "",
    ...(delivery.desk?.tags ?? []),
    delivery.desk?.note ?? "",
  ].join(" ");
  return plain(hay).includes(needle);
}

/** Whether a delivery is among what the lists and the map are narrowed to; in a zone that is gone nothing is. */
export function narrowed(
  delivery: Delivery, { merchant, courier, tag, zone, day }: Filters, zones: readonly Zone[],
): boolean {
  return (merchant === "" || delivery.merchant_id === merchant) &&
    (courier === "" || delivery.courier_id === courier) &&
    (tag === "" || (delivery.desk?.tags.includes(tag) ?? false)) &&
    (zone === "" || zones.some((one) => one.name === zone && liesIn(one, delivery))) &&
    (day === "" || localDay(delivery.due_at) === day);
}

/** The day of an instant in the browser's time zone: 2026-03-01. */
export function localDay(at: string): string {
  const date = new Date(at);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** What the map shows of the deliveries that are not over. */
export function shownOnMap({ filters, text, zones }: Pick<State, "filters" | "text" | "zones">) {
  const needle = plain(text.trim());
  return (delivery: Delivery) => narrowed(delivery, filters, zones) && matches(delivery, needle);
}

function passes(delivery: Delivery, pace: Pace, filter: Filter): boolean {
  switch (filter) {
    case "active":
      return !isEnded(delivery);
    case "late":
      return pace === "late" || pace === "at_risk";
    case "done":
      return isEnded(delivery);
    case "asked":
    case "open":
    case "assigned":
    case "picked_up":
    case "returning":
      return delivery.state === filter;
  }
}

export interface Row {
  delivery: Delivery;
  pace: Pace;
}

/** Rows of a filter. Active ones: the soonest promise first, so late ones lead; ended: newest. */
export function rowsOf(
  board: BoardState,
  now: number,
  filter: Filter,
  text: string,
  filters: Filters = noFilters,
  zones: readonly Zone[] = [],
): Row[] {
  const needle = plain(text.trim());
  const rows: (Row & { key: number })[] = [];
  for (const delivery of board.deliveries.values()) {
    const pace = paceOf(delivery, now);
    if (!passes(delivery, pace, filter) || !narrowed(delivery, filters, zones)) continue;
    if (!matches(delivery, needle)) continue;
    const ended = isEnded(delivery);
    const key = ended ? -Date.parse(delivery.ended_at ?? delivery.placed_at)
      : Date.parse(delivery.due_at);
    rows.push({ delivery, pace, key });
  }
  return rows.sort((a, b) => a.key - b.key || (a.delivery.id < b.delivery.id ? -1 : 1));
}

export interface Tally {
  asked: number;
  open: number;
  assigned: number;
  picked_up: number;
  returning: number;
  late: number;
  at_risk: number;
  delivered: number;
  returned: number;
  failed: number;
  cancelled: number;
  on_shift: number;
}

export function tallyOf(board: BoardState, now: number): Tally {
  const tally: Tally = {
    asked: 0, open: 0, assigned: 0, picked_up: 0, returning: 0, late: 0, at_risk: 0, on_shift: 0,
    ...board.ended,
  };
  for (const delivery of board.deliveries.values()) {
    if (isEnded(delivery)) continue;
    if (delivery.state === "asked") tally.asked += 1;
    else if (delivery.state === "open") tally.open += 1;
    else if (delivery.state === "assigned") tally.assigned += 1;
    else if (delivery.state === "returning") tally.returning += 1;
    else tally.picked_up += 1;
    const pace = paceOf(delivery, now);
    if (pace === "late") tally.late += 1;
    else if (pace === "at_risk") tally.at_risk += 1;
  }
  for (const courier of board.couriers.values()) if (courier.on_shift) tally.on_shift += 1;
  return tally;
}

export interface Stop {
  task: Task;
  delivery: Delivery;
}

/**
 * Stops each courier still has to make. The order is the server's where it told one; stops it has
 * not told yet follow, pickups before drop-offs.
 */
export function stopsByCourier(board: BoardState): Map<string, Stop[]> {
  const stops = new Map<string, Stop[]>();
  for (const delivery of board.deliveries.values()) {
    if (!delivery.courier_id || isEnded(delivery)) continue;
    const list = stops.get(delivery.courier_id) ?? [];
    for (const task of delivery.tasks) {
      if (task.state === "todo" || task.state === "doing") list.push({ task, delivery });
    }
    stops.set(delivery.courier_id, list);
  }
  for (const [id, list] of stops) {
    const told = new Map(board.couriers.get(id)?.route.map((task, index) => [task, index]));
    const rank = ({ task }: Stop) => told.get(task.id) ?? 1_000 + (task.kind === "pickup" ? 0 : 1);
    list.sort((a, b) => rank(a) - rank(b));
  }
  return stops;
}

export interface RouteRow {
  courier: CourierState;
  stops: Stop[];
  /** How many of its deliveries are late, and how many at risk. */
  late: number;
  at_risk: number;
}

/** One row for each courier on shift or with something to do: late ones lead, then those at risk. */
export function routeRowsOf(board: BoardState, now: number, wanted: string): RouteRow[] {
  const held = stops(board);
  const found: RouteRow[] = [];
  for (const courier of board.couriers.values()) {
    const own = held.get(courier.id) ?? [];
    if ((!courier.on_shift && own.length === 0) || (wanted && courier.id !== wanted)) continue;
    const paces = new Map(own.map(({ delivery }) => [delivery.id, paceOf(delivery, now)]));
    const count = (pace: Pace) => [...paces.values()].filter((one) => one === pace).length;
    found.push({ courier, stops: own, late: count("late"), at_risk: count("at_risk") });
  }
  return found.sort((a, b) => b.late - a.late || b.at_risk - a.at_risk ||
    a.courier.name.localeCompare(b.courier.name) || (a.courier.id < b.courier.id ? -1 : 1));
}

export interface Choice {
  id: string;
  name: string;
  /** Stops ahead. */
  count: number;
  /** Metres to the first pickup; infinite when the courier has not been seen. */
  away_m: number;
}

/** Couriers at work to whom these deliveries may go: the free and near ones first. */
export function choices(board: BoardState, ids: readonly string[]): Choice[] {
  const held = stops(board);
  const [first] = ids;
  const pickup = first ? board.deliveries.get(first)?.tasks[0]?.place : undefined;
  const found: Choice[] = [];
  for (const { id, name, on_shift, paused_at } of board.couriers.values()) {
    if (!on_shift || paused_at || ids.every((one) => board.deliveries.get(one)?.courier_id === id)) continue;
    const seen = seenAt(id);
    const away_m = seen && pickup ? metresBetween(seen.place, pickup) : Infinity;
    found.push({ id, name, count: held.get(id)?.length ?? 0, away_m });
  }
  return found.sort((a, b) => a.count - b.count || a.away_m - b.away_m || (a.id < b.id ? -1 : 1));
}

/** Age of a position in simulated milliseconds; null when there is none. */
export function fixAgeMs(seen: { fixed_at: string } | null, now: number): number | null {
  return seen ? Math.max(0, now - Date.parse(seen.fixed_at)) : null;
}

export function isStale(seen: { fixed_at: string } | null, now: number, speed: number): boolean {
  const age = fixAgeMs(seen, now);
  return age === null || age > staleAfterMs(speed);
}

/** Metres on the sphere, near enough for a label. */
export function metresBetween(
  a: { latitude: number; longitude: number },
  b: { latitude: number; longitude: number },
): number {
  const rad = Math.PI / 180;
  const x = (b.longitude - a.longitude) * rad * Math.cos(((a.latitude + b.latitude) / 2) * rad);
  const y = (b.latitude - a.latitude) * rad;
  return Math.hypot(x, y) * 6_371_000;
}

/** Remembers the last answer for the same arguments: several components ask the same question. */
export function once<A extends unknown[], T>(derive: (...args: A) => T): (...args: A) => T {
  let last: { args: A; value: T } | null = null;
  return (...args) => {
    if (last && args.every((arg, index) => Object.is(arg, last?.args[index]))) return last.value;
    last = { args, value: derive(...args) };
    return last.value;
  };
}

export const rows = once(rowsOf);
export const tally = once(tallyOf);
/** The same of orders: what brings the goods of one to a hub is none. */
export const orders = once(({ deliveries, ...board }: BoardState, now: number) => tallyOf({
  ...board, deliveries: new Map([...deliveries].filter(([, { leg }]) => !leg?.feeds)),
}, now));
export const stops = once(stopsByCourier);
export const routeRows = once(routeRowsOf);
