import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fromHex, idBytes, toHex, uuidOf } from "../src/verify/bytes";
import { Fault, type Reason } from "../src/verify/fault";
import { leafHash, rootFrom } from "../src/verify/merkle";
import { piece, tariffs, topUp, type PieceInputs, type Tariff } from "../src/verify/pay";
import { canonical, link, parse, verify, type Line, type Statement } from "../src/verify/statement";
import { speaker } from "../src/verify/words";

const NOTHING = "0".repeat(64);
const KEY = "1".repeat(64);

/** What the format's text says that comes out. */
const format = readFileSync("../docs/ledger-format.md", "utf8");
const [, vectors = ""] = format.split("## Test vectors");
const bytesThere = /```canonical\n([^`]+)```/.exec(vectors)?.[1]?.replace(/\s/g, "");
const hashesThere = [...vectors.matchAll(/^ {4}([0-9a-f]{64})$/gm)].map(([, hash]) => hash);

const account = "courier:01920000-0000-7000-8000-0000000000a1:pay";
const first: Line = {
  seq: 1,
  entry: "ent_01j8000000e008000000000071",
  key: "delivery:01920000-0000-7000-8000-0000000000d1:pay",
  kind: "piece",
  occurred_us: 1772452800000000,
  recorded_us: 1772452800250000,
  reverses: null,
  amount: 428,
  previous: 0,
  balance: 428,
  detail: '{"kind":"piece","tariff":{"name":"hourly","version":"2023-1"}}',
  hash: "",
};

test("the bytes and hashes of the format's text come out", () => {
  const bytes = canonical({ account, currency: "EUR" }, first);
  assert.equal(toHex(bytes), bytesThere);
  const one = link(account, 1, NOTHING, bytes.slice());
  const second = { ...first, seq: 2, key: "k", previous: 428, balance: 856 };
  const two = link(account, 2, one, canonical({ account, currency: "EUR" }, second).slice());
  assert.deepEqual([one, two], hashesThere.slice(0, 2));
});

test("an id has one form, and its UUID", () => {
  assert.equal(uuidOf("ent", first.entry), "01920000-0000-7000-8000-0000000000e1");
  for (const wrong of ["dlv_01j8000000e008000000000071", "ent_81j8000000e008000000000071",
    "ent_01j8000000e00800000000007", "ent_01J8000000E008000000000071", "ent_01i8000000e008000000000071"]) {
    assert.equal(idBytes("ent", wrong), null, wrong);
  }
});

test("a path leads to the root from its own place alone (certificate transparency's vectors)", () => {
  const leaves = ["", "00", "10"].map((bytes) => leafHash(fromHex(bytes)));
  const [a, b, c] = leaves as [string, string, string];
  const three = "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77";
  const two = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125";
  assert.equal(rootFrom(a, 0, 2, [b]), two);
  assert.equal(rootFrom(a, 0, 3, [b, c]), three);
  assert.equal(rootFrom(b, 1, 3, [a, c]), three);
  assert.equal(rootFrom(c, 2, 3, [two]), three);
  assert.notEqual(rootFrom(a, 1, 3, [b, c]), three);
  for (const path of [[], [b], [b, c, c]]) assert.equal(rootFrom(a, 0, 3, path), null);
  assert.equal(rootFrom(a, 3, 3, [b, c]), null);
});

function preset(name: string): Tariff {
  const text = readFileSync(`../config/policy/tariff-${name}.toml`, "utf8");
  const [tariff] = tariffs([text]).values();
  assert(tariff);
  return tariff;
}

test("pay is what domain/pay.rs says it is", () => {
  const ridden: PieceInputs = { pickups: 1, dropoffs: 1, trip_m: 4828, approach_m: 3219, engaged_s: 1200 };
  assert.equal(piece(preset("seattle-2024"), ridden), 880 + 370);
  assert.equal(piece(preset("seattle-2024"), { ...ridden, trip_m: 500, approach_m: 0, engaged_s: 300 }), 500);
  const mdrp = preset("mdrp");
  assert.equal(piece(mdrp, ridden), 1000);
  assert.deepEqual([0, 1000, 4000].map((pieces) => topUp(mdrp, { paid_seconds: 7200, pieces })), [3000, 2000, 0]);
  const waits = { ...mdrp, base: 401, wait_free_s: 300, wait_per_minute: 20, cancelled_percent: 50, failed_percent: 100 };
  const two: PieceInputs = { pickups: 2, dropoffs: 1, trip_m: 0, waited_s: 750 };
  assert.deepEqual(
    (["delivered", "failed", "cancelled"] as const).map((outcome) => piece(waits, { ...two, outcome })),
    [451, 451, 226],
  );
});

const empty: Statement = {
  format: "paceline-statement-1", account, currency: "EUR",
  before: { seq: 0, balance: 0, hash: NOTHING }, lines: [], checkpoint: null, proof: null, tariffs: [],
};

const reasonOf = (act: () => unknown): Reason | null => {
  try {
    act();
    return null;
  } catch (error) {
    assert(error instanceof Fault, String(error));
    return error.reason;
  }
};

test("what is not a statement is refused before it is checked", () => {
  const read = (change: object) => reasonOf(() => parse(JSON.stringify({ ...empty, ...change })));
  assert.equal(read({}), null);
  assert.equal(reasonOf(() => parse("{")), "unreadable");
  assert.equal(reasonOf(() => parse("null")), "format");
  assert.equal(read({ format: "paceline-statement-2" }), "format");
  const bad = [{ more: 1 }, { lines: [{}] }, { before: { seq: 0 } }, { account: 7 }, { tariffs: [7] },
    { before: { seq: 0.5, balance: 0, hash: NOTHING } }, { before: { seq: 0, balance: 0, hash: "A".repeat(64) } }];
  for (const change of bad) assert.equal(read(change), "unreadable", JSON.stringify(change));
});

test("a statement without lines holds, and half of a proof does not", () => {
  assert.equal(verify(empty, KEY).signed, 0);
  const proof = { index: 0, seq: 0, head: NOTHING, path: [] };
  assert.equal(reasonOf(() => verify({ ...empty, proof }, KEY)), "halfProof");
  assert.equal(reasonOf(() => verify({ ...empty, before: { ...empty.before, balance: 5 } }, KEY)), "before");
  const kept = { seq: 3, balance: 0, hash: NOTHING };
  assert.equal(reasonOf(() => verify(empty, KEY, kept)), "rewound");
  assert.equal(reasonOf(() => verify(empty, KEY, { ...kept, seq: 0, hash: KEY })), "rewritten");
});

test("a way back is reckoned again by its tariff, under its own key", () => {
  const tariff = readFileSync("../config/policy/tariff-hourly.toml", "utf8");
  const [hash] = tariffs([tariff]).keys();
  const { name, version } = preset("hourly");
  const inputs = { outcome: "delivered", pickups: 0, dropoffs: 1, trip_m: 1300 };
  const detail = {
    kind: "return", delivery_id: "dlv_01j8000000e008000000000071", shift_id: null,
    tariff: { name, version, text: hash }, inputs,
  };
  const statement = (change: Partial<Line>): Statement => {
    const line = {
      ...first, kind: "return", key: "delivery:01920000-0000-7000-8000-0000000000e1:return",
      amount: 378, balance: 378, detail: JSON.stringify(detail), ...change,
    };
    const bytes = canonical({ account, currency: "EUR" }, line).slice();
    return { ...empty, lines: [{ ...line, hash: link(account, 1, NOTHING, bytes) }], tariffs: [tariff] };
  };
  assert.equal(verify(statement({}), KEY).head.balance, 378, "2.50 + 0.50 + 0.60 a kilometre");
  assert.equal(reasonOf(() => verify(statement({ amount: 379, balance: 379 }), KEY)), "reckoned");
  const other = "delivery:01920000-0000-7000-8000-0000000000e1:pay";
  assert.equal(reasonOf(() => verify(statement({ key: other }), KEY)), "detail");
});

test("words are filled in, in both languages", () => {
  for (const language of ["en", "fr"] as const) {
    assert.match(speaker(language)("fault.hash", { seq: 7 }), /7/);
  }
});
