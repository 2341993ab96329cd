import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tour } from "../src/api/tour";
import type { Delivery } from "../src/api/types";
import { Own } from "../src/store/own";
import { applyEvents } from "../src/store/reduce";
import type { BoardState } from "../src/store/state";
import { movedStop, tourRow } from "../src/store/tour-rows";

const NOON = Date.parse("2026-03-02T12:00:00Z");
const place = { latitude: 48.85, longitude: 2.35 };
const tour: Tour = {
  id: "tou_1", name: "North", day: "2026-03-02", version: 3, delivery_ids: ["a", "b"],
  stops: ["b-p", "a-p", "a-d", "b-d"], ride_m: 2_000, time_s: 900,
  changed_at: "2026-03-02T12:00:00Z", changed_by: "Ada",
};

function delivery(id: string, rest: Partial<Delivery>): Delivery {
  return {
    id, merchant_id: "mer_1", merchant_name: "Shop", state: "open", version: 1, if_undeliverable: "keep",
    placed_at: "2026-03-02T11:00:00Z", ready_at: "2026-03-02T11:00:00Z", due_at: "2026-03-02T13:00:00Z",
    packages: [{ name: "box", quantity: 2, volume_ml: 1_500, weight_g: 700 }],
    tasks: [
      { id: `${id}-p`, kind: "pickup", state: "todo", place },
      { id: `${id}-d`, kind: "dropoff", state: "todo", place },
    ],
    ...rest,
  };
}

const board = (...deliveries: Delivery[]): BoardState => ({
  base: place, couriers: new Map(), deliveries: new Map(deliveries.map((one) => [one.id, one])),
  ended: { delivered: 0, returned: 0, failed: 0, cancelled: 0 }, automation: [], incidents: [], tours: new Map([["tou_1", tour]]),
});

test("a tour counts what is left of it, in its order", () => {
  const held = delivery("a", {
    state: "picked_up", courier_id: "cou_1", courier_name: "Ana", due_at: "2026-03-02T11:30:00Z",
  });
  held.tasks[0]!.state = "done";
  const row = tourRow(board(held, delivery("b", {})), "tou_1", NOON);
  assert.deepEqual(row?.stops.map(({ task }) => task.id), ["b-p", "a-d", "b-d"]);
  assert.deepEqual([row?.parcels, row?.volume_ml, row?.weight_g], [4, 6_000, 2_800]);
  assert.deepEqual([row?.open, row?.late, row?.couriers], [1, 1, [{ id: "cou_1", name: "Ana" }]]);
  // What is over is left out, and so is what has left the board.
  const rest = tourRow(board(delivery("b", { state: "delivered" })), "tou_1", NOON);
  assert.deepEqual([rest?.stops.length, rest?.parcels], [0, 0]);
});

test("an older word about a tour changes nothing, and a removed one is gone", () => {
  const before = board();
  const told = (version: number, name: string, removed = false) =>
    ({ kind: "tour", tour: { ...tour, version, name }, removed }) as const;
  const after = applyEvents(before, [told(4, "South"), told(2, "old")]);
  assert.equal(after.tours.get("tou_1")?.name, "South");
  assert.equal(applyEvents(after, [told(5, "South", true)]).tours.size, 0);
  assert.equal(before.tours.size, 1, "maps are replaced, never changed in place");
});

test("only what our own acts led to is no news", () => {
  const own = new Own();
  for (const version of [2, 3, 5]) own.note("a", version);
  assert.equal(own.since("a", 1, 3), 3, "both were ours");
  assert.equal(own.since("a", 1, 5), 1, "somebody else made the fourth");
  assert.equal(own.since("a", 4, 5), 5);
  assert.equal(own.since("a", 4, 3), 4, "what is on the screen may be older");
  assert.equal(own.since("b", 1, undefined), 1);
});

test("a stop goes before another one, or behind all", () => {
  assert.deepEqual(movedStop(tour, "b-d", "a-p"), ["b-p", "b-d", "a-p", "a-d"]);
  assert.deepEqual(movedStop(tour, "b-p", null), ["a-p", "a-d", "b-d", "b-p"]);
  assert.deepEqual(movedStop(tour, "a-p", "a-p"), tour.stops);
});
