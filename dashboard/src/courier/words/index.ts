// Words and numbers in the courier's language.
import { current } from "../state";
import type { Money } from "../../api/types";
import { en, type Key } from "./en";
import { moneyIn } from "../../ui/money";
import { fr } from "./fr";

export type { Key };

const words = { en, fr };
const locale = () => (current().language === "fr" ? "fr-FR" : "en-GB");

/** Times are those on the walls where the co-op is, wherever the phone thinks it is. */
const zone = () => current().zone ?? undefined;

/** A key that is not known comes back as it is. */
export function t(key: Key, fill: Record<string, string | number> = {}): string {
  const text: string = words[current().language][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(fill[name] ?? whole));
}

export function hourMinute(at: string | number): string {
  return new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit", timeZone: zone() })
    .format(typeof at === "string" ? Date.parse(at) : at);
}

export function dayHour(at: string): string {
  return new Intl.DateTimeFormat(locale(), {
    weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", timeZone: zone(),
  }).format(Date.parse(at));
}

export function metres(m: number): string {
  if (m < 1000) return `${Math.round(m / 10) * 10} m`;
  return `${(m / 1000).toLocaleString(locale(), { maximumFractionDigits: 1 })} km`;
}

export function duration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  const rest = String(minutes % 60).padStart(2, "0");
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${rest}`;
}

export function money({ amount, currency }: Money): string {
  return moneyIn(locale(), amount, currency);
}
