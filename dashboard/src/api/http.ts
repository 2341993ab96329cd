// What the board and the shops' page ask of the API.
import { get, post } from "./call";
import type { Earnings } from "./earnings";
import type { HandoverNeed, ProofPicture } from "./handover";
import type { LoggedAct } from "./logged-act";
import type { Member } from "./office-types";
import type {
  ActIn, ActResult, Advice, AutomationSwitch, Board, Clock, Contact, Delivery, Kitchen,
  Merchant, PackageLine, Page, Place, PriceBook, Pulse, RefusalCode, Role, RouteOrder, Tried, User, Why, Zone,
} from "./types";

export interface NewStop {
  place: Place;
  address?: string;
  contact?: Contact;
  needs?: HandoverNeed[];
}

export interface NewDelivery {
  /** Only a dispatcher has to say whose it is. */
  merchant_id?: string;
  pickups?: NewStop[];
  dropoffs: NewStop[];
  packages?: PackageLine[];
  instructions?: string;
  if_undeliverable?: "keep" | "return";
  external_reference?: string;
  ready_at?: string;
}

export interface NewUser {
  name: string;
  email: string;
  password: string;
  roles: Role[];
  merchant_id?: string;
}

export const api = {
  clock: () => get<Clock>("/v1/clock"),
  board: () => get<Board>("/v1/board"),
  delivery: (id: string) => get<Delivery>(`/v1/deliveries/${id}`),
  deliveries: (limit: number) => get<Page<Delivery>>(`/v1/deliveries?limit=${limit}`),
  proofs: (id: string) => get<Page<ProofPicture>>(`/v1/deliveries/${id}/proofs`),
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
  earnings: (courier: string) => get<Earnings>(`/v1/couriers/${courier}/earnings`),
  pulse: (from: string, to: string) => get<Pulse>(`/v1/pulse?${new URLSearchParams({ from, to })}`),
  log: (search: Record<string, string>) =>
    get<Page<LoggedAct>>(`/v1/acts?${new URLSearchParams(search)}`),
  users: (cursor?: string) => get<Page<Member>>(`/v1/users${cursor ? `?cursor=${cursor}` : ""}`),
  createUser: (user: NewUser) => post<User>("/v1/users", user),
  merchants: () => get<Page<Merchant>>("/v1/merchants"),
  createMerchant: (merchant: Omit<Merchant, "id">) => post<Merchant>("/v1/merchants", merchant),
  /** The secret is in the answer, and nowhere else. */
  createClient: (merchant: string, name: string) =>
    post<{ client_id: string; client_secret: string }>(`/v1/merchants/${merchant}/clients`, { name }),
  couriers: () => get<Page<{ id: string; name: string; vehicle: string }>>("/v1/couriers"),
  createCourier: (courier: { name: string; email: string; password: string; vehicle: string }) =>
    post<{ id: string }>("/v1/couriers", courier),
  switches: () => get<Page<AutomationSwitch>>("/v1/automation"),
  switchAutomation: (thrown: { zone?: string; automatic: boolean; reason?: string }) =>
    post<Page<AutomationSwitch>>("/v1/automation", thrown),
  zones: () => get<Page<Zone>>("/v1/zones"),
  createZone: (zone: Zone) => post<Zone>("/v1/zones", zone),
  priceBooks: () => get<Page<PriceBook>>("/v1/price-books?limit=1"),
  putPriceBook: (book: unknown) => post<PriceBook>("/v1/price-books", { book }),
  tryPrice: (tried: { book?: unknown; delivery: NewDelivery }) => post<Tried>("/v1/price-books/try", tried),
  accept: (id: string, ready_at?: string) =>
    post<Delivery>(`/v1/deliveries/${id}/accept`, ready_at ? { ready_at } : {}),
  refuse: (id: string, code: RefusalCode) =>
    post<Delivery>(`/v1/deliveries/${id}/refuse`, { code }),
  ready: (id: string, ready_at: string) =>
    post<Delivery>(`/v1/deliveries/${id}/ready`, { ready_at }),
  kitchen: (merchant: string) => get<Kitchen>(`/v1/merchants/${merchant}/kitchen`),
  rush: (merchant: string, rush: { extra_minutes: number; until: string } | null) =>
    post<Kitchen>(`/v1/merchants/${merchant}/kitchen/rush`, { rush }),
  create: (delivery: NewDelivery) => post<Delivery>("/v1/deliveries", delivery),
};
