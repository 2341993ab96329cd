// How many reviews wait for an answer: for the navigation, looked at once a minute.
import { office } from "../api/office";
import type { OpenReview } from "../api/office-types";
import { update } from "./store";

const EVERY_MS = 60_000;

export function countInbox(reviews: readonly OpenReview[]): void {
  const overdue = reviews.filter((review) => review.overdue).length;
  update(() => ({ inbox: { waiting: reviews.length, overdue } }));
}

/** Looks now and each minute, until the answer is called. What fails is looked at the next time. */
export function watchInbox(): () => void {
  const look = () => void office.reviews().then(({ items }) => countInbox(items), () => {});
  look();
  const timer = setInterval(look, EVERY_MS);
  return () => clearInterval(timer);
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** An answer that is due within so long is marked. */
const SOON_MS = 3 * DAY_MS;

/** How an answer's fortnight stands. Whole days, and hours on the last one; never negative. */
export interface DueClock {
  state: "overdue" | "soon" | "later";
  days: number;
  hours: number;
}

export function dueClock(due_at: string, now: number): DueClock {
  const left = Date.parse(due_at) - now;
  const size = Math.abs(left);
  const state = left < 0 ? "overdue" : left < SOON_MS ? "soon" : "later";
  return { state, days: Math.floor(size / DAY_MS), hours: Math.floor((size % DAY_MS) / HOUR_MS) };
}

/** The most urgent first; of those due at once, the one that was asked first. */
export function byUrgency(reviews: readonly OpenReview[]): OpenReview[] {
  return [...reviews].sort((a, b) => a.due_at.localeCompare(b.due_at) || a.id.localeCompare(b.id));
}
