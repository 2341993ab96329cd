// What the board and the shops' page ask of the API.
import { get, post } from "./call";
import type { Board, Clock, Delivery, Page, Place, Why } from "./types";

export interface NewDelivery {
  dropoffs: { place: Place; address?: string }[];
  external_reference?: string;
  ready_at?: string;
}

export const api = {
  clock: () => get<Clock>("/v1/clock"),
  board: () => get<Board>("/v1/board"),
  delivery: (id: string) => get<Delivery>(`/v1/deliveries/${id}`),
  deliveries: (limit: number) => get<Page<Delivery>>(`/v1/deliveries?limit=${limit}`),
  why: (id: string) => get<Why>(`/v1/deliveries/${id}/why`),
  assign: (id: string, courier_id: string) =>
    post<Delivery>(`/v1/deliveries/${id}/assign`, { courier_id }),
  unassign: (id: string) => post<Delivery>(`/v1/deliveries/${id}/unassign`),
  cancel: (id: string, reason: string) =>
    post<Delivery>(`/v1/deliveries/${id}/cancel`, { reason }),
  create: (delivery: NewDelivery) => post<Delivery>("/v1/deliveries", delivery),
};
