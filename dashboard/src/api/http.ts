// What the board and the shops' page ask of the API.
import { get, post } from "./call";
import type {
  ActIn, ActResult, Board, Clock, Contact, Delivery, PackageLine, Page, Place, RouteOrder, Why,
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
  reorder: (courier: string, order: RouteOrder) =>
    post<RouteOrder>(`/v1/couriers/${courier}/route`, order),
  create: (delivery: NewDelivery) => post<Delivery>("/v1/deliveries", delivery),
};
