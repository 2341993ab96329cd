// Words and numbers in the reader's language. Times are shown in the browser's own time zone.
import { current } from "../store/store";
import type { Language } from "../store/preferences";
import { moneyIn } from "../ui/money";
import { en, type Key } from "./en";
import { fr } from "./fr";

export type { Key, Language };
export const languages: { id: Language; name: string }[] = [
  { id: "en", name: "English" },
  { id: "fr", name: "Français" },
];

const words: Record<Language, Record<Key, string>> = { en, fr };

export function t(key: Key, fill: Record<string, string | number> = {}): string {
  const text: string = words[current().language][key];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(fill[name] ?? whole));
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(language: Language, second: boolean): Intl.DateTimeFormat {
  const key = `${language}${second}`;
  let format = clocks.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(language === "fr" ? "fr-FR" : "en-GB", {
      hour: "2-digit", minute: "2-digit", ...(second ? { second: "2-digit" } : {}),
    });
    clocks.set(key, format);
  }
  return format;
}

/** Hours and minutes; takes a timestamp or milliseconds. */
export function hourMinute(at: string | number): string {
  return clockOf(current().language, false).format(typeof at === "string" ? Date.parse(at) : at);
}

export function hourMinuteSecond(at: number): string {
  return clockOf(current().language, true).format(at);
}

export function dayOf(at: number): string {
  return new Intl.DateTimeFormat(current().language === "fr" ? "fr-FR" : "en-GB", {
    weekday: "short", day: "numeric", month: "short",
  }).format(at);
}

const dates = new Map<string, Intl.DateTimeFormat>();

function dateOf(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const locale = current().language === "fr" ? "fr-FR" : "en-GB";
  const key = locale + JSON.stringify(options);
  const format = dates.get(key) ?? new Intl.DateTimeFormat(locale, options);
  dates.set(key, format);
  return format;
}

const DAY = { day: "numeric", month: "short", year: "numeric" } as const;

/** A day with its year; takes a timestamp or milliseconds. */
export function fullDay(at: string | number): string {
  return dateOf(DAY).format(typeof at === "string" ? Date.parse(at) : at);
}

/** The same with hours and minutes. */
export function dayTime(at: string | number): string {
  return `${fullDay(at)}, ${hourMinute(at)}`;
}

/** A day of the calendar, 2026-03-31, which is the same day everywhere. */
export function plainDay(day: string): string {
  return dateOf({ ...DAY, weekday: "short", timeZone: "UTC" }).format(Date.parse(`${day}T00:00:00Z`));
}

/** A length of time in words: seconds under two minutes, then minutes, then hours. */
export function span(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 100) return t("time.s", { n: seconds });
  return minutes(ms);
}

/** A length of time in whole minutes, for the countdown against a promise. */
export function minutes(ms: number): string {
  const whole = Math.floor(ms / 60_000);
  if (whole < 100) return t("time.min", { n: whole });
  const m = String(whole % 60).padStart(2, "0");
  return t("time.h", { h: Math.floor(whole / 60), m });
}

export function metres(m: number): string {
  const language = current().language;
  if (m < 1000) return `${Math.round(m / 10) * 10} m`;
  return `${(m / 1000).toLocaleString(language, { maximumFractionDigits: 1 })} km`;
}

export function money({ amount, currency }: { amount: number; currency: string }): string {
  const language = current().language === "fr" ? "fr-FR" : "en-IE";
  return moneyIn(language, amount, currency);
}

export function deliveryCount(n: number): string {
  return n === 1 ? t("count.delivery") : t("count.deliveries", { n });
}

export function stopCount(n: number): string {
  if (n === 0) return t("courier.stops.none");
  return n === 1 ? t("courier.stops.one") : t("courier.stops.many", { n });
}
