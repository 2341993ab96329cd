// What the treasurer's pages reckon by themselves; pure.
import type { Day, Invoice, InvoiceState, Owed, Receivable, Sharing, Transfer, TrialBalance, WholeRun } from "../api/office-types";
import type { Money } from "../api/types";
import { readAmount } from "../ui/money";

/** The day that it is in a time zone, which need not be the browser's: 2026-03-31. */
export function dayIn(zone: string, now: number): Day {
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" })
    .formatToParts(now);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
  return `${part("year").padStart(4, "0")}-${part("month")}-${part("day")}`;
}

/** The calendar's month before that of a day: 2026-03. */
export function lastMonth(day: Day): string {
  const [year = 0, month = 0] = day.split("-").map(Number);
  return month > 1 ? `${year}-${String(month - 1).padStart(2, "0")}` : `${year - 1}-12`;
}

/** Whether a month can be invoiced on a day. */
export function isOver(month: string, day: Day): boolean {
  return /^\d{4}-\d{2}$/.test(month) && month < day.slice(0, 7);
}

const purses = ["pay", "tips", "expenses", "refund"] as const;
export type Purse = (typeof purses)[number];

/** The accounts on which there is something, in the order of the statement. */
export function pursesOf(owed: Owed): { purse: Purse; amount: number }[] {
  return purses.map((purse) => ({ purse, amount: owed[purse] })).filter(({ amount }) => amount > 0);
}

/**
 * What is allowed of an expense, as the API takes it; null while something is missing: less than all of
 * it needs a reason, and more is never allowed.
 */
export function allowedOf(typed: string, reason: string, asked: Money): { allowed: Money; reason?: string } | null {
  const amount = readAmount(typed, asked.currency);
  if (amount === null || amount > asked.amount) return null;
  const allowed = { amount, currency: asked.currency };
  if (reason.trim()) return { allowed, reason: reason.trim() };
  return amount === asked.amount ? { allowed } : null;
}

/** A run's transfers by how they stand, in minor units. */
export function runSums(transfers: readonly Transfer[]): Record<Transfer["state"], number> {
  const sums = { open: 0, paid: 0, failed: 0, cancelled: 0 };
  for (const { state, amount } of transfers) sums[state] += amount.amount;
  return sums;
}

/** Whether the bank may still send one transfer back. */
export function mayFail({ state }: WholeRun, transfer: Transfer): boolean {
  return state !== "cancelled" && (transfer.state === "open" || transfer.state === "paid");
}

export const ages = ["not_due", "days_1_to_30", "days_31_to_60", "days_61_to_90", "days_over_90"] as const;

type Sums = Pick<Receivable, (typeof ages)[number] | "open" | "advance" | "not_invoiced">;

/** What all merchants of one currency owe. */
export function owedInAll(receivables: readonly Receivable[]): Sums {
  const sums: Sums = {
    not_due: 0, days_1_to_30: 0, days_31_to_60: 0, days_61_to_90: 0, days_over_90: 0,
    open: 0, advance: 0, not_invoiced: 0,
  };
  for (const one of receivables) {
    for (const name of Object.keys(sums) as (keyof Sums)[]) sums[name] += one[name];
  }
  return sums;
}

/** Invoices in one state, or all of them. */
export function inState(invoices: readonly Invoice[], state: InvoiceState | "" | "overdue", now: number): Invoice[] {
  if (!state) return [...invoices];
  if (state === "overdue") return invoices.filter((one) => one.open.amount > 0 && Date.parse(one.due_at) < now);
  return invoices.filter((one) => one.state === state);
}

/** `57.5` or `57,5` as hundredths of a percent; null where it is no share of a whole. */
export function readPercent(text: string): number | null {
  const [, whole = "", part = ""] = /^(\d{1,3})(?:[.,](\d{1,2}))?$/.exec(text.trim()) ?? [];
  if (!whole) return null;
  const points = Number(whole) * 100 + Number(part.padEnd(2, "0"));
  return points <= 10_000 ? points : null;
}

/** Hundredths of a percent as they are read back: `57.5`. */
export function percentText(basis_points: number): string {
  return String(basis_points / 100);
}

/**
 * Whether a sharing sums up: result, reserve and refund, and what each gets. What the server says is
 * held against it before anybody books it.
 */
export function addsUp({ revenue, operations, other_costs, surplus, reserve, refund, shares }: Sharing): boolean {
  const shared = shares.reduce((sum, { amount }) => sum + amount.amount, 0);
  return revenue.amount + operations.amount - other_costs.amount === surplus.amount &&
    reserve.amount + refund.amount === surplus.amount && shared === refund.amount;
}

/** What has to be typed before a surplus is booked: its year. Spaces around it do not count. */
export function confirms(typed: string, year: number): boolean {
  return typed.trim() === String(year);
}

/** The co-op's own accounts, and how many there are of each kind of others with their sum. */
export function byKind({ accounts }: TrialBalance): {
  own: TrialBalance["accounts"];
  others: { kind: string; currency: string; count: number; balance: number }[];
} {
  const others = new Map<string, { kind: string; currency: string; count: number; balance: number }>();
  const own: TrialBalance["accounts"] = [];
  for (const account of accounts) {
    if (account.kind.startsWith("coop_")) {
      own.push(account);
      continue;
    }
    const key = `${account.kind} ${account.currency}`;
    const group = others.get(key) ?? { kind: account.kind, currency: account.currency, count: 0, balance: 0 };
    others.set(key, { ...group, count: group.count + 1, balance: group.balance + account.balance });
  }
  return { own, others: [...others.values()] };
}

/** Whether the books balance in every currency. */
export function balances({ accounts, sum }: TrialBalance): boolean {
  const reckoned: Record<string, number> = {};
  for (const { currency, balance } of accounts) reckoned[currency] = (reckoned[currency] ?? 0) + balance;
  return [...Object.values(sum), ...Object.values(reckoned)].every((total) => total === 0);
}
