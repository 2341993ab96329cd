import assert from "node:assert/strict";
import { test } from "node:test";
import type { Board, Delivery } from "../src/api/types";
import { candidateTable } from "../src/board/why-table";
import { orders, paceOf, rowsOf, stopsByCourier, tallyOf, waitsSince } from "../src/store/derive";
import { resetPositions, seenAt, takeFixes } from "../src/store/positions";
import { applyEvents, boardFrom, readEvent, withoutOld } from "../src/store/reduce";

const NOON = Date.parse("2026-03-01T12:00:00.000Z");
const at = (minutes: number) => new Date(NOON + minutes * 60_000).toISOString();
const place = { latitude: 45.2, longitude: 5.7 };

function delivery(id: string, rest: Partial<Delivery> = {}): Delivery {
  return {
    id, merchant_id: "mer_1", merchant_name: "Épicerie du Coin", state: "open",
    placed_at: at(-20), ready_at: at(-5), due_at: at(20), version: 1,
    if_undeliverable: "keep",
    tasks: [
      { id: `${id}-p`, kind: "pickup", state: "todo", place },
      { id: `${id}-d`, kind: "dropoff", state: "todo", place, contact: { phone: "+331" } },
    ],
    ...rest,
  };
}

function board(deliveries: Delivery[], route: string[] = []) {
  const told: Board = {
    now: at(0), speed: 1, last_event_id: "1", base: place, deliveries,
    couriers: [{
      id: "cou_1", name: "Ana Bellini", vehicle: "bike", on_shift: true, stale: false, stops: 0,
      route_version: 1, place, fixed_at: at(0), route: route.map((task_id) => ({ task_id, place })),
    }],
    counts: {
      asked: 0, open: 0, assigned: 0, picked_up: 0, returning: 0, delivered: 3, returned: 0, failed: 0,
      cancelled: 0, late: 0, couriers_on_shift: 1,
    },
    automation: [], incidents: [], tours: [],
  };
  return boardFrom(told);
}

test("late, at risk and on time follow the promise and the state", () => {
  assert.equal(paceOf(delivery("a", { due_at: at(-1) }), NOON), "late");
  assert.equal(paceOf(delivery("a", { due_at: at(10) }), NOON), "at_risk");
  assert.equal(paceOf(delivery("a", { due_at: at(10), state: "picked_up" }), NOON), "on_time");
  const ended = { state: "delivered", ended_at: at(-1), due_at: at(-2) } as const;
  assert.equal(paceOf(delivery("a", ended), NOON), "ended_late");
});

test("what goes back is under way and late for nobody, and counts apart until it is there", () => {
  const back = delivery("a", { state: "returning", due_at: at(-30), version: 2 });
  const before = board([back]);
  assert.equal(paceOf(back, NOON), "ended");
  assert.deepEqual(rowsOf(before, NOON, "returning", "").map(({ delivery: { id } }) => id), ["a"]);
  assert.deepEqual(rowsOf(before, NOON, "late", ""), []);
  const { returning, picked_up, late } = tallyOf(before, NOON);
  assert.deepEqual([returning, picked_up, late], [1, 0, 0]);
  const there = delivery("a", { state: "returned", ended_at: at(0), version: 3 });
  const after = applyEvents(before, [{ kind: "delivery", delivery: there }]);
  assert.equal(tallyOf(after, NOON).returned, 1);
  assert.deepEqual(rowsOf(after, NOON, "active", ""), []);
});

test("an event older than the board changes nothing, a newer one keeps what it leaves out", () => {
  const before = board([delivery("a", { version: 3, instructions: "2nd floor" })]);
  const old = applyEvents(before, [{ kind: "delivery", delivery: delivery("a", { version: 2, state: "failed" }) }]);
  assert.equal(old.deliveries.get("a")?.state, "open");
  const bare = delivery("a", { version: 4, state: "assigned" });
  bare.tasks = bare.tasks.map(({ contact: _, ...task }) => task);
  const now = applyEvents(before, [{ kind: "delivery", delivery: bare }]).deliveries.get("a");
  assert.equal(now?.state, "assigned");
  assert.equal(now?.instructions, "2nd floor");
  assert.equal(now?.tasks[1]?.contact?.phone, "+331");
});

test("a switch counts for its own place, the last word of each", () => {
  const thrown = (zone: string | null, automatic: boolean) =>
    ({ kind: "automation", thrown: { zone, automatic, at: at(0), by: "Ada" } }) as const;
  const now = applyEvents(board([]), [
    thrown("port", false), thrown(null, false), thrown("port", true),
  ]);
  assert.deepEqual(now.automation.map(({ zone, automatic }) => [zone, automatic]), [
    [null, false], ["port", true],
  ]);
});

test("a replayed end is counted once", () => {
  const event = { kind: "delivery", delivery: delivery("a", { version: 2, state: "delivered", ended_at: at(0) }) } as const;
  const after = applyEvents(board([delivery("a")]), [event, event]);
  assert.equal(tallyOf(after, NOON).delivered, 4);
});

test("what brings goods to a hub is a row and no order", () => {
  const leg = { hub_id: "hub_1", hub_name: "Depot" };
  const second = delivery("a", { leg: { ...leg, goods: "at_sender" } });
  const first = delivery("b", { leg: { ...leg, feeds: "a" } });
  const before = board([second, first]);
  assert.deepEqual([tallyOf(before, NOON).open, orders(before, NOON).open], [2, 1]);
  const there = delivery("b", { leg: { ...leg, feeds: "a" }, version: 2, state: "delivered", ended_at: at(0) });
  const after = applyEvents(before, [{ kind: "delivery", delivery: there }]);
  assert.equal(orders(after, NOON).delivered, orders(before, NOON).delivered);
});

test("a counter that has moved to a hub is not called by the shop's number", () => {
  const before = delivery("a");
  const shop = { phone: "+332" };
  before.tasks = before.tasks.map((task) => ({ ...task, contact: shop }));
  const split = delivery("a", { version: 2 });
  split.tasks = split.tasks.map(({ contact: _, ...task }) => (task.kind === "pickup"
    ? { ...task, place: { latitude: 1, longitude: 2 } } : task));
  const now = applyEvents(board([before]), [{ kind: "delivery", delivery: split }]).deliveries.get("a");
  assert.deepEqual(now?.tasks.map(({ contact }) => contact?.phone ?? null), [null, "+332"]);
});

test("an older fix does not pull a courier back", () => {
  const fix = (minute: number, latitude: number) =>
    ({ courier_id: "cou_1", latitude, longitude: 5, at: at(minute) });
  resetPositions([]);
  takeFixes([fix(2, 46), fix(1, 47)]);
  assert.equal(seenAt("cou_1")?.place.latitude, 46);
});

test("rows: the soonest promise first, accents do not matter, ended ones apart", () => {
  const all = board([
    delivery("b", { due_at: at(30) }),
    delivery("a", { due_at: at(-3) }),
    delivery("c", { state: "cancelled", ended_at: at(-1) }),
  ]);
  assert.deepEqual(rowsOf(all, NOON, "active", "epicerie").map((row) => row.delivery.id), ["a", "b"]);
  assert.deepEqual(rowsOf(all, NOON, "done", "").map((row) => row.delivery.id), ["c"]);
  assert.deepEqual(rowsOf(all, NOON, "active", "nowhere"), []);
});

test("stops come in the told order, and untold ones after them", () => {
  const held = { state: "assigned", courier_id: "cou_1" } as const;
  const all = board([delivery("a", held), delivery("b", held)], ["b-p", "b-d"]);
  const ids = stopsByCourier(all).get("cou_1")?.map(({ task }) => task.id);
  assert.deepEqual(ids, ["b-p", "b-d", "a-p", "a-d"]);
});

test("what ended long ago leaves the board", () => {
  const all = board([delivery("a", { state: "delivered", ended_at: at(-121) }), delivery("b")]);
  assert.deepEqual([...withoutOld(all, NOON).deliveries.keys()], ["b"]);
});

test("candidates of any engine become a table", () => {
  const table = candidateTable(
    [{ courier_id: "cou_1", chosen: true, terms: { approach_m: 640 } }, { courier_id: "cou_2", cost: 7_000 }],
    (id) => id,
  );
  assert.deepEqual(table.columns, ["approach_m", "cost"]);
  assert.deepEqual(table.lines.map(({ cells }) => cells), [["640 m", "–"], ["–", "7 s"]]);
  assert.equal(table.lines[0]?.chosen, true);
});

test("an end that its courier takes back is counted no longer", () => {
  const over = delivery("a", { state: "delivered", ended_at: at(0), version: 5 });
  const open = delivery("a", { state: "picked_up", version: 6 });
  const before = board([over]);
  const after = applyEvents(before, [{ kind: "delivery", delivery: open }]);
  assert.equal(after.ended.delivered, before.ended.delivered - 1);
  assert.equal(after.deliveries.get("a")?.state, "picked_up");
});

test("who stands at a counter for ten minutes is at risk, whatever the promise", () => {
  const waits = delivery("a", { state: "assigned", due_at: at(60) });
  const [pickup] = waits.tasks;
  assert.ok(pickup);
  assert.equal(waitsSince(waits), null);
  const here = { ...waits, tasks: [{ ...pickup, state: "doing", started_at: at(-10) } as const, ...waits.tasks.slice(1)] };
  assert.equal(waitsSince(here), Date.parse(at(-10)));
  assert.equal(paceOf(here, NOON), "at_risk");
  assert.equal(paceOf(here, NOON - 1000), "on_time");
});

test("an incident is marked from its telling to its end", () => {
  const mark = { incident_id: "inc_1", courier_id: "cou_1", delivery_id: "a", incident_kind: "fall", priority: "urgent" } as const;
  const told = readEvent("incident.reported", { ...mark, closed: false, version: 1 });
  assert.ok(told);
  const marked = applyEvents(board([]), [told, told]);
  assert.deepEqual(marked.incidents.map(({ incident_id }) => incident_id), ["inc_1"]);
  const closed = readEvent("incident.updated", { ...mark, closed: true, version: 2 });
  assert.ok(closed);
  assert.deepEqual(applyEvents(marked, [closed]).incidents, []);
});
