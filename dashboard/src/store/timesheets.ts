// Hours of a shift as they are typed where the co-op is; pure.
import type { Window } from "../api/hours";
import { dayIn } from "./treasury";
import { daysLater, instantIn, wallTime } from "./weeks";

/** As typed: `11:30`. */
export interface Typed {
  from: string;
  to: string;
  breaks: readonly { from: string; to: string }[];
}

export interface Hours {
  started_at: string;
  ended_at: string;
  breaks: Window[];
}

/** What a form shows of hours at first. */
export function typed(zone: string, { started_at, ended_at, breaks }: Hours): Typed {
  const time = (at: string) => wallTime(zone, at);
  return {
    from: time(started_at), to: time(ended_at),
    breaks: breaks.map(({ after, before }) => ({ from: time(after), to: time(before) })),
  };
}

/** The hours that were typed. A time that was not touched keeps its seconds, so a break within one minute
 * keeps its two ends; one that is earlier on the clock than the beginning is on the next day. Null where
 * something is missing. */
export function hoursOf(zone: string, known: Hours, { from, to, breaks }: Typed): Hours | null {
  const afters = known.breaks.map(({ after }) => after);
  const befores = known.breaks.map(({ before }) => before);
  const instants = [known.started_at, known.ended_at, ...afters, ...befores];
  const day = dayIn(zone, Date.parse(known.started_at));
  const find = (time: string, likely: readonly string[]): string | null =>
    [...likely, ...instants].find((at) => wallTime(zone, at) === time) ??
    instantIn(zone, time < from ? daysLater(day, 1) : day, time);
  const started_at = find(from, [known.started_at]);
  const ended_at = find(to, [known.ended_at]);
  const found = breaks.map((one) => ({ after: find(one.from, afters), before: find(one.to, befores) }));
  if (!started_at || !ended_at || found.some(({ after, before }) => !after || !before)) return null;
  return { started_at, ended_at, breaks: found as Window[] };
}
