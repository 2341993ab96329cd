// A statement as long as asked for, as docs/ledger-format.md describes it: written a third time, by
// node's own hashes and signatures, so that the page is not held against itself.
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const NOTHING = "0".repeat(64);
const NOON_US = 1_772_452_800_000_000;
const ACCOUNT = "courier:01920000-0000-7000-8000-0000000000a1:pay";

const sha256 = (...parts) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};
const field = (bytes) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
const text = (content) => field(Buffer.from(content, "utf8"));
const hex = (digits) => field(Buffer.from(digits, "hex"));
const number = (content) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(content));
  return field(bytes);
};

/** An id by its last digits: its hexadecimal digits, and how the API writes it. */
function id(prefix, last) {
  const digits = `019200000000700080${last.toString(16).padStart(14, "0")}`;
  let bits = BigInt(`0x${digits}`);
  let suffix = "";
  for (let place = 0; place < 26; place += 1, bits >>= 5n) suffix = ALPHABET[Number(bits & 31n)] + suffix;
  const uuid = digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  return { digits, uuid, written: `${prefix}_${suffix}` };
}

/** The bundle's text, and the key by which it is signed. */
export function statement(lines) {
  const tariff = readFileSync(new URL("../../config/policy/tariff-hourly.toml", import.meta.url), "utf8");
  const figure = (name) => Number(new RegExp(`^${name} = (\\d+)`, "m").exec(tariff)?.[1] ?? 0);
  const named = {
    name: /^name = "(.*)"/m.exec(tariff)[1], version: /^version = "(.*)"/m.exec(tariff)[1],
    text: sha256(tariff),
  };
  const bundle = {
    format: "paceline-statement-1", account: ACCOUNT, currency: "EUR",
    before: { seq: 0, balance: 0, hash: NOTHING }, lines: [], tariffs: [tariff],
  };
  let last = bundle.before;
  for (let seq = 1; seq <= lines; seq += 1) {
    const delivery = id("dlv", 2 * seq);
    const entry = id("ent", 2 * seq + 1);
    const trip_m = 500 + (seq % 4000);
    const amount = figure("base") + figure("per_pickup") + figure("per_dropoff")
      + Math.floor((figure("per_km") * trip_m + 500) / 1000);
    const inputs = { outcome: "delivered", pickups: 1, dropoffs: 1, trip_m };
    const line = {
      seq, entry: entry.written, key: `delivery:${delivery.uuid}:pay`, kind: "piece",
      occurred_us: NOON_US + seq, recorded_us: NOON_US + seq, reverses: null, amount,
      previous: last.balance, balance: last.balance + amount,
      detail: JSON.stringify({
        kind: "piece", delivery_id: delivery.written, shift_id: null, tariff: named, inputs,
      }),
    };
    const canonical = Buffer.concat([
      text("paceline-line-1"), text(ACCOUNT), number(seq), hex(entry.digits), text(line.key),
      text("piece"), number(line.occurred_us), number(line.recorded_us), hex(""), text("EUR"),
      number(amount), number(line.previous), number(line.balance), text(line.detail),
    ]);
    const hash = sha256(
      text("paceline-chain-1"), text(ACCOUNT), number(seq), hex(last.hash), field(canonical),
    );
    bundle.lines.push({ ...line, hash });
    last = { seq, balance: line.balance, hash };
  }
  const leaf = [text("paceline-leaf-1"), text(ACCOUNT), number(last.seq), hex(last.hash)];
  const root = sha256(Buffer.of(0), ...leaf);
  const checkpoint = { number: 1, issued_us: NOON_US + lines + 1, size: 1, root, previous_root: NOTHING };
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const signed = Buffer.concat([
    text("paceline-checkpoint-1"), number(1), number(checkpoint.issued_us), number(1),
    hex(root), hex(NOTHING),
  ]);
  const key = Buffer.from(publicKey.export({ format: "jwk" }).x, "base64url").toString("hex");
  bundle.checkpoint = { ...checkpoint, key, signature: sign(null, signed, privateKey).toString("hex") };
  bundle.proof = { index: 0, seq: last.seq, head: last.hash, path: [] };
  return { text: JSON.stringify(bundle), key };
}
