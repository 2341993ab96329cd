// A plan of slots as a form has it, and as the API takes it; pure.
import type { Day, SlotPlan } from "../api/office-types";

/** Opening hours as they are typed. */
export interface SpanForm {
  weekdays: number[];
  from: string;
  to: string;
}

export interface PlanForm {
  name: string;
  hours: SpanForm[];
  length_minutes: string;
  capacity: string;
  notice_minutes: string;
  days_ahead: string;
  same_day_until: string;
  /** Days with commas between. */
  closed: string;
}

export const emptyPlan: PlanForm = {
  name: "", hours: [{ weekdays: [1, 2, 3, 4, 5], from: "11:30", to: "14:00" }], length_minutes: "30",
  capacity: "10", notice_minutes: "60", days_ahead: "14", same_day_until: "", closed: "",
};

const whole = (text: string) => (/^\d{1,6}$/.test(text.trim()) ? Number(text) : null);

/** The plan; null while something is missing or cannot be: the server says the rest. */
export function planOf(form: PlanForm): SlotPlan | null {
  const length_minutes = whole(form.length_minutes);
  const capacity = whole(form.capacity);
  const notice_minutes = whole(form.notice_minutes);
  const days_ahead = whole(form.days_ahead);
  const closed = form.closed.split(/[\s,;]+/).filter(Boolean);
  const hours = form.hours.map(({ weekdays, from, to }) => ({ weekdays, from, to: to === "00:00" ? "24:00" : to }));
  const fits = form.name.trim() && hours.length > 0 &&
    hours.every(({ weekdays, from, to }) => weekdays.length > 0 && from !== "" && from < to) &&
    closed.every((day) => /^\d{4}-\d{2}-\d{2}$/.test(day));
  if (!fits || length_minutes === null || capacity === null || notice_minutes === null || days_ahead === null) return null;
  return {
    name: form.name.trim(), hours, length_minutes, capacity, notice_minutes, days_ahead, closed,
    ...(form.same_day_until ? { same_day_until: form.same_day_until } : {}),
  };
}

/** So many days from one on, itself included: 2026-02-28, 2026-03-01. */
export function comingDays(first: Day, count: number): Day[] {
  const start = Date.parse(`${first}T00:00:00Z`);
  return Array.from({ length: count }, (_, n) => new Date(start + n * 86_400_000).toISOString().slice(0, 10));
}

/** `Mon–Wed, Fri`: days that follow each other as one span. */
export function weekText(weekdays: readonly number[], nameOf: (day: number) => string): string {
  const spans: [number, number][] = [];
  for (const day of [...new Set(weekdays)].sort((a, b) => a - b)) {
    const last = spans.at(-1);
    if (last && last[1] === day - 1) last[1] = day;
    else spans.push([day, day]);
  }
  return spans.map(([from, to]) =>
    from === to ? nameOf(from) : `${nameOf(from)}${to === from + 1 ? ", " : "–"}${nameOf(to)}`).join(", ");
}
