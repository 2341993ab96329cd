// What the board and the shops' page ask of the API.
import { get, post } from "./call";
import type {
  ActIn, ActResult, Advice, AutomationSwitch, Board, Clock, Contact, Delivery, PackageLine, Page, Place, RouteOrder, Why,
} from "./types";

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
  /** What the engine would do with these. */
  ask: (delivery_ids: readonly string[]) => post<Advice>("/v1/board/ask", { delivery_ids }),
  /** Without a version: whatever the route has become since. */
  reorder: (courier: string, order: Omit<RouteOrder, "version"> & { version?: number }) =>
    post<RouteOrder>(`/v1/couriers/${courier}/route`, order),
  switches: () => get<Page<AutomationSwitch>>("/v1/automation"),
  switchAutomation: (thrown: { zone?: string; automatic: boolean; reason?: string }) =>
    post<Page<AutomationSwitch>>("/v1/automation", thrown),
  zones: () => get<Page<{ name: string }>>("/v1/zones"),
  create: (delivery: NewDelivery) => post<Delivery>("/v1/deliveries", delivery),
};
