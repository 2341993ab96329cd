// The simulated clock: the server's `now` at a known instant of ours, running at its speed.
import type { Clock } from "../api/types";

export interface ClockAnchor {
  /** The server's time, in milliseconds since 1970. */
  now: number;
  /** `performance.now()` when it was read. */
  at: number;
  speed: number;
}

export function anchor(clock: Pick<Clock, "now" | "speed">, at: number): ClockAnchor {
  return { now: Date.parse(clock.now), at, speed: clock.speed };
}

export function simulatedNow(clock: ClockAnchor | null, at = performance.now()): number {
  return clock ? clock.now + (at - clock.at) * clock.speed : Date.now();
}

/** How old a position may be, in simulated milliseconds; on a fast clock the network counts too. */
export function staleAfterMs(speed: number): number {
  return Math.max(120_000, 6_000 * speed);
}
