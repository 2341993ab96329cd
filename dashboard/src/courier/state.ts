// The one state of the courier's app; the screen is derived from it.
import { useLayoutEffect, useState } from "preact/hooks";
import type { Offer, OpenJob, Pay, RouteStop, Shift, User } from "../api/types";
import type { Vehicle } from "../api/vehicles";
import { detectLanguage, type Language } from "../store/preferences";
import { replay, type Day, type LastStep, type PhoneEvent } from "./journal";
import type { Draft } from "./parcels";

/** What the server said last; kept on the phone. */
export interface Said extends Day {
  planned: Shift[];
  offers: Offer[];
  pay: Pay | null;
  /** The co-op's in service; missing in what older versions kept. */
  vehicles?: Vehicle[];
  /** Milliseconds within which a step is taken back. */
  undoMs: number;
}

/** The co-op's time, and how fast it runs against the phone's. */
export interface ClockAnchor {
  coop: number;
  phone: number;
  speed: number;
}

/** The open list, where the co-op has one: its jobs, or that the position is still missing. */
export type OpenList = readonly OpenJob[] | "unseen" | null;

export type Sharing = "off" | "on" | "seeking" | "denied";

export interface Notice {
  id: number;
  tone: "good" | "bad";
  text: string;
}

export interface State {
  user: User | null;
  /** Before the login is known, nothing is shown. */
  known: boolean;
  expired: boolean;
  language: Language;
  said: Said | null;
  /** Not acknowledged yet, or not seen in what the server says. */
  events: readonly PhoneEvent[];
  waitingFixes: number;
  waitingFiles: number;
  online: boolean;
  sharing: Sharing;
  clock: ClockAnchor | null;
  /** Where the co-op is, as `Europe/Paris`; null until it was told once. */
  zone: string | null;
  /** The co-op's second, for countdowns. */
  now: number;
  notices: readonly Notice[];
  /** An offer that ended while it was on screen, and how. */
  passed: "expired" | "gone" | "declined" | null;
  openList: OpenList;
  /** What has been gathered for stops, by task. */
  drafts: Readonly<Record<string, Draft>>;
  /** Where the phone was last. */
  here: { latitude: number; longitude: number } | null;
  /** What can still be taken back. */
  last: LastStep | null;
  /** The vehicle of the last shift; empty: the own. */
  vehicle: string;
}

let state: State = {
  user: null,
  known: false,
  expired: false,
  language: detectLanguage(),
  said: null,
  events: [],
  waitingFixes: 0,
  waitingFiles: 0,
  online: navigator.onLine,
  sharing: "off",
  clock: null,
  zone: null,
  now: Date.now(),
  notices: [],
  passed: null,
  openList: null,
  drafts: {},
  here: null,
  last: null,
  vehicle: "",
};
const listeners = new Set<() => void>();

export function current(): State {
  return state;
}

export function update(parts: Partial<State>): void {
  state = { ...state, ...parts };
  for (const listener of [...listeners]) listener();
}

export function useCourier(): State {
  const [, redraw] = useState({});
  useLayoutEffect(() => {
    const listener = () => redraw({});
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return state;
}

/** The co-op's time, by the phone's clock since it was last told. */
export function coopNow(clock = state.clock): number {
  return clock ? clock.coop + (Date.now() - clock.phone) * clock.speed : Date.now();
}

/** The day as it is for the courier: what was said, and what was done since. */
export function today(from: State = state): Day {
  return replay(from.said ?? { shift: null, stops: [] as RouteStop[] }, from.events);
}
