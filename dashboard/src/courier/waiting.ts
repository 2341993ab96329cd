// What waiting at a counter pays: the arithmetic of the tariff, on the phone, without a network.
import type { Money, RouteStop } from "../api/types";

export interface Waiting {
  since: number;
  /** From when on it is paid, and what it pays by now; none where waiting pays nothing. */
  paid: { from: number; amount: Money } | null;
}

/** Since when a courier waits at a pickup, in milliseconds of the co-op's clock. */
export function waitingAt({ kind, state, started_at, wait }: RouteStop, now: number): Waiting | null {
  if (kind !== "pickup" || state !== "doing" || !started_at) return null;
  const since = Date.parse(started_at);
  if (!wait) return { since, paid: null };
  const from = since + Math.max(0, wait.free_s - wait.before_s) * 1000;
  const here = Math.floor(Math.max(0, now - since) / 1000);
  const waited = Math.max(0, wait.before_s + here - wait.free_s);
  // Rounded half up, as the line of pay is.
  const amount = Math.floor((wait.per_minute.amount * waited + 30) / 60);
  return { since, paid: { from, amount: { ...wait.per_minute, amount } } };
}
