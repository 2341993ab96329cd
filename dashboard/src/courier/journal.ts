// What the courier did on this phone, laid over what the server said last. Pure: the screen is
// right without a network, and right again once the server has caught up.
import type { RouteStop, Shift } from "../api/types";

export interface Proof {
  signed_by?: string;
}

export type Act =
  | { kind: "shift_started"; shift_id?: string }
  | { kind: "shift_ended" }
  | { kind: "shift_paused" }
  | { kind: "shift_resumed" }
  | { kind: "task_started"; task_id: string }
  | { kind: "task_done"; task_id: string; proof?: Proof }
  | { kind: "task_failed"; task_id: string; code: FailureCode; note?: string };

export const FAILURES = {
  pickup: ["closed_store", "item_missing", "late", "packaging", "damaged", "vehicle_breakdown",
    "weather", "other"],
  dropoff: ["not_at_home", "wrong_address", "address_unreachable", "refused", "damaged", "lost",
    "incorrect_item", "vehicle_breakdown", "weather", "other"],
  return: ["closed_store", "not_at_home", "refused", "damaged", "lost", "vehicle_breakdown", "weather",
    "other"],
} as const;

export type FailureCode = (typeof FAILURES)[keyof typeof FAILURES][number];

export interface PhoneEvent {
  id: string;
  /** 1, 2, 3 … on this phone. */
  seq: number;
  /** The co-op's time when it happened. */
  at: string;
  act: Act;
}

/** A courier's day as the server said it last. */
export interface Day {
  shift: Shift | null;
  stops: RouteStop[];
}

function step(day: Day, { act, at }: PhoneEvent): Day {
  switch (act.kind) {
    case "shift_started": {
      if (day.shift) return day;
      const shift: Shift = { id: act.shift_id ?? "", courier_id: "", state: "open", started_at: at };
      return { ...day, shift };
    }
    case "shift_ended":
      return day.stops.length > 0 ? day : { ...day, shift: null };
    case "shift_paused":
      if (!day.shift || day.shift.paused_at || day.stops.length > 0) return day;
      return { ...day, shift: { ...day.shift, paused_at: at } };
    case "shift_resumed": {
      if (!day.shift?.paused_at) return day;
      const { paused_at: _, ...shift } = day.shift;
      return { ...day, shift };
    }
    case "task_started": {
      const stops = day.stops.map((stop) =>
        stop.task_id === act.task_id ? { ...stop, state: "doing" as const } : stop);
      return { ...day, stops };
    }
    case "task_done":
      return { ...day, stops: day.stops.filter(({ task_id }) => task_id !== act.task_id) };
    case "task_failed": {
      const failed = day.stops.find(({ task_id }) => task_id === act.task_id);
      if (!failed) return day;
      const stops = day.stops.filter(({ delivery_id }) => delivery_id !== failed.delivery_id);
      return { ...day, stops };
    }
  }
}

/** The day with everything that the server has not been told, or has not answered, yet. */
export function replay(day: Day, events: readonly PhoneEvent[]): Day {
  return events.reduce(step, day);
}

/** Whether a drop-off's goods are in the bag: no pickup of its delivery is left. */
export function inTheBag(stop: RouteStop, stops: readonly RouteStop[]): boolean {
  return !stops.some(({ kind, delivery_id }) =>
    kind === "pickup" && delivery_id === stop.delivery_id);
}
