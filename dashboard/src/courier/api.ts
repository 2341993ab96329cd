// What a courier's phone asks of the API.
import { get, getFile, post, put, remove } from "../api/call";
import type {
  BankAccount, Clock, Decisions, Money, Offer, OpenJob, Page, Pay, Review, ReviewAbout, Route, Shift, Suspension,
} from "../api/types";
import type { Rules } from "../api/rules";
import type { Expense, ExpenseCategory } from "../api/expense";
import type { Vehicle } from "../api/vehicles";
import type { Incident } from "../api/incidents";
import type { PhoneEvent } from "./journal";
import type { Fix, KeptFile, KeptIncident } from "./storage";

export interface Taken {
  next_seq: number;
  results: {
    id: string;
    outcome: "waiting" | "done" | "refused";
    code?: string;
    detail?: string;
  }[];
}

export interface Reported {
  accepted: number;
  dropped: { index: number; reason: string }[];
}

/** Lines of pay that one screen shows. */
const LINES_MAX = 100;

export const api = {
  clock: () => get<Clock>("/v1/clock"),
  shifts: () => get<Page<Shift>>("/v1/me/shifts"),
  vehicles: () => get<Page<Vehicle>>("/v1/vehicles"),
  rules: () => get<Rules>("/v1/transparency"),
  offers: () => get<Page<Offer>>("/v1/me/offers"),
  openList: () => get<Page<OpenJob>>("/v1/me/open-list"),
  take: (id: string) => post<Offer>(`/v1/deliveries/${id}/take`),
  route: () => get<Route>("/v1/me/route"),
  pay: (from: string) =>
    get<Pay>(`/v1/me/pay?limit=${LINES_MAX}&from=${encodeURIComponent(from)}`),
  decisions: () => get<Decisions>("/v1/me/decisions"),
  positions: () => get<Page<{ at: string }>>("/v1/me/positions"),
  reviews: () => get<Page<Review>>("/v1/me/reviews"),
  openReview: (about: ReviewAbout, question: string) =>
    post<Review>("/v1/me/reviews", { about, question }),
  suspensions: () => get<Page<Suspension>>("/v1/me/suspensions"),
  statement: () => getFile("/v1/me/statement"),
  bankAccount: () => get<{ account: BankAccount | null }>("/v1/me/bank-account"),
  setBankAccount: (iban: string) =>
    put<{ account: BankAccount | null }>("/v1/me/bank-account", { iban }),
  removeBankAccount: () => remove("/v1/me/bank-account"),
  expenses: () => get<Page<Expense>>("/v1/me/expenses"),
  handInExpense: (expense: { category: ExpenseCategory; amount: Money; day: string; note: string }) =>
    post<Expense>("/v1/me/expenses", expense),
  sendReceipt: (id: string, picture: Blob) =>
    put<Expense>(`/v1/me/expenses/${id}/receipt`, picture),
  withdrawExpense: (id: string) => remove(`/v1/me/expenses/${id}`),
  ledgerKey: () => get<{ key: string }>("/v1/ledger/key"),
  takeAlong: () => getFile("/v1/me/export"),
  erase: (password: string) => post<void>("/v1/me/erase", { password }),
  accept: (id: string) => post<Offer>(`/v1/offers/${id}/accept`),
  decline: (id: string) => post<Offer>(`/v1/offers/${id}/decline`),
  sendEvents: (phone_id: string, events: PhoneEvent[]) =>
    post<Taken>("/v1/me/events", { phone_id, events }),
  sendFile: (file: KeptFile) => {
    if ("incident_id" in file) {
      const what = new URLSearchParams({ picture_id: file.id });
      return post<unknown>(`/v1/me/incidents/${file.incident_id}/pictures?${what}`, file.picture);
    }
    const { id, task_id, kind, at, picture } = file;
    const what = new URLSearchParams({ proof_id: id, kind, at });
    return post<unknown>(`/v1/tasks/${task_id}/proofs?${what}`, picture);
  },
  tellIncident: ({ id, ...told }: KeptIncident) =>
    post<Incident>("/v1/me/incidents", { incident_id: id, ...told }),
  incidents: () => get<Page<Incident>>("/v1/me/incidents?limit=10"),
  sendFixes: (fixes: Fix[]) => post<Reported>("/v1/me/positions", { fixes }),
};
