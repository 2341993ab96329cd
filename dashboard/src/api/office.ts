// What the office asks of the API: treasurers, reviewers, admins.
import { get, getFile, getNamed, patch, post } from "./call";
import type {
  BookedSurplus, Checkpoint, Day, Invoice, KeptDecision, KeptPlan, Member, OpenReview, PaymentIn, PayPreview,
  PayRun, Period, PieceInputs, Receivable, Reversal, Sharing, Slot, SlotPlan, Transparency,
  TrialBalance, UserPatch, Vote, WholeInvoice, WholeRun,
} from "./office-types";
import type { Expense } from "./expense";
import type { Money, Page } from "./types";

const asked = (parts: Record<string, string | undefined>) => {
  const known = Object.entries(parts).filter((part): part is [string, string] => Boolean(part[1]));
  return known.length > 0 ? `?${new URLSearchParams(known)}` : "";
};

export const office = {
  payPreview: () => get<PayPreview>("/v1/pay-runs/preview"),
  payRuns: (cursor?: string) => get<Page<PayRun>>(`/v1/pay-runs${asked({ cursor })}`),
  payRun: (id: string) => get<WholeRun>(`/v1/pay-runs/${id}`),
  makeRun: (execute_on: Day) => post<WholeRun>("/v1/pay-runs", execute_on ? { execute_on } : {}),
  confirmRun: (id: string) => post<WholeRun>(`/v1/pay-runs/${id}/confirm`),
  cancelRun: (id: string) => post<WholeRun>(`/v1/pay-runs/${id}/cancel`),
  failTransfer: (id: string, courier_id: string, reason: string) =>
    post<WholeRun>(`/v1/pay-runs/${id}/failed`, { courier_id, reason }),
  transferFile: (id: string) => getNamed(`/v1/pay-runs/${id}/pain001`),

  expensesWaiting: () => get<Page<Expense>>("/v1/expenses?waiting=true"),
  expenses: (cursor?: string) => get<Page<Expense>>(`/v1/expenses${asked({ cursor })}`),
  receipt: (id: string) => getFile(`/v1/expenses/${id}/receipt`),
  answerExpense: (id: string, answer: { allowed: Money; reason?: string }) =>
    post<Expense>(`/v1/expenses/${id}/answer`, answer),

  invoices: (merchant_id: string, cursor?: string) =>
    get<Page<Invoice>>(`/v1/invoices${asked({ merchant_id, cursor })}`),
  invoice: (id: string) => get<WholeInvoice>(`/v1/invoices/${id}`),
  previewInvoices: (period: Period, merchant_id: string) =>
    post<Page<Invoice>>("/v1/invoices/preview", { ...period, ...(merchant_id ? { merchant_id } : {}) }),
  issueInvoices: (period: Period, merchant_id: string) =>
    post<Page<Invoice>>("/v1/invoices", { ...period, ...(merchant_id ? { merchant_id } : {}) }),
  invoicePage: (id: string, lang: string) => getNamed(`/v1/invoices/${id}/html${asked({ lang })}`),
  invoiceTable: (id: string) => getNamed(`/v1/invoices/${id}/csv`),
  creditPrice: (entry: string, net: number, reason: string) =>
    post<unknown>(`/v1/ledger/entries/${entry}/credit`, { net, reason }),
  receivables: () => get<Page<Receivable>>("/v1/receivables"),
  recordPayment: (merchant: string, payment: PaymentIn) =>
    post<unknown>(`/v1/merchants/${merchant}/payments`, payment),

  previewSurplus: (vote: Vote) => post<Sharing>("/v1/surpluses/preview", vote),
  bookSurplus: (vote: Vote, surplus: number) => post<Sharing>("/v1/surpluses", { ...vote, surplus }),
  surpluses: (cursor?: string) => get<Page<BookedSurplus>>(`/v1/surpluses${asked({ cursor })}`),

  reversals: () => get<Page<Reversal>>("/v1/ledger/reversals"),
  reverse: (entry: string, reason: string) => post<Reversal>(`/v1/ledger/entries/${entry}/reverse`, { reason }),
  agree: (entry: string) => post<Reversal>(`/v1/ledger/reversals/${entry}/agree`),
  trialBalance: (at?: string) => get<TrialBalance>(`/v1/ledger/trial-balance${asked({ at })}`),
  checkpoints: (cursor?: string) => get<Page<Checkpoint>>(`/v1/ledger/checkpoints${asked({ cursor })}`),
  sign: () => post<{ checkpoint: Checkpoint | null }>("/v1/ledger/checkpoints"),
  books: (what: "fec" | "journal" | "journal.csv", from: Day, to: Day) =>
    getNamed(`/v1/ledger/${what}${asked({ from, to })}`),

  reviews: () => get<Page<OpenReview>>("/v1/reviews"),
  review: (id: string) => get<OpenReview>(`/v1/reviews/${id}`),
  decision: (id: string) => get<KeptDecision>(`/v1/decisions/${id}`),
  answer: (id: string, answer: { outcome: string; reasons: string; correction?: string }) =>
    post<unknown>(`/v1/reviews/${id}/answer`, answer),
  correct: (id: string, reasons: string, inputs: PieceInputs) =>
    post<unknown>(`/v1/reviews/${id}/correct`, { reasons, inputs }),

  changeUser: (id: string, change: UserPatch) => patch<Member>(`/v1/users/${id}`, change),
  slotPlans: (cursor?: string) => get<Page<KeptPlan>>(`/v1/slot-plans${asked({ cursor })}`),
  createPlan: (plan: SlotPlan, merchant_id: string) =>
    post<KeptPlan>("/v1/slot-plans", { plan, ...(merchant_id ? { merchant_id } : {}) }),
  slots: (plan: string, day: Day) => get<Page<Slot>>(`/v1/slot-plans/${plan}/slots${asked({ day })}`),
  rules: () => get<Transparency>("/v1/transparency"),
};
