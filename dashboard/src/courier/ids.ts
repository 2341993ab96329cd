// Ids made on the phone: UUID version 7 as the API writes them, a prefix and 26 characters.

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** `pev_01k…`: sorts by time. `chance` are 10 bytes nobody can guess. */
export function freshId(prefix: string, nowMs: number, chance = randomBytes()): string {
  let bits = BigInt(nowMs) << 80n;
  for (const [place, byte] of chance.entries()) bits |= BigInt(byte) << BigInt(8 * (9 - place));
  bits = (bits & ~(0xfn << 76n)) | (7n << 76n); // Version 7 …
  bits = (bits & ~(0x3n << 62n)) | (2n << 62n); // … of the RFC 9562 layout.
  let text = "";
  for (let place = 25n; place >= 0n; place -= 1n) text += ALPHABET[Number((bits >> (5n * place)) & 31n)];
  return `${prefix}_${text}`;
}

function randomBytes(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(10));
}
