// Bytes as docs/ledger-format.md writes them: each field with its length before it.
import { sha256 } from "@noble/hashes/sha2.js";

const UTF8 = new TextEncoder();
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** Fields behind each other. */
export class Fields {
  private bytes = new Uint8Array(1024);
  private view = new DataView(this.bytes.buffer);
  private length = 0;

  field(content: Uint8Array): this {
    this.room(4 + content.length);
    this.view.setUint32(this.length, content.length);
    this.bytes.set(content, this.length + 4);
    this.length += 4 + content.length;
    return this;
  }

  text(content: string): this {
    this.room(4 + 3 * content.length); // No character takes more.
    const { written } = UTF8.encodeInto(content, this.bytes.subarray(this.length + 4));
    this.view.setUint32(this.length, written);
    this.length += 4 + written;
    return this;
  }

  /** Eight bytes, the highest first. */
  number(content: number): this {
    this.room(12);
    this.view.setUint32(this.length, 8);
    this.view.setBigInt64(this.length + 4, BigInt(content));
    this.length += 12;
    return this;
  }

  /** What has been written; good until the next field. */
  all(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  /** Begins anew, in the same memory. */
  clear(): this {
    this.length = 0;
    return this;
  }

  private room(more: number) {
    if (this.length + more <= this.bytes.length) return;
    const larger = new Uint8Array(2 * (this.length + more));
    larger.set(this.all());
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }
}

/** SHA-256 as small hexadecimal digits. */
export const hash = (bytes: Uint8Array): string => toHex(sha256(bytes));

export const hashOfText = (text: string): string => hash(UTF8.encode(text));

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text;
}

/** The value of a small hexadecimal digit. */
const digitAt = (text: string, at: number): number => {
  const code = text.charCodeAt(at);
  return code < 58 ? code - 48 : code - 87;
};

/** Bytes from small hexadecimal digits, an even number of them. */
export function fromHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at += 1) {
    bytes[at] = (digitAt(text, 2 * at) << 4) | digitAt(text, 2 * at + 1);
  }
  return bytes;
}

/** The 16 bytes of an id such as `ent_01j9k3v4m2e7sb8c5x6y7z8a9b`; `null` if it is none. */
export function idBytes(prefix: string, text: string): Uint8Array | null {
  const digits = text.slice(prefix.length + 1);
  if (!text.startsWith(`${prefix}_`) || !/^[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(digits)) return null;
  const bytes = new Uint8Array(16);
  // The first digit brings three bits, each other one five: from the left, eight make a byte.
  for (let at = 0, bits = 0, held = -2, next = 0; at < 26; at += 1) {
    bits = ((bits << 5) | ALPHABET.indexOf(digits[at]!)) & 0xfff;
    held += 5;
    if (held < 8) continue;
    held -= 8;
    bytes[next] = bits >> held;
    next += 1;
  }
  return bytes;
}

/** The same as a UUID is written. */
export function uuidOf(prefix: string, text: string): string | null {
  const bytes = idBytes(prefix, text);
  return bytes && toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
