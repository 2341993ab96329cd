import assert from "node:assert/strict";
import { test } from "node:test";
import type { Act, Delivery } from "../src/api/types";
import { gather } from "../src/map/clusters";
import type { TaskPoint } from "../src/map/features";
import { spotOf, type Flat } from "../src/map/flat";
import { inside } from "../src/map/inside";
import { Motion } from "../src/map/motion";
import { inverse, predict } from "../src/store/predict";
import { applyEvents } from "../src/store/reduce";

const NOON = Date.parse("2026-03-01T12:00:00.000Z");
const at = (minutes: number) => new Date(NOON + minutes * 60_000).toISOString();
const place = { latitude: 45.2, longitude: 5.7 };
const nameOf = (id: string) => `Name of ${id}`;

const open: Delivery = {
  id: "dlv_1", merchant_id: "mer_1", merchant_name: "Bistro", state: "open", placed_at: at(-20),
  ready_at: at(0), due_at: at(30), version: 7, if_undeliverable: "keep", desk: { note: "ring", tags: ["vip"], locked: false },
  tasks: [
    { id: "p", kind: "pickup", state: "todo", place }, { id: "d", kind: "dropoff", state: "todo", place },
  ],
};
const held = predict(open, { kind: "assign", courier_id: "cou_1" }, nameOf, NOON);

/** What a dispatcher sees, without what only the server knows. */
const shown = ({ assigned_at: _, ended_at: __, ...rest }: Delivery) =>
  JSON.stringify({ ...rest, tasks: rest.tasks.map(({ state }) => state) });

const acts: [Delivery, Act][] = [
  [open, { kind: "assign", courier_id: "cou_1" }],
  [held, { kind: "assign", courier_id: "cou_2" }],
  [held, { kind: "unassign" }],
  [held, { kind: "cancel", reason: "sold out" }],
  [open, { kind: "reschedule", ready_at: at(60), due_at: at(90) }],
  [open, { kind: "note", note: null }],
  [open, { kind: "tag", add: ["cold", "vip"], remove: [] }],
  [open, { kind: "tag", add: [], remove: ["vip", "unknown"] }],
  [open, { kind: "lock" }],
];

for (const [before, act] of acts) {
  test(`undone, ${act.kind} from ${before.state} leaves no trace`, () => {
    const done = predict(before, act, nameOf, NOON);
    assert.notEqual(shown(done), shown(before));
    const back = inverse(before, act).reduce((now, step) => predict(now, step, nameOf, NOON), done);
    const nothing = { end_reason: null, courier_id: null, courier_name: null };
    assert.equal(shown({ ...nothing, ...back }), shown({ ...nothing, ...before }));
  });
}

test("a split is taken back, and given again to whom it was taken from", () => {
  const act: Act = { kind: "split", hub_id: "hub_1" };
  assert.equal(predict(held, act, nameOf, NOON).courier_id, null);
  assert.deepEqual(inverse(held, act), [{ kind: "join" }, { kind: "assign", courier_id: "cou_1" }]);
  const split = { ...open, leg: { hub_id: "hub_1", hub_name: "Depot", goods: "at_sender" } } as const;
  assert.equal(predict(split, { kind: "join" }, nameOf, NOON).leg, null);
  assert.deepEqual(inverse(split, { kind: "join" }), [act]);
});

test("an older order of a route changes nothing", () => {
  const courier = {
    id: "cou_1", name: "Ana", vehicle: "bike", on_shift: true, route: ["a", "b"], route_version: 5,
  } as const;
  const board = {
    base: place, deliveries: new Map(), couriers: new Map([["cou_1", courier]]),
    ended: { delivered: 0, returned: 0, failed: 0, cancelled: 0 }, automation: [], incidents: [], tours: new Map(),
  };
  const order = (version: number, tasks: string[]) =>
    ({ kind: "route", courier: "cou_1", version, tasks }) as const;
  const after = applyEvents(board, [order(6, ["b", "a"]), order(5, ["a", "b"])]);
  assert.deepEqual(after.couriers.get("cou_1")?.route, ["b", "a"]);
});

test("a lasso catches what is inside, also with a dent", () => {
  const dented = [[0, 0], [10, 0], [10, 10], [5, 3], [0, 10]] as [number, number][];
  assert.equal(inside(dented, 1, 5), true);
  assert.equal(inside(dented, 5, 8), false, "in the dent");
  assert.equal(inside(dented, 12, 5), false);
});

test("a step too small to see is drawn at once, a longer one glides", () => {
  const motion = new Motion();
  const seen = (longitude: number, minute: number) =>
    new Map([["c", { place: { latitude: 0, longitude }, fixed_at: at(minute) }]]);
  motion.aim(seen(0, 0), 0, 0.001);
  motion.aim(seen(0.002, 1), 1000, 0.001);
  assert.deepEqual(motion.at("c", 1000)?.place, [0.002, 0]);
  assert.equal(motion.arrived("c", 1000), at(1));
  motion.aim(seen(0.022, 2), 2000, 0.001);
  assert.equal(motion.arrived("c", 2000), null);
  assert.equal(motion.isMoving(2100), true);
  assert.equal(motion.arrived("c", 2400), at(2));
});

test("stops that hide each other are one cluster, and apart again from close by", () => {
  const view = (zoom: number) => ({
    zoom, pixel: ([x, y]: readonly [number, number]) => [x * 512 * 2 ** zoom, y * 512 * 2 ** zoom] as [number, number],
    sees: () => true,
  }) as unknown as Flat;
  const point = (n: number, longitude: number): TaskPoint => ({
    id: `t${n}`, delivery: `d${n}`, place: { latitude: 45, longitude }, spot: spotOf({ latitude: 45, longitude }),
    kind: "pickup", state: "open", late: n === 0, icon: "pickup-open",
  });
  const near = [0, 1, 2, 3].map((n) => point(n, 5.0001 + n / 100_000));
  const far = gather([...near, point(9, 5.2)], view(12), 20);
  assert.deepEqual(far.clusters.map(({ points, late }) => [points.length, late]), [[4, 1]]);
  assert.deepEqual(far.dots.map(({ id }) => id), ["t9"]);
  assert.equal(gather(near, view(17), 20).dots.length, 4);
  assert.equal(gather(near.slice(1), view(12), 20).dots.length, 3, "three do not hide each other");
});
