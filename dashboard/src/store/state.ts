import type { BoardCourier, Counts, Delivery, Place, User } from "../api/types";
import type { ClockAnchor } from "./clock";
import { detectLanguage, storedTheme, type Language, type Theme } from "./preferences";

export type Filter = "active" | "open" | "late" | "assigned" | "picked_up" | "done";
export type Tab = "deliveries" | "couriers";

export type Selection =
  | { kind: "delivery"; id: string }
  | { kind: "courier"; id: string };

/** `since` is real time (`Date.now()`): how long the board has been without news. */
export type Link =
  | { state: "connecting"; since: number }
  | { state: "live" }
  | { state: "reconnecting"; since: number };

export interface Notice {
  id: number;
  tone: "good" | "bad";
  text: string;
  request_id?: string;
}

export type Session =
  | { state: "unknown" }
  | { state: "out"; expired: boolean }
  | { state: "in"; user: User };

/** Null until the first board has arrived. Maps are replaced, never changed in place. */
export interface BoardState {
  base: Place;
  couriers: ReadonlyMap<string, BoardCourier>;
  deliveries: ReadonlyMap<string, Delivery>;
  /** Ended deliveries as the server counts them, moved on by events. */
  ended: Pick<Counts, "delivered" | "failed" | "cancelled">;
}

export interface State {
  session: Session;
  language: Language;
  theme: Theme;
  clock: ClockAnchor | null;
  /** The simulated minute, as milliseconds: what lateness is derived from. */
  minute: number;
  board: BoardState | null;
  link: Link;
  tab: Tab;
  filter: Filter;
  text: string;
  selected: Selection | null;
  notices: readonly Notice[];
}

export function initialState(): State {
  return {
    session: { state: "unknown" },
    language: detectLanguage(),
    theme: storedTheme(),
    clock: null,
    minute: 0,
    board: null,
    link: { state: "connecting", since: Date.now() },
    tab: "deliveries",
    filter: "active",
    text: "",
    selected: null,
    notices: [],
  };
}
