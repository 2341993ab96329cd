// Merkle trees as in RFC 6962.
import { fromHex, hash } from "./bytes";

export const leafHash = (bytes: Uint8Array): string => hash(Uint8Array.of(0, ...bytes));

const node = (left: string, right: string): string => hash(fromHex(`01${left}${right}`));

/** The root to which a path leads (RFC 9162, 2.1.3.2); `null` where its length does not fit. */
export function rootFrom(leaf: string, index: number, size: number, path: string[]): string | null {
  let at = BigInt(index);
  let last = BigInt(size) - 1n;
  if (at < 0n || at > last) return null;
  let root = leaf;
  for (const neighbour of path) {
    if (last === 0n) return null;
    if ((at & 1n) === 1n || at === last) {
      root = node(neighbour, root);
      while ((at & 1n) === 0n && at !== 0n) {
        at >>= 1n;
        last >>= 1n;
      }
    } else {
      root = node(root, neighbour);
    }
    at >>= 1n;
    last >>= 1n;
  }
  return last === 0n ? root : null;
}
