import { api } from "../api/http";
import { office } from "../api/office";
import type { Day } from "../api/office-types";
import { dayIn } from "../store/treasury";
import { useLoaded } from "./use-loaded";

/** The co-op's time, in milliseconds, and its day: what is due is due by them, wherever the browser is. */
export interface CoopTime {
  now: number;
  today: Day;
}

export async function coopTime(): Promise<CoopTime> {
  const [clock, { coop }] = await Promise.all([api.clock(), office.rules()]);
  const now = Date.parse(clock.now);
  return { now, today: dayIn(coop.time_zone, now) };
}

/** Null until it is known; as it was when the page was opened. */
export const useCoopTime = (): CoopTime | null => useLoaded(coopTime).value;
