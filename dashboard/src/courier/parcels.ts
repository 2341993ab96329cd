// Which parcels a stop is about, what a scanned code says, and what a stop still lacks. Pure, and by
// the route as it is kept on the phone: it works without a network.
import type { HandoverNeed } from "../api/handover";
import type { RouteStop } from "../api/types";
import type { FailureCode, Missing, Picture } from "./journal";

/** What has been gathered for a stop and not been sent yet. */
export interface Draft {
  pictures: readonly Picture[];
  /** Codes, whole. */
  scanned: readonly string[];
  missing: readonly Missing[];
}

export const EMPTY: Draft = { pictures: [], scanned: [], missing: [] };

/** Why a parcel stays behind. */
export const LEFT: Readonly<Record<RouteStop["kind"], readonly FailureCode[]>> = {
  pickup: ["item_missing", "damaged", "packaging", "incorrect_item", "other"],
  dropoff: ["refused", "damaged", "incorrect_item", "lost", "other"],
  return: ["damaged", "lost", "other"],
};

export const codeOf = (stop: RouteStop, number: number) => `${stop.delivery_id}#${number}`;

/** What a code says to somebody who stands at some stops. */
export type Reading =
  | { kind: "here"; stop: RouteStop; code: string; number: number }
  | { kind: "again"; number: number }
  | { kind: "elsewhere"; stop: RouteStop; number: number }
  | { kind: "foreign" }
  | { kind: "unknown" };

const CODE = /^(dlv_)?([0-9a-z]{4,26})#([1-9]\d{0,2})$/;
const BARE = /^#?([1-9]\d{0,2})$/;

/**
 * A code is read whole from a label, or typed: the end of the delivery's id from four characters on, `#` and
 * the parcel's number; at a single stop the number alone.
 */
export function readCode(
  typed: string, here: readonly RouteStop[], route: readonly RouteStop[], scanned: ReadonlySet<string>,
): Reading {
  const text = typed.trim().toLowerCase();
  const bare = BARE.exec(text);
  const whole = CODE.exec(text);
  const alone = here.length === 1 ? here[0] : undefined;
  if (!whole && !(bare && alone)) return { kind: "unknown" };
  const number = Number(whole ? whole[3] : bare?.[1]);
  const end = whole?.[2] ?? "";
  const isIt = (stop: RouteStop) => (whole ? stop.delivery_id.endsWith(end) : stop === alone);
  const holds = (stop: RouteStop) => stop.parcels.some((parcel) => parcel.number === number);
  const known = route.filter(isIt);
  if (new Set(known.map(({ delivery_id }) => delivery_id)).size > 1) return { kind: "unknown" };
  const stop = here.find((one) => isIt(one) && holds(one));
  if (stop) {
    const code = codeOf(stop, number);
    return scanned.has(code) ? { kind: "again", number } : { kind: "here", stop, code, number };
  }
  const elsewhere = known.find(holds);
  if (elsewhere) return { kind: "elsewhere", stop: elsewhere, number };
  return { kind: whole ? "foreign" : "unknown" };
}

/** The parcels of a stop that are neither read nor named missing. */
export function unread(stop: RouteStop, { scanned, missing }: Draft): number[] {
  const named = new Set(missing.map(({ parcel }) => parcel));
  const open = stop.parcels.filter(({ number }) => !named.has(number) && !scanned.includes(codeOf(stop, number)));
  return open.map(({ number }) => number);
}

/** What a stop asks for and has not been shown. A stop among several of its kind may leave parcels to the others. */
export function lacks(
  stop: RouteStop, route: readonly RouteStop[], draft: Draft, shown: { name: string; pin: string },
): HandoverNeed[] {
  const others = route.some((other) =>
    other !== stop && other.delivery_id === stop.delivery_id && other.kind === stop.kind);
  const enough = others
    ? draft.scanned.length + draft.missing.length > 0
    : unread(stop, draft).length === 0;
  const has: Record<HandoverNeed, boolean> = {
    name: shown.name !== "",
    photo: draft.pictures.some(({ kind }) => kind === "photo"),
    signature: draft.pictures.some(({ kind }) => kind === "signature"),
    pin: /^\d{4}$/.test(shown.pin),
    scan: enough,
  };
  return stop.needs.filter((need) => !has[need]);
}

/** Stops that one tap can do: next to each other in the route, of one kind, at one place, and asking for nothing that
 *  belongs to one of them alone. */
export function together(stop: RouteStop, route: readonly RouteStop[], canGo: (stop: RouteStop) => boolean): RouteStop[] {
  const single = (one: RouteStop) => one.needs.every((need) => need === "name" || need === "scan");
  const same = (one: RouteStop) =>
    one.kind === stop.kind && one.place.latitude === stop.place.latitude &&
    one.place.longitude === stop.place.longitude && one.address === stop.address && single(one);
  const at = route.indexOf(stop);
  if (at < 0 || !same(stop)) return [stop];
  let [from, to] = [at, at];
  for (let one = route[from - 1]; one && same(one); one = route[from - 1]) from -= 1;
  for (let one = route[to + 1]; one && same(one); one = route[to + 1]) to += 1;
  const row = route.slice(from, to + 1);
  return canGo(stop) ? row.filter(canGo) : [stop];
}

/** The route with one stop a place earlier (-1) or later (1); null where that cannot be, or a drop-off would come
 *  before its pickup. */
export function moved(route: readonly RouteStop[], stop: RouteStop, by: -1 | 1): string[] | null {
  const at = route.indexOf(stop);
  const other = route[at + by];
  if (at < 0 || !other) return null;
  const [first, second] = by < 0 ? [stop, other] : [other, stop];
  if (first.delivery_id === second.delivery_id && first.kind === "dropoff" && second.kind === "pickup") return null;
  const order = route.map(({ task_id }) => task_id);
  [order[at], order[at + by]] = [other.task_id, stop.task_id];
  return order;
}

const RADIUS_M = 6_371_000;
const radians = (degrees: number) => (degrees * Math.PI) / 180;

interface Point {
  latitude: number;
  longitude: number;
}

function beeline(from: Point, to: Point): number {
  const north = radians(to.latitude - from.latitude);
  const east = radians(to.longitude - from.longitude) * Math.cos(radians((from.latitude + to.latitude) / 2));
  return RADIUS_M * Math.hypot(north, east);
}

/** Metres from here along all stops, in straight lines: no ride is shorter. */
export function remaining(here: Point | null, route: readonly RouteStop[]): number {
  const points = [...(here ? [here] : []), ...route.map(({ place }) => place)];
  return points.slice(1).reduce((sum, to, index) => sum + beeline(points[index] as Point, to), 0);
}
