// One check of a text against what this browser knows, and what it remembers of it.
import { Fault } from "./fault";
import { keepHead, keepKey, keptHead } from "./kept";
import { parse, verify, type Head, type Verdict } from "./statement";

export type Outcome =
  | { verdict: Verdict; kept: Head | null; ms: number }
  | { fault: Fault };

/** Verifies a bundle by a key and by the head kept of its account; remembers both when it holds. */
export function check(source: string, key: string): Outcome {
  const begun = performance.now();
  try {
    const statement = parse(source);
    const kept = keptHead(key, statement.account);
    const inside = kept && kept.seq >= statement.before.seq ? kept : null;
    const verdict = verify(statement, key, inside);
    const ms = Math.round(performance.now() - begun);
    // A signature is what makes a key the co-op's.
    if (verdict.signed > 0) {
      keepKey(key);
      keepHead(key, verdict.account, verdict.head);
    }
    return { verdict, kept: inside, ms };
  } catch (error) {
    if (error instanceof Fault) return { fault: error };
    throw error;
  }
}
