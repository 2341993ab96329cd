// What the log keeps of an act that is none on a delivery, in words. Ids are shortened; what a newer
// server writes beside is shown as it is.
import { t, type Key } from ".";
import type { Role } from "../api/types";
import type { VehicleKind } from "../api/vehicles";
import { shortId } from "../store/derive";

const KEYS = [
  "user_id", "merchant_id", "client_id", "slot_plan_id", "suspension_id", "review_id", "entry_id", "of",
  "pay_run_id", "expense_id", "opening_id", "shift_id", "shift_template_id", "days_off_id", "week", "places",
  "tour_id", "hub_id", "closed", "day", "stops", "made", "skills", "version", "zone", "documents", "year", "outcome",
  "roles", "vehicle_id", "kind",
] as const;

const FLAGS: Record<string, readonly [yes: Key | null, no: Key | null]> = {
  renamed: ["log.is.renamed", null],
  active: ["log.is.opened", "log.is.closed"],
  safety: ["log.is.safety", null],
  in_service: ["log.is.in_service", "log.is.retired"],
  booked: ["log.is.booked", "log.is.waiting"],
};

const ID = /^[a-z]{3}_[0-9a-z]{26}$/;
const roles = (list: unknown) =>
  (Array.isArray(list) ? list : []).map((role) => t(`role.${role as Role}`)).join(", ");

function value(key: string, given: unknown): string {
  if (key === "kind") return t(`admin.vehicle.${given as VehicleKind}`);
  if (key === "outcome") return t(given === "changed" ? "reviews.changed" : "reviews.upheld");
  if (typeof given === "string" && ID.test(given)) return shortId(given);
  return typeof given === "object" ? JSON.stringify(given) : String(given);
}

export function actWords(detail: Readonly<Record<string, unknown>>): string {
  // Postgres keeps the parts in an order of its own.
  const place = (key: string) => {
    const at = KEYS.findIndex((one) => one === key);
    return at < 0 ? KEYS.length : at;
  };
  const sorted = Object.entries(detail).sort(([a], [b]) => place(a) - place(b));
  const parts = sorted.flatMap(([key, given]) => {
    if (given === null || key === "roles_before") return [];
    const flag = FLAGS[key];
    if (flag) {
      const word = flag[given === true ? 0 : 1];
      return word ? [t(word)] : [];
    }
    const known = KEYS.find((one) => one === key);
    const name = known ? t(`log.key.${known}`) : key;
    if (key === "roles") {
      const before = detail.roles_before ? `${roles(detail.roles_before)} → ` : "";
      return [`${name}: ${before}${roles(given)}`];
    }
    return [`${name} ${value(key, given)}`];
  });
  return parts.join(" · ");
}
