// A courier's route, as the API tells it.
import type { Asked } from "./handover";
import type { Goods } from "./hub";
import type { Contact, Money, Place, TaskKind, TaskState } from "./types";

export interface RouteStop extends Asked {
  task_id: string;
  delivery_id: string;
  kind: TaskKind;
  state: TaskState;
  place: Place;
  address?: string | null;
  contact?: Contact | null;
  instructions?: string | null;
  merchant_name: string;
  ready_at: string;
  due_at: string;
  after?: string | null;
  before?: string | null;
  started_at?: string | null;
  /** At a counter: from when on waiting is paid. */
  wait?: WaitTerms | null;
  /** The hub, where goods are left or taken on at one. */
  hub?: { id: string; name: string; instructions?: string } | null;
  /** Where the goods are that are to be taken on there. */
  goods?: Goods | null;
}

/** What waiting at a counter pays, by the tariff under which the delivery was accepted. */
export interface WaitTerms {
  /** Seconds at all counters of the delivery that are not waiting yet. */
  free_s: number;
  /** Seconds at counters that are behind the courier. */
  before_s: number;
  /** For a minute beyond that. */
  per_minute: Money;
}

export interface Route {
  version: number;
  /** Within so many seconds a step is taken back. */
  undo_s: number;
  stops: RouteStop[];
}
