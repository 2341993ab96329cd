/** How many digits a currency has behind the point. */
function digits(format: Intl.NumberFormat): number {
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}

/** An amount in minor units as a locale writes it. */
export function moneyIn(locale: string, amount: number, currency: string): string {
  const format = new Intl.NumberFormat(locale, { style: "currency", currency });
  return format.format(amount / 10 ** digits(format));
}

/**
 * What somebody has typed, in minor units: `12.5`, `12,50` or `1 234,50`. Null where it is no amount
 * of this currency, has more digits than it, or is too large to be reckoned with exactly.
 */
export function readAmount(text: string, currency: string): number | null {
  const places = digits(new Intl.NumberFormat("en", { style: "currency", currency }));
  const [, whole = "", part = ""] = /^(\d+)(?:[.,](\d+))?$/.exec(text.replace(/[\s\u00a0\u202f']/g, "")) ?? [];
  if (!whole || part.length > places) return null;
  const minor = Number(whole + part.padEnd(places, "0"));
  return Number.isSafeInteger(minor) ? minor : null;
}

/** An amount as it is typed: without its currency. */
export function plainAmount(amount: number, currency: string): string {
  const places = digits(new Intl.NumberFormat("en", { style: "currency", currency }));
  const text = String(amount).padStart(places + 1, "0");
  return places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`;
}
