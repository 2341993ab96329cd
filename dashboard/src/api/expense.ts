// What couriers lay out for the co-op.
import type { Money } from "./types";

export const EXPENSE_CATEGORIES = ["repair", "equipment", "phone", "parking", "travel", "other"] as const;
export type ExpenseCategory = (typeof EXPENSE_CATEGORIES)[number];

/** What a courier has laid out for the co-op. */
export interface Expense {
  id: string;
  courier_id: string;
  /** For those who answer. */
  courier_name?: string;
  day: string;
  category: ExpenseCategory;
  amount: Money;
  note: string;
  receipt: boolean;
  handed_in_at: string;
  state: "waiting" | "allowed" | "refused";
  allowed?: Money;
  reason?: string;
}
