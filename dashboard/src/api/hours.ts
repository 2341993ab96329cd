// Hours of shifts that were written down wrongly: asked for, written, answered.
import { get, post } from "./call";
import type { Page, Shift } from "./types";

export interface Window {
  after: string;
  before: string;
}

export interface WorkedHours {
  started_at: string;
  ended_at: string;
  breaks: Window[];
  paid_seconds: number;
}

export interface ShiftCorrection {
  id: string;
  shift_id: string;
  courier_id: string;
  courier_name: string;
  asked_by_name: string;
  by_courier: boolean;
  asked_at: string;
  reason: string;
  was: WorkedHours;
  now: WorkedHours;
  state: "in_effect" | "waits_for_courier" | "waits_for_dispatcher" | "refused";
  answered_by_name?: string;
  answer_reason?: string;
}

/** What the hours should have been, and why. */
export interface HoursIn {
  started_at: string;
  ended_at: string;
  breaks: Window[];
  reason: string;
}

/** What couriers do with them. */
export const myHours = {
  corrections: () => get<Page<ShiftCorrection>>("/v1/me/shift-corrections"),
  ask: (shift: string, hours: HoursIn) => post<ShiftCorrection>(`/v1/me/shifts/${shift}/correct`, hours),
  answer: (id: string, agreed: boolean) =>
    post<ShiftCorrection>(`/v1/me/shift-corrections/${id}/answer`, { agreed }),
};

/** What dispatchers do with them. */
export const deskHours = {
  shifts: (courier: string) => get<Page<Shift>>(`/v1/couriers/${courier}/shifts`),
  corrections: () => get<Page<ShiftCorrection>>("/v1/shift-corrections"),
  correct: (shift: string, hours: HoursIn) => post<ShiftCorrection>(`/v1/shifts/${shift}/correct`, hours),
  answer: (id: string, agreed: boolean, reason?: string) =>
    post<ShiftCorrection>(`/v1/shift-corrections/${id}/answer`, reason ? { agreed, reason } : { agreed }),
};
