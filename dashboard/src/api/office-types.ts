// The shapes that the office reads: pay runs, invoices, the books, reviews, slots, rules.
import type { RuleChange } from "./rules";
import type { Money, Role, User } from "./types";

/** A calendar day where the co-op is: 2026-03-31. */
export type Day = string;

/** What a courier is owed, account by account, in minor units. */
export interface Owed {
  pay: number;
  tips: number;
  expenses: number;
  refund: number;
}

export interface Due {
  courier_id: string;
  name: string;
  amount: Money;
  owed: Owed;
  /** Since when the account is the one it is. */
  account_since: string | null;
}

export interface LeftOut {
  courier_id: string;
  name: string;
  amount: Money;
  owed: Owed;
  reason: "no_account" | "in_open_run" | "next_run";
}

export interface PayPreview {
  total: Money;
  transfers: Due[];
  left_out: LeftOut[];
}

export type RunState = "open" | "confirmed" | "cancelled";

export interface PayRun {
  id: string;
  state: RunState;
  made_by_name: string;
  made_at: string;
  execute_on: Day;
  ended_by_name?: string;
  ended_at?: string;
  count: number;
  total: Money;
}

export interface Transfer {
  courier_id: string;
  number: number;
  name: string;
  /** The country and the last four; absent when the courier was erased. */
  iban?: string;
  amount: Money;
  owed: Owed;
  state: "open" | "paid" | "failed" | "cancelled";
  reason?: string;
  failed_at?: string;
}

export interface WholeRun extends PayRun {
  from: { name: string; iban: string };
  transfers: Transfer[];
}

export type InvoiceState = "issued" | "part_paid" | "paid" | "credit";

export interface Invoice {
  id: string;
  number: string;
  kind: "invoice" | "credit_note";
  merchant_id: string;
  corrects?: string;
  from?: string;
  to: string;
  issued_at: string;
  due_at: string;
  net: Money;
  vat: Money;
  gross: Money;
  state: InvoiceState;
  /** Still to be paid. */
  open: Money;
}

export interface InvoiceLine {
  entry_id: string;
  kind: "price" | "return_price" | "tip" | "credit" | "reversal";
  delivery_id?: string;
  at: string;
  vat_basis_points: number;
  net: number;
  gross: number;
}

export interface WholeInvoice extends Invoice {
  seller: string;
  buyer: string;
  terms: string;
  lines: InvoiceLine[];
}

/** A month, or a span. */
export type Period = { month: string } | { from: string; to: string };

/** What a merchant owes, by how long it has been due, in minor units. */
export interface Receivable {
  merchant_id: string;
  merchant_name: string;
  currency: string;
  not_due: number;
  days_1_to_30: number;
  days_31_to_60: number;
  days_61_to_90: number;
  days_over_90: number;
  open: number;
  advance: number;
  not_invoiced: number;
}

export interface PaymentIn {
  amount: number;
  currency: string;
  day: Day;
  bank_reference: string;
}

export interface Vote {
  year: number;
  other_costs: number;
  reserve_basis_points: number;
  measure: "hours" | "pay";
}

/** What would be booked by a vote, or was. */
export interface Sharing {
  year: number;
  law: { version: string; minimum_reserve_basis_points: number };
  revenue: Money;
  operations: Money;
  other_costs: Money;
  surplus: Money;
  reserve_basis_points: number;
  reserve: Money;
  measure: "hours" | "pay";
  refund: Money;
  shares: { courier_id: string; name: string; units: number; amount: Money }[];
}

/** A surplus that was booked. */
export interface BookedSurplus {
  year: number;
  booked_by_name: string;
  booked_at: string;
  surplus: Money;
  reserve: Money;
  refund: Money;
  measure: "hours" | "pay";
  reserve_basis_points: number;
}

/** A tick of the engine as it is kept; of it, what is said about each delivery. */
export interface KeptDecision {
  id: string;
  at: string;
  plan: {
    explanations: {
      delivery: string;
      verdict: unknown;
      candidates: { courier: string; terms: Record<string, unknown>; cost: number }[];
      excluded: { courier: string; rule: string }[];
    }[];
  };
}

/** An entry that somebody asked to have taken back. */
export interface Reversal {
  entry_id: string;
  courier_id?: string;
  courier_name?: string;
  reason: string;
  asked_by: string;
  asked_by_name: string;
  asked_at: string;
  waits: boolean;
}

/** What the pay for one delivery is reckoned from. */
export interface PieceInputs {
  outcome: string;
  pickups: number;
  dropoffs: number;
  trip_m: number;
  approach_m: number;
  engaged_s: number;
  waited_s: number;
}

/** What a review is about, as far as it is known. */
export type About =
  | { kind: "decision"; decision_id: string; delivery_id?: string }
  | { kind: "offer"; offer_id: string }
  | { kind: "shift"; shift_id: string }
  | { kind: "suspension"; suspension_id: string }
  | { kind: "line"; entry_id: string }
  | { kind: "other" };

export interface OpenReview {
  id: string;
  courier_id: string;
  courier_name: string;
  about: About;
  question: string;
  opened_at: string;
  due_at: string;
  overdue: boolean;
  /** Of a review about a line: the line as it is booked. */
  line?: BookedLine;
}

export interface BookedLine {
  kind: string;
  amount: Money;
  delivery_id?: string;
  tariff?: { name: string; version: string };
  inputs?: PieceInputs;
}

export interface TrialBalance {
  accounts: { code: string; kind: string; currency: string; balance: number }[];
  sum: Record<string, number>;
}

export interface Checkpoint {
  number: number;
  /** Microseconds since 1970. */
  issued_us: number;
  size: number;
  root: string;
}

/** Opening hours on some days of the week; 1 is Monday. */
export interface Hours {
  weekdays: number[];
  from: string;
  to: string;
}

export interface SlotPlan {
  name: string;
  hours: Hours[];
  length_minutes: number;
  capacity: number;
  notice_minutes: number;
  same_day_until?: string;
  days_ahead: number;
  closed: Day[];
}

export type KeptPlan = SlotPlan & { id: string; merchant_id?: string };

export interface Slot {
  starts_at: string;
  ends_at: string;
  capacity: number;
  left: number;
  open: boolean;
}

export type Member = User & { deactivated_at?: string };

export interface UserPatch {
  name?: string;
  roles?: Role[];
  active?: boolean;
}

/** The rules in force; what they hold differs between co-ops, so they are shown as they are. */
export interface Transparency {
  dispatch: { version: string; policy: Record<string, unknown> };
  tariff: Record<string, unknown>;
  prices: Record<string, unknown>;
  split: Record<string, unknown>;
  surplus: { version: string; minimum_reserve_basis_points: number };
  shifts: Record<string, unknown>;
  coop: { time_zone: string; currency: string };
  program: { version: string; engine: string };
  changes: RuleChange[];
  never_used: string[];
  decided_by_people_only: string[];
}
