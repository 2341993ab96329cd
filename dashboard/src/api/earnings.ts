// What couriers earn an hour, as dispatchers and representatives may see it.
import { get } from "./call";

/** In minor units. */
export interface Spread {
  lowest: number;
  median: number;
  highest: number;
}

export interface Earnings {
  courier_id: string;
  at: string;
  currency: string;
  /** Null off duty, and before a quarter of an hour was paid. */
  hourly: number | null;
  on_duty: Spread | null;
  couriers: number;
}

/** Sums over all couriers; never a person. */
export interface Summary {
  from: string;
  to: string;
  /** Where fewer people worked, there are no sums. */
  people_min: number;
  summary?: {
    couriers: number;
    shifts: number;
    paid_seconds: number;
    offers: number;
    pay: number;
    pay_per_hour_median: number | null;
    reviews_opened: number;
    reviews_changed: number;
    reviews_overdue: number;
    suspensions: number;
  };
}

export const summary = (from: string, to: string) =>
  get<Summary>(`/v1/representative/summary?${new URLSearchParams({ from, to })}`);
