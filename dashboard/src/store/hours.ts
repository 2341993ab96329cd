// The pulse hour by hour.
import type { Pulse } from "../api/types";

const HOUR_MS = 3_600_000;
export const columns = ["placed", "delivered", "late", "failed", "cancelled"] as const;

export type Hour = Pulse["hours"][number];

/** Every hour of the span, with zeros where nothing happened. */
export function everyHour({ from, to, hours }: Pick<Pulse, "from" | "to" | "hours">): Hour[] {
  const known = new Map(hours.map((hour) => [Date.parse(hour.at), hour]));
  const all: Hour[] = [];
  for (let at = Math.floor(Date.parse(from) / HOUR_MS) * HOUR_MS; at < Date.parse(to); at += HOUR_MS) {
    all.push(known.get(at) ?? {
      at: new Date(at).toISOString(), placed: 0, delivered: 0, late: 0, failed: 0, cancelled: 0,
    });
  }
  return all;
}

/** The hours as a table that every spreadsheet reads. */
export function csvOf(pulse: Pick<Pulse, "from" | "to" | "hours">): string {
  const lines = everyHour(pulse).map((hour) => [hour.at, ...columns.map((column) => hour[column])].join(","));
  return [["hour_utc", ...columns].join(","), ...lines].join("\r\n") + "\r\n";
}
