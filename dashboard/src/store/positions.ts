// Where couriers were last seen. Apart from the board: it changes many times a second, and only
// the map follows it; the lists look when they are drawn for another reason.
import type { BoardCourier, Fix, Place } from "../api/types";

export interface Seen {
  place: Place;
  fixed_at: string;
}

const places = new Map<string, Seen>();
const listeners = new Set<() => void>();

const tell = () => listeners.forEach((listener) => listener());

export function seenAt(courier: string): Seen | null {
  return places.get(courier) ?? null;
}

export function allSeen(): ReadonlyMap<string, Seen> {
  return places;
}

/** Begins anew with what a whole board says. */
export function resetPositions(couriers: readonly BoardCourier[]): void {
  places.clear();
  for (const { id, place, fixed_at } of couriers) {
    if (place && fixed_at) places.set(id, { place, fixed_at });
  }
  tell();
}

/** Takes newer fixes; one older than what is known changes nothing. */
export function takeFixes(fixes: readonly Fix[]): void {
  for (const { courier_id, latitude, longitude, at } of fixes) {
    const old = places.get(courier_id);
    // Both are RFC 3339 in UTC with milliseconds, so their text has the order of time.
    if (old && old.fixed_at > at) continue;
    places.set(courier_id, { place: { latitude, longitude }, fixed_at: at });
  }
  tell();
}

/** Nobody is followed outside a shift. */
export function forgetPosition(courier: string): void {
  if (places.delete(courier)) tell();
}

export function onPositions(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
