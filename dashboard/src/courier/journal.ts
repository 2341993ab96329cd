// What the courier did on this phone, laid over what the server said last. Pure: the screen is
// right without a network, and right again once the server has caught up.
import type { RouteStop, Shift } from "../api/types";

/** A picture that was taken, and is sent under this id. */
export interface Picture {
  id: string;
  kind: "photo" | "signature";
}

/** What was shown where goods changed hands. */
export interface Proof {
  signed_by?: string;
  pin?: string;
  pictures?: Picture[];
  scanned?: string[];
}

/** A parcel that did not change hands. */
export interface Missing {
  parcel: number;
  code: FailureCode;
}

export type Act =
  | { kind: "shift_started"; shift_id?: string; vehicle_id?: string }
  | { kind: "shift_ended" }
  | { kind: "shift_paused" }
  | { kind: "shift_resumed" }
  | { kind: "task_started"; task_id: string }
  | { kind: "task_done"; task_id: string; proof?: Proof; missing?: Missing[] }
  | { kind: "route_ordered"; tasks: string[] }
  | { kind: "task_failed"; task_id: string; code: FailureCode; note?: string }
  | { kind: "task_undone"; task_id: string; step: Step };

/** What was done at a stop, and can be taken back for a while. */
export type Step = "started" | "done" | "failed";

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
  /** Stops that taking a step back brings again; for this phone alone. */
  back?: RouteStop[];
}

/** The last step of a stop, as long as nothing was done after it. */
export interface LastStep {
  step: Step;
  /** The stop as it was before. */
  stop: RouteStop;
  at: string;
  /** Stops that left the route with it, the stop itself first. */
  gone: RouteStop[];
}

/** A courier's day as the server said it last. */
export interface Day {
  shift: Shift | null;
  stops: RouteStop[];
}

function step(day: Day, { act, at, back = [] }: PhoneEvent): Day {
  switch (act.kind) {
    case "shift_started": {
      if (day.shift) return day;
      const on = act.vehicle_id ? { vehicle_id: act.vehicle_id } : {};
      const shift: Shift = { id: act.shift_id ?? "", courier_id: "", state: "open", started_at: at, ...on };
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
        stop.task_id === act.task_id && stop.state === "todo"
          ? { ...stop, state: "doing" as const, started_at: at } : stop);
      return { ...day, stops };
    }
    case "task_undone": {
      const again = new Set(back.map(({ task_id }) => task_id));
      const [first] = back;
      // A way back that was added goes with the step that added it.
      const rest = day.stops.filter(({ task_id, kind, delivery_id }) => !again.has(task_id) &&
        !(act.step === "failed" && first?.kind !== "return" && kind === "return" &&
          delivery_id === first?.delivery_id));
      const stops = [...back, ...rest].map((stop) =>
        act.step === "started" && stop.task_id === act.task_id ? { ...stop, state: "todo" as const } : stop);
      return { ...day, stops };
    }
    case "task_done": {
      const done = day.stops.find(({ task_id }) => task_id === act.task_id);
      const gone = new Set(act.missing?.map(({ parcel }) => parcel));
      const stops = day.stops.filter((stop) => stop !== done).map((stop) => {
        if (stop.delivery_id !== done?.delivery_id || gone.size === 0) return stop;
        return { ...stop, parcels: stop.parcels.filter(({ number }) => !gone.has(number)) };
      });
      return { ...day, stops };
    }
    case "route_ordered": {
      const place = ({ task_id }: RouteStop) => {
        const at = act.tasks.indexOf(task_id);
        return at < 0 ? act.tasks.length : at;
      };
      return { ...day, stops: [...day.stops].sort((a, b) => place(a) - place(b)) };
    }
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

/** What an act was the last step of; `null` where it was none, `undefined` where it changes nothing of that. */
export function lastStep(day: Day, act: Act, at: string): LastStep | null | undefined {
  if (act.kind === "task_undone") return null;
  if (act.kind === "shift_started" || act.kind === "shift_ended") return null;
  if (act.kind === "route_ordered" || act.kind === "shift_paused" || act.kind === "shift_resumed") return undefined;
  const stop = day.stops.find(({ task_id }) => task_id === act.task_id);
  if (!stop) return undefined;
  const step: Step = act.kind === "task_started" ? "started" : act.kind === "task_done" ? "done" : "failed";
  const others = day.stops.filter((one) => one !== stop && one.delivery_id === stop.delivery_id);
  const gone = step === "started" ? [] : step === "done" ? [stop] : [stop, ...others];
  return { step, stop, at, gone };
}

/** Whether a drop-off's goods are in the bag: no pickup of its delivery is left. */
export function inTheBag(stop: RouteStop, stops: readonly RouteStop[]): boolean {
  return !stops.some(({ kind, delivery_id }) =>
    kind === "pickup" && delivery_id === stop.delivery_id);
}
