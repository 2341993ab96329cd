// Hubs, where goods change from one courier to another, and what splitting a delivery there means.
import { get, patch, post } from "./call";
import type { Money, Page, Place } from "./types";

export interface Hub {
  id: string;
  name: string;
  place: Place;
  address: string;
  /** How couriers get in, and where goods lie. */
  instructions?: string;
  /** Since when no delivery is split there any more. */
  closed_at?: string;
}

/** Where the goods of a split delivery are. */
export type Goods = "at_sender" | "on_the_way" | "at_hub" | "going_back" | "astray";

/** One of the two legs of a delivery that is split at a hub. */
export interface Leg {
  hub_id: string;
  hub_name: string;
  /** Of the leg to the hub: the delivery whose goods it brings. */
  feeds?: string;
  /** Of the leg from the hub. */
  goods?: Goods;
}

interface Way {
  ride_m: number;
  pay: Money;
  ready_at: string;
  due_at: string;
}

/** What splitting a delivery at a hub would change. */
export interface Split {
  hub_id: string;
  hub_name: string;
  extra_m: number;
  whole: Way;
  first: Way;
  second: Way;
}

export const hubs = {
  list: () => get<Page<Hub>>("/v1/hubs"),
  open: (hub: Omit<Hub, "id" | "closed_at">) => post<Hub>("/v1/hubs", hub),
  close: (id: string, closed: boolean) => patch<Hub>(`/v1/hubs/${id}`, { closed }),
  /** At each open hub, the shortest way first. */
  splits: (delivery: string) => get<Page<Split>>(`/v1/deliveries/${delivery}/splits`),
};
