// Every call to the API goes through here: token, one retry after a 401, problems as errors.
import { problemOf, unreachable } from "./problem";
import { accessToken, refresh } from "./session";
import type {
  ActIn, ActResult, Board, Clock, Contact, Delivery, Offer, PackageLine, Page, Place, Route,
  RouteOrder, Shift, Task, Why,
} from "./types";

async function send(method: string, path: string, body: unknown, key?: string): Promise<Response> {
  const headers: Record<string, string> = {
    accept: "application/json",
    authorization: `Bearer ${await accessToken()}`,
  };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (key) headers["idempotency-key"] = key;
  const init: RequestInit = { method, headers };
  if (body !== undefined) init.body = JSON.stringify(body);
  try {
    return await fetch(path, init);
  } catch (cause) {
    throw unreachable(cause);
  }
}

async function call<T>(method: string, path: string, body?: unknown, key?: string): Promise<T> {
  let response = await send(method, path, body, key);
  if (response.status === 401) {
    await refresh();
    response = await send(method, path, body, key);
  }
  if (!response.ok) throw await problemOf(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** `crypto.randomUUID` is missing on plain http outside localhost. */
function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const get = <T>(path: string) => call<T>("GET", path);
const post = <T>(path: string, body: unknown = {}) => call<T>("POST", path, body, freshKey());

export interface NewStop {
  place: Place;
  address?: string;
  contact?: Contact;
}

export interface NewDelivery {
  /** Only a dispatcher has to say whose it is. */
  merchant_id?: string;
  pickups?: NewStop[];
  dropoffs: NewStop[];
  packages?: PackageLine[];
  instructions?: string;
  external_reference?: string;
  ready_at?: string;
}

export const api = {
  clock: () => get<Clock>("/v1/clock"),
  board: () => get<Board>("/v1/board"),
  delivery: (id: string) => get<Delivery>(`/v1/deliveries/${id}`),
  deliveries: (limit: number) => get<Page<Delivery>>(`/v1/deliveries?limit=${limit}`),
  why: (id: string) => get<Why>(`/v1/deliveries/${id}/why`),
  /** Each act is done or refused for itself; the results come in the order of the acts. */
  acts: (acts: ActIn[]) => post<{ results: ActResult[] }>("/v1/board/acts", {
    acts: acts.map(({ act: { kind, ...how }, ...rest }) => ({ ...rest, act: kind, ...how })),
  }),
  reorder: (courier: string, order: RouteOrder) =>
    post<RouteOrder>(`/v1/couriers/${courier}/route`, order),
  create: (delivery: NewDelivery) => post<Delivery>("/v1/deliveries", delivery),

  shifts: () => get<Page<Shift>>("/v1/me/shifts"),
  startShift: () => post<Shift>("/v1/me/shift/start"),
  stopShift: () => post<Shift>("/v1/me/shift/stop"),
  offers: () => get<Page<Offer>>("/v1/me/offers"),
  route: () => get<Route>("/v1/me/route"),
  acceptOffer: (id: string) => post<Offer>(`/v1/offers/${id}/accept`),
  declineOffer: (id: string) => post<Offer>(`/v1/offers/${id}/decline`),
  startTask: (id: string) => post<Task>(`/v1/tasks/${id}/start`),
  finishTask: (id: string, signed_by?: string) =>
    post<Task>(`/v1/tasks/${id}/done`, signed_by ? { proof: { signed_by } } : {}),
};
