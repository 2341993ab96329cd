// A vehicle as it is written in a form: litres, kilograms and kilometres, where the server counts smaller.
import type { NewVehicle, Vehicle, VehicleChange, VehicleKind } from "../api/vehicles";

export interface VehicleForm {
  name: string;
  kind: VehicleKind;
  litres: string;
  kilos: string;
  kilometres: string;
  note: string;
}

export const NEW_VEHICLE: VehicleForm = { name: "", kind: "bike", litres: "", kilos: "", kilometres: "", note: "" };

const thousands = (text: string) => Math.round(Number(text.replace(",", ".")) * 1000);
const shown = (number: number | undefined) => (number === undefined ? "" : String(number / 1000));

export function formOf({ name, kind, volume_ml, weight_g, range_m, note }: Vehicle): VehicleForm {
  return {
    name, kind, litres: shown(volume_ml), kilos: shown(weight_g), kilometres: shown(range_m), note: note ?? "",
  };
}

/** What an empty field leaves out is usual for the kind. */
export function newOf(form: VehicleForm): NewVehicle {
  const note = form.note.trim();
  return {
    name: form.name.trim(),
    kind: form.kind,
    ...(form.litres ? { volume_ml: thousands(form.litres) } : {}),
    ...(form.kilos ? { weight_g: thousands(form.kilos) } : {}),
    ...(form.kilometres ? { range_m: thousands(form.kilometres) } : {}),
    ...(note ? { note } : {}),
  };
}

/** What the form says and the vehicle is not; null where there is nothing to change. */
export function changeOf(vehicle: Vehicle, form: VehicleForm): VehicleChange | null {
  const { name, kind, volume_ml, weight_g, range_m, note } = newOf(form);
  const change: VehicleChange = {};
  if (name !== vehicle.name) change.name = name;
  if (kind !== vehicle.kind) change.kind = kind;
  if (volume_ml !== undefined && volume_ml !== vehicle.volume_ml) change.volume_ml = volume_ml;
  if (weight_g !== undefined && weight_g !== vehicle.weight_g) change.weight_g = weight_g;
  if (range_m !== vehicle.range_m) change.range_m = range_m ?? null;
  if (note !== vehicle.note) change.note = note ?? null;
  return Object.keys(change).length > 0 ? change : null;
}
