// What the pages about reviews reckon by themselves; pure.
import type { KeptDecision, PieceInputs } from "../api/office-types";
import type { Decision } from "../api/types";

/** The inputs of a piece that are numbers, in the order in which they are asked for. */
export const amountFields = ["pickups", "dropoffs", "trip_m", "approach_m", "engaged_s", "waited_s"] as const;

/** The inputs with what was typed; null where something is no whole number from 0 on. */
export function changedInputs(inputs: PieceInputs, typed: Readonly<Record<string, string>>): PieceInputs | null {
  const changed = { ...inputs };
  for (const name of amountFields) {
    const text = typed[name];
    if (text === undefined) continue;
    if (!/^\d{1,9}$/.test(text.trim())) return null;
    changed[name] = Number(text);
  }
  return changed;
}

/** What a tick said about one delivery, as the board tells decisions; null if it said nothing. */
export function decisionAbout({ id, at, plan }: KeptDecision, delivery: string): Decision | null {
  const about = plan.explanations.find((one) => one.delivery === delivery);
  return about ? {
    decision_id: id, at, outcome: about.verdict,
    candidates: about.candidates.map(({ courier, terms, cost }) => ({ courier_id: courier, terms, cost })),
    excluded: about.excluded.map(({ courier, rule }) => ({ courier_id: courier, code: rule })),
  } : null;
}

/** An answer as it is being written. */
export interface Draft {
  outcome: "upheld" | "changed" | "";
  reasons: string;
  correction: string;
}

/**
 * The answer to be sent; null while something is missing. What was changed has to be said, and a line of
 * pay is changed by booking it anew.
 */
export function answerOf({ outcome, reasons, correction }: Draft, kind: string):
  { outcome: "upheld" | "changed"; reasons: string; correction?: string } | null {
  if (!outcome || !reasons.trim()) return null;
  if (outcome === "upheld") return { outcome, reasons: reasons.trim() };
  if (kind === "line" || !correction.trim()) return null;
  return { outcome, reasons: reasons.trim(), correction: correction.trim() };
}
