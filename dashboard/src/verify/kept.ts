// What this browser remembers: the key that it was told to trust, and the last line that it has
// verified of each account. A server that rewrites or rewinds the past is found out by it.
import { remember, remembered } from "../store/preferences";
import type { Head } from "./statement";

const KEY = "ledger.key";
const headOf = (key: string, account: string) => `ledger.head.${key}.${account}`;

export const keptKey = (): string | null => remembered(KEY);
export const keepKey = (key: string): void => remember(KEY, key);

export function keptHead(key: string, account: string): Head | null {
  const kept = remembered(headOf(key, account));
  return kept === null ? null : (JSON.parse(kept) as Head);
}

/** Keeps the later of two heads. */
export function keepHead(key: string, account: string, head: Head): void {
  const before = keptHead(key, account);
  if (before && before.seq > head.seq) return;
  remember(headOf(key, account), JSON.stringify(head));
}
