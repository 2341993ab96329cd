import assert from "node:assert/strict";
import { test } from "node:test";
import type { HandoverNeed } from "../src/api/handover";
import type { RouteStop } from "../src/api/types";
import { replay, type Day } from "../src/courier/journal";
import { codeOf, EMPTY, lacks, moved, readCode, remaining, together, unread } from "../src/courier/parcels";

const NOON = "2026-03-01T12:00:00.000Z";
const ID = { a: "dlv_01k9c5v8r2e7sb8c5x6y7zaaaa", b: "dlv_01k9c5v8r2e7sb8c5x6y7zbbbb" };

function stop(of: keyof typeof ID, kind: "pickup" | "dropoff", parcels: number[], needs: HandoverNeed[] = []): RouteStop {
  return {
    task_id: `${of}-${kind}`, delivery_id: ID[of], kind, state: "todo", merchant_name: "Épicerie",
    place: { latitude: 45.2, longitude: kind === "pickup" ? 5.7 : 5.8 }, ready_at: NOON, due_at: NOON,
    needs, parcels: parcels.map((number) => ({ number })),
  };
}

const [takeA, takeB] = [stop("a", "pickup", [1, 2], ["scan"]), stop("b", "pickup", [1], ["scan"])];
const [giveA, giveB] = [stop("a", "dropoff", [1, 2], ["scan"]), stop("b", "dropoff", [1], ["name", "pin"])];
const route = [takeA, takeB, giveA, giveB];
const nothing: ReadonlySet<string> = new Set();

test("a code says whether its parcel belongs here, to another stop, or to somebody else", () => {
  const read = (text: string, here: RouteStop[], scanned = nothing) => readCode(text, here, route, scanned);
  const code = codeOf(takeA, 2);
  assert.deepEqual(read(code, [takeA]), { kind: "here", stop: takeA, code, number: 2 });
  assert.deepEqual(read(code, [takeA], new Set([code])), { kind: "again", number: 2 });
  assert.deepEqual(read(codeOf(takeB, 1), [takeA]), { kind: "elsewhere", stop: takeB, number: 1 });
  assert.equal(read(codeOf(takeB, 1), [takeA, takeB]).kind, "here", "both are done in one go");
  assert.equal(read("dlv_01k9c5v8r2e7sb8c5x6y7zcccc#1", [takeA]).kind, "foreign");
  assert.equal(read(codeOf(takeA, 7), [takeA]).kind, "foreign", "no stop is about it");
  for (const no of ["", "3760123456789", "dlv_#1", "aaaa#0", "hello"]) {
    assert.equal(read(no, [takeA]).kind, "unknown", no);
  }
});

test("a code may be typed by its end, and a number alone where one stop is meant", () => {
  const read = (text: string, here: RouteStop[]) => readCode(text, here, route, nothing);
  assert.equal(read(" AAAA#1 ", [takeA]).kind, "here");
  assert.equal(read("#2", [takeA]).kind, "here");
  assert.equal(read("2", [takeA, takeB]).kind, "unknown", "of which of the two?");
  assert.equal(read("9", [takeA]).kind, "unknown");
});

test("each parcel is scanned or stays behind with a reason", () => {
  const half = { ...EMPTY, scanned: [codeOf(giveA, 1)] };
  assert.deepEqual(unread(giveA, half), [2]);
  const shown = { name: "", pin: "" };
  assert.deepEqual(lacks(giveA, route, half, shown), ["scan"]);
  const whole = { ...half, missing: [{ parcel: 2, code: "refused" as const }] };
  assert.deepEqual(lacks(giveA, route, whole, shown), []);
  assert.deepEqual(lacks(giveB, route, EMPTY, { name: "Ada", pin: "41" }), ["pin"]);
  assert.deepEqual(lacks(giveB, route, EMPTY, { name: "", pin: "0417" }), ["name"]);
});

test("what was not at the counter is not asked for at the door, offline too", () => {
  const day: Day = { shift: null, stops: route };
  const act = { kind: "task_done", task_id: "a-pickup", missing: [{ parcel: 2, code: "item_missing" }] } as const;
  const after = replay(day, [{ id: "pev_1", seq: 1, at: NOON, act: { ...act, missing: [...act.missing] } }]);
  const left = after.stops.find(({ task_id }) => task_id === "a-dropoff");
  assert.deepEqual(left?.parcels, [{ number: 1 }]);
});

test("neighbours at one place are done together, unless one asks for something of its own", () => {
  const all = () => true;
  assert.deepEqual(together(takeA, route, all), [takeA, takeB]);
  assert.deepEqual(together(takeA, route, (one) => one === takeA), [takeA], "the other is not ready");
  assert.deepEqual(together(giveA, route, all), [giveA], "a PIN is its customer's");
  assert.deepEqual(together(takeA, [takeA, giveA, takeB], all), [takeA], "they are no neighbours");
});

test("a stop moves by one place, and no drop-off before its pickup", () => {
  assert.deepEqual(moved(route, takeB, -1), ["b-pickup", "a-pickup", "a-dropoff", "b-dropoff"]);
  assert.equal(moved(route, takeA, -1), null);
  assert.equal(moved(route, giveB, 1), null);
  assert.equal(moved([takeA, giveA], giveA, -1), null);
  assert.equal(moved([takeA, giveA], takeA, 1), null);
  const day: Day = { shift: null, stops: route };
  const act = { kind: "route_ordered" as const, tasks: ["b-pickup", "a-pickup"] };
  const after = replay(day, [{ id: "pev_1", seq: 1, at: NOON, act }]);
  assert.deepEqual(after.stops, [takeB, takeA, giveA, giveB]);
});

test("what is left to ride is at least the straight lines", () => {
  assert.equal(remaining(null, []), 0);
  const oneLine = remaining(null, [takeA, giveA]);
  assert.ok(oneLine > 7_800 && oneLine < 7_900, String(oneLine));
  assert.equal(remaining(takeA.place, [takeA, giveA]), oneLine);
});
