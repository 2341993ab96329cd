// Tours: deliveries that one courier is to ride on a day, put together at the desk.
import { get, patch, post } from "./call";

export interface Tour {
  id: string;
  name: string;
  /** 2026-03-01 */
  day: string;
  version: number;
  delivery_ids: string[];
  /** Tasks in riding order. */
  stops: string[];
  ride_m: number;
  /** Seconds of riding and at the stops. */
  time_s: number;
  changed_at: string;
  changed_by: string;
}

export interface TourChange {
  version: number;
  name?: string;
  add?: readonly string[];
  remove?: readonly string[];
  stops?: readonly string[];
}

export const tourApi = {
  find: (id: string) => get<Tour>(`/v1/tours/${id}`),
  make: (tour: { name: string; day: string; delivery_ids: readonly string[]; stops?: readonly string[] }) =>
    post<Tour>("/v1/tours", tour),
  change: (id: string, change: TourChange) => patch<Tour>(`/v1/tours/${id}`, change),
  give: (id: string, version: number, courier_id: string) =>
    post<Tour>(`/v1/tours/${id}/give`, { version, courier_id }),
  takeBack: (id: string, version: number) => post<Tour>(`/v1/tours/${id}/take-back`, { version }),
  /** What nobody has yet; gives the tour of that day. */
  carry: (id: string, version: number, day: string) => post<Tour>(`/v1/tours/${id}/carry`, { version, day }),
  remove: (id: string, version: number) =>
    post<unknown>(`/v1/tours/${id}/remove`, { version }).then(() => null),
};
