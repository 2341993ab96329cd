// What goes wrong on the way, as the API tells it.
import { get, getFile, patch, post } from "./call";
import type { Page } from "./types";

export const INCIDENT_KINDS = [
  "fall", "aggression", "goods", "vehicle", "address", "customer", "other",
] as const;
export type IncidentKind = (typeof INCIDENT_KINDS)[number];
/** Where somebody may be hurt. */
export const URGENT_KINDS: readonly IncidentKind[] = ["fall", "aggression"];

export const PRIORITIES = ["urgent", "normal", "low"] as const;
export type Priority = (typeof PRIORITIES)[number];

export interface Incident {
  id: string;
  courier_id: string;
  delivery_id?: string;
  task_id?: string;
  kind: IncidentKind;
  text?: string;
  happened_at: string;
  reported_at: string;
  priority: Priority;
  state: "open" | "closed" | "reopened";
  /** What was done about it. */
  done?: string;
  moved_at?: string;
  version: number;
}

/** As dispatchers see it. */
export interface FiledIncident extends Incident {
  courier_name: string;
  assigned_to?: string;
  /** What the merchant is told. */
  shared?: string;
}

export interface IncidentFile extends FiledIncident {
  comments: { at: string; by: string; text: string }[];
  pictures: string[];
}

/** An incident that is not closed, as the board marks it. */
export interface IncidentMark {
  incident_id: string;
  courier_id: string;
  delivery_id?: string | null;
  incident_kind: IncidentKind;
  priority: Priority;
}

/** What a shop is told of one. */
export interface ToldIncident {
  id: string;
  kind: IncidentKind;
  happened_at: string;
  text: string;
  closed: boolean;
}

export interface Filing {
  priority?: Priority;
  assigned_to?: string | null;
  shared?: string | null;
}

const at = (id: string, what = "") => `/v1/incidents/${id}${what}`;

export const incidents = {
  list: (search: Record<string, string>) => {
    const known = Object.entries(search).filter(([, value]) => value);
    return get<Page<FiledIncident>>(`/v1/incidents?${new URLSearchParams(known)}`);
  },
  told: (delivery: string) => get<Page<ToldIncident>>(`/v1/deliveries/${delivery}/incidents`),
  show: (id: string) => get<IncidentFile>(at(id)),
  file: (id: string, filing: Filing) => patch<IncidentFile>(at(id), filing),
  close: (id: string, done: string) => post<IncidentFile>(at(id, "/close"), { done }),
  reopen: (id: string) => post<IncidentFile>(at(id, "/reopen")),
  comment: (id: string, text: string) => post<IncidentFile>(at(id, "/comments"), { text }),
  picture: (id: string) => getFile(`/v1/incident-pictures/${id}`),
};
