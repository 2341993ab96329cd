// The co-op's own vehicles.
import { get, patch, post } from "./call";
import type { Page } from "./types";

export const VEHICLE_KINDS = ["bike", "cargo_bike", "trailer", "foot", "moped", "car"] as const;
export type VehicleKind = (typeof VEHICLE_KINDS)[number];

export interface Vehicle {
  id: string;
  name: string;
  kind: VehicleKind;
  volume_ml: number;
  weight_g: number;
  /** How far it goes in a shift, in metres; absent: no limit. */
  range_m?: number;
  note?: string;
  retired_at?: string;
  taken: boolean;
  /** For the desk alone. */
  ridden_by?: { courier_id: string; name: string };
}

/** What is left out is usual for the kind, and no limit of range. */
export interface NewVehicle {
  name: string;
  kind: VehicleKind;
  volume_ml?: number;
  weight_g?: number;
  range_m?: number;
  note?: string;
}

/** What is left out stays; null is none any more. */
export interface VehicleChange extends Partial<Omit<NewVehicle, "range_m" | "note">> {
  range_m?: number | null;
  note?: string | null;
  in_service?: boolean;
}

export const vehicles = {
  list: () => get<Page<Vehicle>>("/v1/vehicles"),
  create: (vehicle: NewVehicle) => post<Vehicle>("/v1/vehicles", vehicle),
  change: (id: string, change: VehicleChange) => patch<Vehicle>(`/v1/vehicles/${id}`, change),
};
