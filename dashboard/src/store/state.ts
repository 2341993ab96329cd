import type { AutomationSwitch, BoardCourier, Counts, Delivery, Place, User, Zone } from "../api/types";
import type { IncidentMark } from "../api/incidents";
import type { Tour } from "../api/tour";
import type { ClockAnchor } from "./clock";
import { detectLanguage, storedTheme, type Language, type Theme } from "./preferences";
import { storedViews, type SavedView } from "./views";

export type Filter = "active" | "asked" | "open" | "late" | "assigned" | "picked_up" | "returning" | "done";
export type Tab = "deliveries" | "couriers" | "tours";
/** What the large part of the board shows. */
export type Stage = "map" | "routes";

/** What the lists and the map are narrowed to, beside state and text; empty: everything. */
export interface Filters {
  merchant: string;
  courier: string;
  tag: string;
  /** The name of one: something is picked up or handed over there. */
  zone: string;
  /** Of the promise, in the browser's time zone: 2026-03-01. */
  day: string;
}

export const noFilters: Filters = { merchant: "", courier: "", tag: "", zone: "", day: "" };

export type Selection =
  | { kind: "delivery"; id: string }
  | { kind: "courier"; id: string }
  | { kind: "tour"; id: string };

/** `since` is real time (`Date.now()`): how long the board has been without news. */
export type Link =
  | { state: "connecting"; since: number }
  | { state: "live" }
  | { state: "reconnecting"; since: number };

/** A question that an act asks first, and about which deliveries. */
export interface Dialog {
  /** Its number: the end of one question must not end the next. */
  id: number;
  ask: "move" | "engine" | "cancel" | "return" | "reschedule" | "note" | "tag" | "automation" | "split"
    | "tour" | "tour-give" | "tour-name" | "tour-carry" | "tour-remove";
  /** Of deliveries; of the tour, where the question is about one. */
  ids: readonly string[];
}

export interface Notice {
  id: number;
  tone: "good" | "bad";
  text: string;
  request_id?: string;
  /** Whether what it tells of can be taken back from here. */
  undo?: boolean;
}

export type Session =
  | { state: "unknown" }
  | { state: "out"; expired: boolean }
  | { state: "in"; user: User };

/** A courier, without what changes all the time: see `positions.ts`. */
export interface CourierState {
  id: string;
  name: string;
  vehicle: BoardCourier["vehicle"];
  vehicle_name?: string | null;
  on_shift: boolean;
  shift_to?: string | null;
  /** Since when there is a break, and when one is due. */
  paused_at?: string | null;
  break_due_at?: string | null;
  /** Ids of the stops ahead, in riding order, and the count of their changes. */
  route: readonly string[];
  route_version: number;
}

/** Null until the first board has arrived. Maps are replaced, never changed in place. */
export interface BoardState {
  base: Place;
  couriers: ReadonlyMap<string, CourierState>;
  deliveries: ReadonlyMap<string, Delivery>;
  /** Ended deliveries as the server counts them, moved on by events. */
  ended: Pick<Counts, "delivered" | "returned" | "failed" | "cancelled">;
  /** Where somebody has switched the engine off, or on again. */
  automation: readonly AutomationSwitch[];
  /** Incidents that are not closed. */
  incidents: readonly IncidentMark[];
  tours: ReadonlyMap<string, Tour>;
}

export interface State {
  session: Session;
  language: Language;
  theme: Theme;
  clock: ClockAnchor | null;
  /** Whether this server is one for trying out. */
  sandbox: boolean;
  /** The simulated minute, as milliseconds: what lateness is derived from. */
  minute: number;
  board: BoardState | null;
  link: Link;
  tab: Tab;
  stage: Stage;
  filter: Filter;
  text: string;
  filters: Filters;
  /** Those of the co-op, as they were when the board was loaded. */
  zones: readonly Zone[];
  views: readonly SavedView[];
  selected: Selection | null;
  /** Deliveries that the next act is about, when there are several. */
  marked: ReadonlySet<string>;
  dialog: Dialog | null;
  /** How many acts can be taken back. */
  undoable: number;
  notices: readonly Notice[];
  /** Reviews that wait for an answer, and how many of them are overdue; null until looked at. */
  inbox: { waiting: number; overdue: number } | null;
}

export function initialState(): State {
  return {
    session: { state: "unknown" },
    language: detectLanguage(),
    theme: storedTheme(),
    clock: null,
    sandbox: false,
    minute: 0,
    board: null,
    link: { state: "connecting", since: Date.now() },
    tab: "deliveries",
    stage: "map",
    filter: "active",
    text: "",
    filters: noFilters,
    zones: [],
    views: storedViews(),
    selected: null,
    marked: new Set(),
    dialog: null,
    undoable: 0,
    notices: [],
    inbox: null,
  };
}
