// Weeks by their numbers of ISO 8601, and times as they are typed; pure.
import type { Day } from "../api/office-types";

const DAY_MS = 86_400_000;
const at = (day: Day) => Date.parse(`${day}T00:00:00Z`);
const dayAt = (ms: number): Day => new Date(ms).toISOString().slice(0, 10);

/** The Monday of a day's week. */
export function mondayOf(day: Day): Day {
  const ms = at(day);
  return dayAt(ms - ((new Date(ms).getUTCDay() + 6) % 7) * DAY_MS);
}

/** `2026-W10`. The week belongs to the year of its Thursday. */
export function weekOf(day: Day): string {
  const thursday = at(mondayOf(day)) + 3 * DAY_MS;
  const year = new Date(thursday).getUTCFullYear();
  const number = Math.floor((thursday - Date.UTC(year, 0, 1)) / (7 * DAY_MS)) + 1;
  return `${year}-W${String(number).padStart(2, "0")}`;
}

export const daysLater = (day: Day, days: number): Day => dayAt(at(day) + days * DAY_MS);

/** The instant of a time on the walls of a zone; the first where it comes twice. */
export function instantIn(zone: string, day: Day, time: string): string | null {
  const typed = Date.parse(`${day}T${time}:00Z`);
  if (Number.isNaN(typed)) return null;
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });
  const wall = (ms: number) => {
    const part = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
    return Date.parse(`${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:00Z`);
  };
  // The difference before and after tells the two times of a night on which the clocks are changed.
  const guesses = [-DAY_MS, DAY_MS].map((apart) => typed - (wall(typed + apart) - (typed + apart)));
  const found = guesses.find((guess) => wall(guess) === typed) ?? guesses[0];
  return found === undefined ? null : new Date(found).toISOString();
}

/** `11:30`, as the walls of a zone show it. */
export const wallTime = (zone: string, at: string): string =>
  new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(Date.parse(at));

/** From when to when, on a day; an end that is not after the start is on the next day. */
export function windowIn(zone: string, day: Day, from: string, to: string): { after: string; before: string } | null {
  const after = instantIn(zone, day, from);
  const before = instantIn(zone, to > from ? day : daysLater(day, 1), to);
  return after && before && from !== to ? { after, before } : null;
}
