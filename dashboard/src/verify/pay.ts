// What a courier earns by a tariff, reckoned again from what a line says; see domain/pay.rs, which
// this was not translated from but has to agree with.
import { parse } from "smol-toml";
import { hashOfText } from "./bytes";
import { Fault } from "./fault";
import { fields, oneOf, text, whole, type Check } from "./shape";

type Figure =
  | "base" | "per_pickup" | "per_dropoff" | "per_minute" | "per_km" | "per_mile" | "wait_free_s"
  | "wait_per_minute" | "least" | "failed_percent" | "cancelled_percent" | "guarantee_per_hour";

export type Tariff = { name: string; version: string; currency: string } & Record<Figure, number>;

export interface PieceInputs {
  outcome?: "delivered" | "failed" | "cancelled";
  pickups: number;
  dropoffs: number;
  trip_m: number;
  approach_m?: number;
  engaged_s?: number;
  waited_s?: number;
}

export interface GuaranteeInputs {
  paid_seconds: number;
  pieces: number;
}

/** Figures that older tariffs do not name: 0. */
const LATER: Figure[] = [
  "per_minute", "per_mile", "wait_free_s", "wait_per_minute", "least", "failed_percent",
  "cancelled_percent",
];

const isTariff = fields(
  {
    name: text, version: text, source: text, currency: text,
    base: whole, per_pickup: whole, per_dropoff: whole, per_km: whole, guarantee_per_hour: whole,
    paid_time: oneOf("worked", "engaged", "planned"),
  },
  Object.fromEntries(LATER.map((name) => [name, whole])),
);

export const isPieceInputs: Check = fields(
  { pickups: whole, dropoffs: whole, trip_m: whole },
  {
    outcome: oneOf("delivered", "failed", "cancelled"),
    approach_m: whole, engaged_s: whole, waited_s: whole,
  },
);

export const isGuaranteeInputs: Check = fields({ paid_seconds: whole, pieces: whole });

/** Reads tariffs; the key is what a line names each by. */
export function tariffs(texts: string[]): Map<string, Tariff> {
  const known = texts.map((source, index): [string, Tariff] => {
    try {
      const found = parse(source);
      isTariff(found, "tariff");
      const missing = Object.fromEntries(LATER.map((name) => [name, 0]));
      return [hashOfText(source), { ...missing, ...found } as unknown as Tariff];
    } catch (error) {
      throw new Fault("tariff", { index: index + 1, why: error instanceof Error ? error.message : "" });
    }
  });
  return new Map(known);
}

/** `amount * numerator / denominator`, half away from zero. */
function scale(amount: number, numerator: number, denominator: number): number {
  const product = BigInt(amount) * BigInt(numerator);
  const below = BigInt(denominator);
  const size = ((product < 0n ? -product : product) + below / 2n) / below;
  return Number(product < 0n ? -size : size);
}

const MILE_MM = 1_609_344;

/** Minor units for one delivery. */
export function piece(tariff: Tariff, inputs: PieceInputs): number {
  const { pickups, dropoffs, trip_m, approach_m = 0, engaged_s = 0, waited_s = 0 } = inputs;
  const ridden = trip_m + approach_m;
  const waited = Math.max(0, waited_s - tariff.wait_free_s * pickups);
  const sum = tariff.base + tariff.per_pickup * pickups + tariff.per_dropoff * dropoffs
    + scale(tariff.per_km, ridden, 1000) + scale(tariff.per_mile, ridden * 1000, MILE_MM)
    + scale(tariff.per_minute, engaged_s, 60) + scale(tariff.wait_per_minute, waited, 60);
  const whole = Math.max(sum, tariff.least);
  switch (inputs.outcome ?? "delivered") {
    case "delivered": return whole;
    case "failed": return scale(whole, tariff.failed_percent, 100);
    case "cancelled": return scale(whole, tariff.cancelled_percent, 100);
  }
}

/** Minor units that a shift lacks to its guarantee. */
export function topUp(tariff: Tariff, { paid_seconds, pieces }: GuaranteeInputs): number {
  return Math.max(0, scale(tariff.guarantee_per_hour, paid_seconds, 3600) - pieces);
}
