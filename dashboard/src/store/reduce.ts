// How the board moves: a fresh board from the server, or a batch of events from the stream.
import type { AutomationSwitch, Board, BoardCourier, Delivery, DeliveryState, Fix, Task } from "../api/types";
import type { IncidentMark } from "../api/incidents";
import type { Tour } from "../api/tour";
import { isEnded } from "./derive";
import type { BoardState, CourierState } from "./state";

/** The server keeps ended deliveries on the board this long (simulated). */
const ENDED_KEPT_MS = 2 * 3_600_000;

export type BoardEvent =
  | { kind: "delivery"; delivery: Delivery }
  | { kind: "courier"; courier: Partial<CourierState> & { id: string } }
  | { kind: "route"; courier: string; version: number; tasks: readonly string[] }
  | { kind: "automation"; thrown: AutomationSwitch }
  | { kind: "incident"; mark: IncidentMark; closed: boolean }
  | { kind: "tour"; tour: Tour; removed: boolean };

/** Reads a stream frame; null for kinds this page does not show. */
export function readEvent(event: string, data: unknown): BoardEvent | null {
  const body = data as Record<string, unknown>;
  if (event.startsWith("delivery.") && body.delivery) {
    return { kind: "delivery", delivery: body.delivery as Delivery };
  }
  if (event.startsWith("shift.") && body.courier) {
    const courier = body.courier as CourierState;
    // A break says nothing of the vehicle: it stays.
    return { kind: "courier", courier: courier.vehicle ? { vehicle_name: null, ...courier } : courier };
  }
  if (event === "route.changed" && Array.isArray(body.tasks)) {
    const { courier_id, version, tasks } = body as
      { courier_id: string; version: number; tasks: string[] };
    return { kind: "route", courier: courier_id, version, tasks };
  }
  if (event.startsWith("incident.") && typeof body.incident_id === "string") {
    return { kind: "incident", mark: body as unknown as IncidentMark, closed: body.closed === true };
  }
  if (event === "automation.switched" && typeof body.automatic === "boolean") {
    return { kind: "automation", thrown: body as unknown as AutomationSwitch };
  }
  if (event.startsWith("tour.") && body.tour) {
    return { kind: "tour", tour: body.tour as Tour, removed: event === "tour.removed" };
  }
  return null;
}

/** What changes all the time (places) or is derived (counts) is not kept here. */
function courierFrom(
  { id, name, vehicle, vehicle_name, on_shift, shift_to, paused_at, break_due_at, route_version, route }: BoardCourier,
) {
  const courier: CourierState = {
    id, name, vehicle, vehicle_name: vehicle_name ?? null, on_shift, shift_to: shift_to ?? null,
    paused_at: paused_at ?? null, break_due_at: break_due_at ?? null, route_version, route: route.map(({ task_id }) => task_id),
  };
  return [id, courier] as const;
}

/** Fixes of a frame; null for every other kind. */
export function readFixes(event: string, data: unknown): Fix[] | null {
  const { fixes } = data as { fixes?: unknown };
  return event === "positions" && Array.isArray(fixes) ? (fixes as Fix[]) : null;
}

export function boardFrom(board: Board): BoardState {
  const { delivered, returned, failed, cancelled } = board.counts;
  return {
    base: board.base,
    couriers: new Map(board.couriers.map(courierFrom)),
    deliveries: new Map(board.deliveries.map((delivery) => [delivery.id, delivery])),
    ended: { delivered, returned, failed, cancelled },
    automation: board.automation,
    incidents: board.incidents,
    tours: new Map(board.tours.map((tour) => [tour.id, tour])),
  };
}

/** The stream leaves contacts and instructions out; what is already known stays. */
function merged(old: Delivery | undefined, next: Delivery): Delivery {
  if (!old) return next;
  // Of the same place: a split moves the counter.
  const key = ({ id, place }: Task) => `${id} ${place.latitude} ${place.longitude}`;
  const contacts = new Map(old.tasks.map((task) => [key(task), task.contact]));
  return {
    ...next,
    instructions: next.instructions ?? old.instructions ?? null,
    tasks: next.tasks.map((task) => ({
      ...task,
      contact: task.contact ?? contacts.get(key(task)) ?? null,
    })),
  };
}

function countEnd(ended: BoardState["ended"], from: DeliveryState | null, to: DeliveryState) {
  if (from === to) return ended;
  const counts: Record<string, number> = { ...ended };
  if (to in counts) counts[to] = (counts[to] ?? 0) + 1;
  // Its courier has taken the end back.
  if (from && from in counts) counts[from] = Math.max(0, (counts[from] ?? 0) - 1);
  return counts as BoardState["ended"];
}

/** Applies events in order. A delivery older than the one on the board changes nothing. */
export function applyEvents(board: BoardState, events: BoardEvent[]): BoardState {
  let { ended } = board;
  let deliveries: Map<string, Delivery> | null = null;
  let couriers: Map<string, CourierState> | null = null;
  let { automation, incidents } = board;
  let tours: Map<string, Tour> | null = null;
  for (const event of events) {
    switch (event.kind) {
      case "delivery": {
        const old = (deliveries ?? board.deliveries).get(event.delivery.id);
        if (old && event.delivery.version < old.version) break;
        deliveries ??= new Map(board.deliveries);
        deliveries.set(event.delivery.id, merged(old, event.delivery));
        // What brings goods to a hub is no order of its own.
        if (!event.delivery.leg?.feeds) ended = countEnd(ended, old?.state ?? null, event.delivery.state);
        break;
      }
      case "courier": {
        couriers ??= new Map(board.couriers);
        const old = couriers.get(event.courier.id);
        couriers.set(event.courier.id, { ...(old ?? blank), ...event.courier });
        break;
      }
      case "route": {
        const old = (couriers ?? board.couriers).get(event.courier);
        if (!old || event.version < old.route_version) break;
        couriers ??= new Map(board.couriers);
        couriers.set(event.courier, { ...old, route: event.tasks, route_version: event.version });
        break;
      }
      case "incident": {
        const others = incidents.filter((known) => known.incident_id !== event.mark.incident_id);
        incidents = event.closed ? others : [event.mark, ...others];
        break;
      }
      case "automation": {
        const { thrown } = event;
        const place = ({ zone }: AutomationSwitch) => zone ?? "";
        automation = [...automation.filter((known) => place(known) !== place(thrown)), thrown]
          .sort((a, b) => (place(a) < place(b) ? -1 : 1));
        break;
      }
      case "tour": {
        const { tour, removed } = event;
        if (tour.version < ((tours ?? board.tours).get(tour.id)?.version ?? 0)) break;
        tours ??= new Map(board.tours);
        if (removed) tours.delete(tour.id);
        else tours.set(tour.id, tour);
        break;
      }
    }
  }
  return {
    ...board,
    ended,
    automation,
    incidents,
    tours: tours ?? board.tours,
    deliveries: deliveries ?? board.deliveries,
    couriers: couriers ?? board.couriers,
  };
}

const blank: CourierState = {
  id: "", name: "?", vehicle: "bike", on_shift: false, route_version: 0, route: [],
};

/** Lets ended deliveries leave the board, so that a tab open all day does not grow. */
export function withoutOld(board: BoardState, now: number): BoardState {
  const old = [...board.deliveries.values()].filter(
    (delivery) =>
      isEnded(delivery) && now - Date.parse(delivery.ended_at ?? delivery.placed_at) > ENDED_KEPT_MS,
  );
  if (old.length === 0) return board;
  const deliveries = new Map(board.deliveries);
  for (const delivery of old) deliveries.delete(delivery.id);
  return { ...board, deliveries };
}
