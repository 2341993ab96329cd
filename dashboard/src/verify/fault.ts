// Why a statement does not hold.

export type Reason =
  | "unreadable" | "format" | "tooLong" | "tariff" | "before" | "sequence" | "previous" | "balance"
  | "hash" | "detail" | "tariffUnknown" | "reckoned" | "rewritten" | "rewound" | "halfProof" | "key"
  | "signature" | "path" | "signed" | "uncovered";

/** The first thing that does not hold; `fill` goes into the words for it. */
export class Fault extends Error {
  constructor(readonly reason: Reason, readonly fill: Record<string, string | number> = {}) {
    super(`${reason} ${JSON.stringify(fill)}`);
  }
}
