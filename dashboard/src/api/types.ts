// The shapes of the HTTP contract that this page reads. Times are RFC 3339 UTC strings.
import type { Handover } from "./handover";
import type { IncidentMark } from "./incidents";
import type { Leg } from "./hub";
import type { ReturnCode } from "./return";
import type { Tour } from "./tour";
import type { VehicleKind } from "./vehicles";

export interface Place {
  latitude: number;
  longitude: number;
}

/** Integer minor units. */
export interface Money {
  amount: number;
  currency: string;
}

export type Role =
  | "admin"
  | "dispatcher"
  | "courier"
  | "merchant"
  | "treasurer"
  | "representative"
  | "member";

export interface User {
  id: string;
  name: string;
  email: string;
  roles: Role[];
  courier_id?: string | null;
  merchant_id?: string | null;
}

export interface Tokens {
  access_token: string;
  token_type: "Bearer";
  /** Real seconds, whatever the speed of the simulated clock. */
  expires_in: number;
  refresh_token: string;
  user: User;
}

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

/** RFC 9457. */
export interface Problem {
  type?: string;
  title: string;
  status: number;
  detail?: string;
  code?: string;
  request_id?: string;
  errors?: { pointer: string; detail: string }[];
}

export interface Clock {
  now: string;
  speed: number;
  real_now: string;
  sandbox: boolean;
}

export type DeliveryState =
  | "asked" | "open" | "assigned" | "picked_up" | "returning" | "delivered" | "returned" | "failed" | "cancelled";

export type TaskKind = "pickup" | "dropoff" | "return";
export type TaskState = "todo" | "doing" | "done" | "failed" | "cancelled";

export interface Contact {
  name?: string | null;
  phone?: string | null;
}

export interface Task extends Handover {
  id: string;
  kind: TaskKind;
  state: TaskState;
  place: Place;
  address?: string | null;
  contact?: Contact | null;
  after?: string | null;
  before?: string | null;
  started_at?: string | null;
  ended_at?: string | null;
  failure?: { code: string; note?: string | null } | null;
}

export interface PackageLine {
  name: string;
  quantity: number;
  volume_ml?: number | null;
  weight_g?: number | null;
}

export interface Delivery {
  id: string;
  merchant_id: string;
  merchant_name: string;
  external_reference?: string | null;
  state: DeliveryState;
  placed_at: string;
  ready_at: string;
  /** The promise. */
  due_at: string;
  /** By when the kitchen answers. */
  asked_until?: string | null;
  courier_id?: string | null;
  courier_name?: string | null;
  assigned_at?: string | null;
  picked_up_at?: string | null;
  returning_since?: string | null;
  ended_at?: string | null;
  end_reason?: { code: string; note?: string | null } | null;
  price?: Money | null;
  packages?: PackageLine[];
  instructions?: string | null;
  /** What becomes of goods that nobody takes. */
  if_undeliverable: "keep" | "return";
  tasks: Task[];
  version: number;
  offered_to?: string[];
  /** Where it is split at a hub. */
  leg?: Leg | null;
  /** For dispatchers only. */
  desk?: Desk;
}

/** What the desk has written on a delivery. */
export interface Desk {
  note?: string | null;
  tags: string[];
  /** Neither the engine nor a dispatcher moves it until it is let go. */
  locked: boolean;
  tour_id?: string;
}

/** One thing that a dispatcher does to one delivery. */
export type Act =
  | { kind: "assign"; courier_id: string }
  | { kind: "unassign" }
  | { kind: "cancel"; reason: string }
  | { kind: "return"; code: ReturnCode; note?: string }
  | { kind: "restore" }
  | { kind: "reschedule"; ready_at: string; due_at: string }
  | { kind: "note"; note: string | null }
  | { kind: "tag"; add: string[]; remove: string[] }
  | { kind: "lock" }
  | { kind: "unlock" }
  | { kind: "waive_pin"; task_id: string; reason: string }
  | { kind: "split"; hub_id: string }
  | { kind: "join" };

export interface ActIn {
  delivery_id: string;
  /** The version on the screen: has it changed since, the act is refused. */
  version?: number;
  act: Act;
}

/** What came of an act, and how the delivery is now. */
export interface ActResult {
  delivery_id: string;
  status: number;
  code?: string;
  detail?: string;
  /** The dispatcher who changed it last; none where a courier, a shop or the engine did. */
  changed?: { by: string; at: string; act: Act["kind"] };
  delivery?: Delivery;
}

export interface RouteOrder {
  version: number;
  tasks: string[];
}

export interface BoardCourier {
  id: string;
  name: string;
  vehicle: VehicleKind;
  /** Where it is one of the co-op's. */
  vehicle_name?: string | null;
  on_shift: boolean;
  shift_to?: string | null;
  paused_at?: string | null;
  break_due_at?: string | null;
  place?: Place | null;
  fixed_at?: string | null;
  stale: boolean;
  stops: number;
  /** Counts changes of the route; an order of stops names the one it was made from. */
  route_version: number;
  route: { task_id: string; place: Place }[];
}

export interface Counts {
  asked: number;
  open: number;
  assigned: number;
  picked_up: number;
  returning: number;
  delivered: number;
  returned: number;
  failed: number;
  cancelled: number;
  late: number;
  couriers_on_shift: number;
}

export interface Board {
  now: string;
  speed: number;
  last_event_id: string;
  base: Place;
  couriers: BoardCourier[];
  deliveries: Delivery[];
  counts: Counts;
  automation: AutomationSwitch[];
  /** Incidents that are not closed. */
  incidents: IncidentMark[];
  tours: Tour[];
}

/** Whether the engine acts by itself: in a zone, or without one in the whole co-op. */
export interface AutomationSwitch {
  zone?: string | null;
  automatic: boolean;
  reason?: string | null;
  at: string;
  by: string;
}

export interface Fix {
  courier_id: string;
  latitude: number;
  longitude: number;
  at: string;
}

/** Terms differ between engines, so a candidate is read as named scalars. */
export type Candidate = Record<string, unknown>;

export interface Decision {
  decision_id: string;
  at: string;
  outcome: unknown;
  /** Whose offer stood on it and was accepted; on the open list: who took it. */
  accepted_by?: string;
  candidates: Candidate[];
  excluded: { courier_id: string; code: string }[];
  waiting?: unknown;
}

/** How the co-op does: over a span, and now. */
export interface Pulse {
  from: string;
  to: string;
  now: string;
  currency: string;
  /** Hours in which something happened. */
  hours: {
    at: string; placed: number; delivered: number; late: number; failed: number; cancelled: number;
  }[];
  lateness: { delivered: number; median_s: number | null; p90_s: number | null; worst_s: number | null };
  work: {
    couriers: number;
    present_s: number;
    busy_s: number;
    hourly_lowest: number | null;
    hourly_q1: number | null;
    hourly_median: number | null;
    hourly_q3: number | null;
    hourly_highest: number | null;
  };
  health: {
    open: number;
    open_oldest_s: number | null;
    open_median_s: number | null;
    books_balance: boolean;
    books_signed_at: string | null;
    webhooks: number;
    webhooks_failing: number;
    webhooks_disabled: number;
    messages_waiting: number;
    decided_at: string | null;
    reviews_overdue: number;
  };
}

/** A part of the city with a name: a GeoJSON polygon. */
export interface Zone {
  name: string;
  shape: { type: "Polygon"; coordinates: [number, number][][] };
}

/** What merchants pay, as rules; the newest of a merchant, else of the co-op, counts. */
export interface PriceBook {
  version: number;
  merchant_id?: string;
  book: Record<string, unknown>;
  made_by: string;
  made_at: string;
}

/** What a delivery would cost by a book, and what each rule said. */
export interface Tried {
  price: Money | null;
  vat: Money | null;
  lines: { code: string; amount: Money }[];
  verdicts: { rule: string; when: string; fits: boolean; why: string; amount?: Money }[];
}

export interface Merchant {
  id: string;
  name: string;
  kind: string;
  place: Place;
  address: string;
}

/** How everybody's promises on duty end. */
export interface Outlook {
  late: number;
  late_s: number;
  riding_m: number;
  /** Earned an hour, in minor units; null while nobody has been paid for any time. */
  hourly: { lowest: number; median: number; highest: number } | null;
}

/** What the engine answers about some deliveries. Nothing has happened yet. */
export interface Advice {
  at: string;
  policy_version: string;
  proposals: {
    courier_id: string;
    delivery_ids: string[];
    route: { task: string; delivery: string; arrival: string; handover: string }[];
    approach_m: number;
    trip_m: number;
  }[];
  explanations: (Omit<Decision, "decision_id" | "at"> & { delivery_id: string })[];
  left_out: string[];
  effect: { before: Outlook; after: Outlook; currency: string };
}

export interface Why {
  delivery_id: string;
  decisions: Decision[];
}

export interface Offer {
  id: string;
  courier_id: string;
  state: "live" | "accepted" | "declined" | "expired" | "withdrawn";
  made_at: string;
  expires_at: string;
  approach_m: number;
  trip_m: number;
  /** The least the courier will get. */
  pay: Money;
  /** What the pay is made of; its amounts sum to it. */
  made_of?: PayPart[];
  deliveries: {
    id: string;
    merchant_name: string;
    pickup: { place: Place; address?: string | null };
    dropoff: { place: Place; address?: string | null };
    ready_at: string;
    due_at: string;
  }[];
}

/** What a courier may take without being asked, told like an offer. */
export type OpenJob = Pick<Offer, "approach_m" | "trip_m" | "pay" | "made_of" | "deliveries">;

export interface PayPart {
  kind: "base" | "pickups" | "dropoffs" | "distance";
  /** Stops, or metres. */
  quantity: number;
  amount: Money;
}

export interface Shift {
  id: string;
  courier_id: string;
  /** As agreed; absent for one that was started on the spot. */
  from?: string;
  to?: string;
  started_at?: string;
  ended_at?: string;
  paid_seconds?: number;
  paused_at?: string;
  breaks?: { after: string; before: string }[];
  break_due_at?: string;
  /** The co-op's vehicle; absent: the own. */
  vehicle_id?: string;
  state: "planned" | "open" | "ended";
}

/** A line of the own account, with what it is reckoned from. */
export interface PayLine {
  id: string;
  seq: number;
  kind: string;
  at: string;
  amount: Money;
  balance: Money;
  tariff?: { name: string; version: string };
  inputs?: Record<string, unknown>;
}

export interface Pay {
  currency: string;
  total: Money;
  /** The same without what was paid out. */
  earned?: Money;
  lines: PayLine[];
  next_cursor: string | null;
}

/** Why an offer came to this courier, or did not, in words. */
export interface Decisions {
  items: {
    decision_id: string;
    at: string;
    delivery_id: string;
    merchant_name: string;
    outcome: "proposed" | "taken" | "on_open_list" | "waits" | "not_chosen" | "excluded";
    words: { en: string; fr: string };
    policy_version: string;
  }[];
}

export type { Route, RouteStop, WaitTerms } from "./route";

/** A question to a person about a decision, due within fourteen days. */
export interface Review {
  id: string;
  question: string;
  opened_at: string;
  due_at: string;
  overdue: boolean;
  answered_at?: string;
  outcome?: "upheld" | "changed";
  reasons?: string;
  correction?: string;
}

export type ReviewAbout =
  | { kind: "decision"; decision_id: string; delivery_id: string }
  | { kind: "other" } | { kind: "shift"; shift_id: string };

export interface Suspension {
  id: string;
  reason: string;
  begins_at: string;
  ends_at: string | null;
  lifted: { at: string } | null;
}

/** Where a courier is paid: the country and the last four of the IBAN, and since when. */
export interface BankAccount {
  iban: string;
  since: string;
}

/** A merchant's kitchen, as far as its page shows it. */
export interface Kitchen {
  open: boolean;
  next_opening?: string | null;
  rush?: { extra_minutes: number; until: string } | null;
  preparation_minutes: number;
}

export type RefusalCode = "closed" | "sold_out" | "too_busy" | "other";
