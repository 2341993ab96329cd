// The shift plan: what is offered, who has it, who waits; days off.
import type { Page } from "./types";
import { get, post, put, remove } from "./call";

/** Hours on some days of the week; 1 is Monday. */
export interface WeekHours {
  weekdays: number[];
  from: string;
  to: string;
}

export interface Wanted {
  places: number;
  skills: string[];
  vehicles: string[];
  note?: string;
  zone?: string;
}

/** A shift that is offered, as a courier sees it. */
export interface OfferedShift {
  id: string;
  from: string;
  to: string;
  wanted: Wanted;
  free: number;
  mine?: "placed" | "waiting";
  shift_id?: string;
  give_back_until?: string;
  /** In the waitlist; 1 is next. */
  place?: number;
  /** Why it cannot be the courier's. */
  against?: string;
}

export type ShiftWarning = "unavailable" | "day_off_asked" | "day_off_granted";

export interface Applied {
  outcome: "placed" | "waiting";
  place?: number;
  warnings: ShiftWarning[];
}

/** A planned shift that somebody offers to colleagues. */
export interface Swap {
  id: string;
  courier_id: string;
  from: string;
  to: string;
  name: string;
}

export interface Colleague {
  id: string;
  name: string;
}

export interface DaysOff {
  id: string;
  courier_id: string;
  first: string;
  last: string;
  note?: string;
  state: "asked" | "granted" | "refused" | "withdrawn";
  reason?: string;
  name?: string;
}

export interface AvailabilityRule {
  hours: WeekHours;
  available: boolean;
}

/** An offered shift as the desk sees it. */
export interface Opening {
  id: string;
  from: string;
  to: string;
  wanted: Wanted;
  taken: number;
  placed: { courier_id: string; name: string; shift_id: string }[];
  waiting: { courier_id: string; name: string; planned_seconds: number }[];
}

export interface ShiftTemplate {
  name: string;
  spans: { hours: WeekHours; wanted: Wanted }[];
  skips_holidays: boolean;
}

export interface KeptTemplate {
  id: string;
  template: ShiftTemplate;
}

export interface Published {
  made: number;
  known: number;
  left_out: number;
}

type Window = { after: string; before: string };

/** What couriers do with shifts. */
export const roster = {
  openings: () => get<Page<OfferedShift>>("/v1/me/openings"),
  apply: (id: string) => post<Applied>(`/v1/openings/${id}/apply`),
  leave: (id: string) => post<void>(`/v1/openings/${id}/leave`),
  giveBack: (shift: string) => post<void>(`/v1/me/shifts/${shift}/give-back`),
  swaps: () => get<Page<Swap>>("/v1/me/swaps"),
  colleagues: () => get<Page<Colleague>>("/v1/me/colleagues"),
  offer: (shift: string, to?: string) => post<unknown>(`/v1/me/shifts/${shift}/swap`, to ? { to } : {}),
  keep: (shift: string) => remove(`/v1/me/shifts/${shift}/swap`),
  take: (shift: string) => post<unknown>(`/v1/shifts/${shift}/take`),
  availability: () => get<{ rules: AvailabilityRule[] }>("/v1/me/availability"),
  setAvailability: (rules: AvailabilityRule[]) => put<{ rules: AvailabilityRule[] }>("/v1/me/availability", { rules }),
  daysOff: () => get<Page<DaysOff>>("/v1/me/days-off"),
  askDaysOff: (days: { first: string; last: string; note?: string }) => post<DaysOff>("/v1/me/days-off", days),
  calendar: () => get<{ made_at?: string }>("/v1/me/calendar"),
  makeCalendar: () => post<{ path: string; made_at: string }>("/v1/me/calendar"),
  withdrawCalendar: () => remove("/v1/me/calendar"),
  withdrawDaysOff: (id: string) => post<DaysOff>(`/v1/me/days-off/${id}/withdraw`),
};

export interface SkilledCourier {
  id: string;
  name: string;
  skills: string[];
}

/** What dispatchers do with them, and admins with skills. */
export const shiftPlan = {
  week: (week: string) => get<Page<Opening>>(`/v1/openings?week=${week}`),
  offer: (window: Window, wanted: Partial<Wanted>) => post<Opening>("/v1/openings", { window, wanted }),
  change: (id: string, wanted: Wanted) => put<Opening>(`/v1/openings/${id}`, { wanted }),
  withdraw: (id: string, reason: string) => post<Opening>(`/v1/openings/${id}/withdraw`, { reason }),
  cancel: (shift: string, reason: string) => post<void>(`/v1/shifts/${shift}/cancel`, { reason }),
  plan: (courier: string, from: string, to: string) =>
    post<{ warnings?: ShiftWarning[] }>(`/v1/couriers/${courier}/shifts`, { from, to }),
  couriers: () => get<Page<SkilledCourier>>("/v1/couriers"),
  setSkills: (courier: string, skills: string[]) =>
    put<SkilledCourier>(`/v1/couriers/${courier}/skills`, { skills }),
  templates: () => get<Page<KeptTemplate>>("/v1/shift-templates"),
  make: (template: ShiftTemplate) => post<KeptTemplate>("/v1/shift-templates", { template }),
  put: (id: string, template: ShiftTemplate) => put<KeptTemplate>(`/v1/shift-templates/${id}`, { template }),
  drop: (id: string) => remove(`/v1/shift-templates/${id}`),
  publish: (id: string, week: string) => post<Published>(`/v1/shift-templates/${id}/publish`, { week }),
  daysOff: () => get<Page<DaysOff>>("/v1/days-off"),
  answer: (id: string, answer: "granted" | "refused", reason?: string) =>
    post<DaysOff>(`/v1/days-off/${id}/answer`, reason ? { answer, reason } : { answer }),
};
