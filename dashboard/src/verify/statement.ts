// Verifies a statement bundle: docs/ledger-format.md, read a second time and written anew, so that
// one mistake is not made twice. Everything happens here; nothing is asked of a server.
import { hashes, verify as isSignedBy } from "@noble/ed25519";
import { sha512 } from "@noble/hashes/sha2.js";
import { Fields, fromHex, hash, idBytes, uuidOf } from "./bytes";
import { Fault } from "./fault";
import { leafHash, rootFrom } from "./merkle";
import {
  isGuaranteeInputs, isPieceInputs, piece, tariffs as readTariffs, topUp,
  type GuaranteeInputs, type PieceInputs, type Tariff,
} from "./pay";
import { fields, hex, many, orNull, text, whole } from "./shape";

hashes.sha512 = sha512;

const FORMAT = "paceline-statement-1";
const LINES_MAX = 20_000;
const NOTHING = "0".repeat(64);

export interface Head {
  seq: number;
  balance: number;
  hash: string;
}

export interface Line extends Head {
  entry: string;
  key: string;
  kind: string;
  occurred_us: number;
  recorded_us: number;
  reverses: string | null;
  amount: number;
  previous: number;
  detail: string;
}

export interface Checkpoint {
  number: number;
  issued_us: number;
  size: number;
  root: string;
  previous_root: string;
  key: string;
  signature: string;
}

interface Proof {
  index: number;
  seq: number;
  head: string;
  path: string[];
}

export interface Statement {
  format: string;
  account: string;
  currency: string;
  before: Head;
  lines: Line[];
  checkpoint: Checkpoint | null;
  proof: Proof | null;
  tariffs: string[];
}

export interface Verdict {
  account: string;
  currency: string;
  lines: number;
  head: Head;
  /** The last line that the co-op has signed for; 0 before the first checkpoint. */
  signed: number;
  checkpoint: Checkpoint | null;
}

const head = { seq: whole, balance: whole, hash: hex(64) };

const isStatement = fields({
  format: text, account: text, currency: text,
  before: fields(head),
  lines: many(fields({
    ...head, entry: text, key: text, kind: text, occurred_us: whole, recorded_us: whole,
    reverses: orNull(text), amount: whole, previous: whole, detail: text,
  })),
  checkpoint: orNull(fields({
    number: whole, issued_us: whole, size: whole, root: hex(64), previous_root: hex(64),
    key: hex(64), signature: hex(128),
  })),
  proof: orNull(fields({ index: whole, seq: whole, head: hex(64), path: many(hex(64)) })),
  tariffs: many(text),
});

/** Reads a bundle strictly. Throws a `Fault`. */
export function parse(source: string): Statement {
  let found: unknown;
  try {
    found = JSON.parse(source);
  } catch {
    throw new Fault("unreadable", { where: "JSON" });
  }
  if ((found as { format?: unknown } | null)?.format !== FORMAT) throw new Fault("format", { FORMAT });
  isStatement(found, "statement");
  const statement = found as Statement;
  if (statement.lines.length > LINES_MAX) throw new Fault("tooLong", { max: LINES_MAX });
  return statement;
}

/**
 * Checks all that can be checked without the co-op, by its public key; `kept` is a head from an
 * earlier statement. Throws a `Fault`: the first thing that does not hold, in the order of the lines.
 */
export function verify(statement: Statement, key: string, kept: Head | null = null): Verdict {
  const known = readTariffs(statement.tariffs);
  const { last, named } = followLines(statement, known, kept);
  const unnamed = [...known.keys()].findIndex((one) => !named.has(one));
  if (unnamed >= 0) throw new Fault("tariff", { index: unnamed + 1, why: "" });
  if (kept && kept.seq > last.seq) throw new Fault("rewound", { seq: kept.seq, last: last.seq });
  const { checkpoint, proof } = statement;
  if ((checkpoint === null) !== (proof === null)) throw new Fault("halfProof");
  const signed = checkpoint && proof ? covered(statement, key, checkpoint, proof) : 0;
  const { account, currency, lines } = statement;
  return { account, currency, lines: lines.length, head: last, signed, checkpoint };
}

function followLines(statement: Statement, known: Map<string, Tariff>, kept: Head | null) {
  const { account, before, lines } = statement;
  if (before.seq === 0 && (before.balance !== 0 || before.hash !== NOTHING)) {
    throw new Fault("before", { seq: 0 });
  }
  const named = new Set<string>();
  const isPay = /^courier:[0-9a-f-]{36}:pay$/.test(account);
  let last: Head = before;
  const compare = () => {
    if (kept?.seq === last.seq && kept.hash !== last.hash) throw new Fault("rewritten", { seq: last.seq });
  };
  compare();
  for (const line of lines) {
    const { seq } = line;
    if (seq !== last.seq + 1) throw new Fault("sequence", { seq, expected: last.seq + 1 });
    if (line.previous !== last.balance) throw new Fault("previous", { seq });
    if (line.previous + line.amount !== line.balance) throw new Fault("balance", { seq });
    if (link(account, seq, last.hash, canonical(statement, line)) !== line.hash) {
      throw new Fault("hash", { seq });
    }
    const tariff = isPay ? reckon(statement.currency, line, known) : null;
    if (tariff) named.add(tariff);
    last = { seq, balance: line.balance, hash: line.hash };
    compare();
  }
  return { last, named };
}

function entryBytes(line: Line, id: string): Uint8Array {
  const bytes = idBytes("ent", id);
  if (!bytes) throw new Fault("detail", { seq: line.seq });
  return bytes;
}

// Two lines are never written at once.
const lineBytes = new Fields();
const linkBytes = new Fields();

/** The bytes of a line; good until those of the next one are asked for. */
export function canonical(
  { account, currency }: Pick<Statement, "account" | "currency">, line: Line,
): Uint8Array {
  return lineBytes.clear()
    .text("paceline-line-1").text(account).number(line.seq)
    .field(entryBytes(line, line.entry)).text(line.key).text(line.kind)
    .number(line.occurred_us).number(line.recorded_us)
    .field(line.reverses === null ? new Uint8Array() : entryBytes(line, line.reverses))
    .text(currency).number(line.amount).number(line.previous).number(line.balance)
    .text(line.detail)
    .all();
}

/** The hash of a line from the one before it and its bytes. */
export function link(account: string, seq: number, before: string, line: Uint8Array): string {
  const bytes = linkBytes.clear().text("paceline-chain-1").text(account).number(seq);
  return hash(bytes.field(fromHex(before)).field(line).all());
}

interface Detail {
  kind: string;
  delivery_id?: string;
  round?: number;
  shift_id?: string;
  correction_id?: string;
  of?: string;
  tariff?: { name: string; version: string; text: string };
  inputs?: unknown;
}

/** Reckons the amount again, if a tariff says it. Gives the hash of the tariff's text. */
function reckon(currency: string, line: Line, known: Map<string, Tariff>): string | null {
  const { seq } = line;
  const detail = readDetail(line);
  if (detail.kind !== line.kind) throw new Fault("detail", { seq });
  const key = keyOf(detail);
  if (key === undefined) return null;
  if (key !== line.key || !detail.tariff) throw new Fault("detail", { seq });
  const tariff = known.get(detail.tariff.text);
  if (!tariff || tariff.name !== detail.tariff.name || tariff.version !== detail.tariff.version) {
    throw new Fault("tariffUnknown", { seq, name: detail.tariff.name });
  }
  const amount = amountOf(detail, tariff);
  if (amount !== line.amount || tariff.currency !== currency) {
    throw new Fault("reckoned", { seq, reckoned: amount, booked: line.amount });
  }
  return detail.tariff.text;
}

function readDetail({ seq, detail }: Line): Detail {
  try {
    const found = JSON.parse(detail) as Detail;
    if (typeof found.kind === "string") return found;
  } catch {
    // Said below.
  }
  throw new Fault("detail", { seq });
}

/** The business key of a kind that is reckoned by a tariff; `undefined` for another kind. */
function keyOf(detail: Detail): string | null | undefined {
  const key = (prefix: string, id: string | undefined, make: (uuid: string) => string) => {
    const uuid = uuidOf(prefix, id ?? "");
    return uuid && make(uuid);
  };
  const round = detail.round === undefined ? "" : `:${detail.round}`;
  switch (detail.kind) {
    case "piece": return key("dlv", detail.delivery_id, (id) => `delivery:${id}:pay${round}`);
    case "return": return key("dlv", detail.delivery_id, (id) => `delivery:${id}:return${round}`);
    case "guarantee": {
      const first = key("sft", detail.shift_id, (id) => `shift:${id}:guarantee`);
      if (!first || detail.correction_id === undefined) return first;
      return key("cor", detail.correction_id, (id) => `${first}:${id}`);
    }
    case "correction": return key("ent", detail.of, (id) => `entry:${id}:correction`);
    default: return undefined;
  }
}

function amountOf({ kind, inputs }: Detail, tariff: Tariff): number {
  if (kind === "guarantee") {
    isGuaranteeInputs(inputs, "inputs");
    return topUp(tariff, inputs as GuaranteeInputs);
  }
  isPieceInputs(inputs, "inputs");
  return piece(tariff, inputs as PieceInputs);
}

function signedBytes({ number, issued_us, size, root, previous_root }: Checkpoint): Uint8Array {
  return new Fields()
    .text("paceline-checkpoint-1").number(number).number(issued_us).number(size)
    .field(fromHex(root)).field(fromHex(previous_root))
    .all();
}

/** Whether a checkpoint's signature is by the key that it names. */
export function holds(checkpoint: Checkpoint): boolean {
  const { signature, key } = checkpoint;
  const strict = { zip215: false };
  return isSignedBy(fromHex(signature), signedBytes(checkpoint), fromHex(key), strict);
}

/** The number of the last line that the checkpoint vouches for. */
function covered(statement: Statement, key: string, checkpoint: Checkpoint, proof: Proof): number {
  const { number } = checkpoint;
  const { seq } = proof;
  if (checkpoint.key !== key) throw new Fault("key", { key: checkpoint.key });
  if (!holds(checkpoint)) throw new Fault("signature", { number });
  const leaf = new Fields()
    .text("paceline-leaf-1").text(statement.account).number(seq).field(fromHex(proof.head));
  const root = rootFrom(leafHash(leaf.all()), proof.index, checkpoint.size, proof.path);
  if (root !== checkpoint.root) throw new Fault("path", { number });
  const there = [statement.before, ...statement.lines].find((one) => one.seq === seq);
  if (!there) throw new Fault("uncovered", { seq });
  if (there.hash !== proof.head) throw new Fault("signed", { seq });
  return seq;
}
