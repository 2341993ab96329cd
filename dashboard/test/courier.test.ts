import assert from "node:assert/strict";
import { test } from "node:test";
import type { RouteStop } from "../src/api/types";
import { freshId } from "../src/courier/ids";
import { inTheBag, lastStep, replay, type Act, type Day, type PhoneEvent } from "../src/courier/journal";
import { waitingAt } from "../src/courier/waiting";
import { en } from "../src/courier/words/en";
import { fr } from "../src/courier/words/fr";

const place = { latitude: 45.2, longitude: 5.7 };
const NOON = "2026-03-01T12:00:00.000Z";

function stop(delivery: string, kind: "pickup" | "dropoff"): RouteStop {
  return {
    task_id: `${delivery}-${kind}`, delivery_id: delivery, kind, state: "todo", place,
    merchant_name: "Épicerie", ready_at: NOON, due_at: NOON, needs: kind === "pickup" ? [] : ["name"],
    parcels: [{ number: 1 }],
  };
}

const day: Day = {
  shift: { id: "s", courier_id: "c", state: "open", started_at: NOON },
  stops: [stop("a", "pickup"), stop("b", "pickup"), stop("a", "dropoff"), stop("b", "dropoff")],
};

const events = (...acts: Act[]): PhoneEvent[] =>
  acts.map((act, index) => ({ id: `pev_${index}`, seq: index + 1, at: NOON, act }));

const left = ({ stops }: Day) => stops.map(({ task_id }) => task_id);

test("what was done offline leaves the route, in order and whatever it was", () => {
  const done = replay(day, events(
    { kind: "task_started", task_id: "a-pickup" },
    { kind: "task_done", task_id: "a-pickup" },
    { kind: "task_started", task_id: "b-pickup" },
  ));
  assert.deepEqual(left(done), ["b-pickup", "a-dropoff", "b-dropoff"]);
  assert.equal(done.stops[0]?.state, "doing");
  const failed = replay(done, events({ kind: "task_failed", task_id: "b-pickup", code: "late" }));
  assert.deepEqual(left(failed), ["a-dropoff"], "the whole delivery ends");
});

test("what the server has already seen changes nothing when it is replayed", () => {
  const acts = events(
    { kind: "task_done", task_id: "a-pickup" },
    { kind: "task_failed", task_id: "b-pickup", code: "other" },
  );
  const once = replay(day, acts);
  assert.deepEqual(replay(once, acts), once);
});

test("a break begins with an empty bag and is over when the courier goes on", () => {
  const paused = events({ kind: "shift_paused" });
  assert.equal(replay(day, paused).shift?.paused_at, undefined);
  const free = { ...day, stops: [] };
  assert.equal(replay(free, paused).shift?.paused_at, NOON);
  const back = replay(free, events({ kind: "shift_paused" }, { kind: "shift_resumed" }));
  assert.equal(back.shift?.state, "open");
  assert.equal(back.shift?.paused_at, undefined);
});

test("a shift does not end over goods in the bag", () => {
  const over = events({ kind: "shift_ended" });
  assert.equal(replay(day, over).shift?.state, "open");
  assert.equal(replay({ ...day, stops: [] }, over).shift, null);
  const begun = replay({ shift: null, stops: [] }, events({ kind: "shift_started" }));
  assert.equal(begun.shift?.started_at, NOON);
});

test("a drop-off waits for all pickups of its delivery", () => {
  const [pickup, , dropoff] = day.stops;
  assert.ok(pickup && dropoff);
  assert.equal(inTheBag(dropoff, day.stops), false);
  assert.equal(inTheBag(dropoff, day.stops.filter((one) => one !== pickup)), true);
});

test("ids are the API's: UUID version 7 in base 32, in the order of time", () => {
  const chance = new Uint8Array(10).fill(0xff);
  const id = freshId("pev", Date.parse(NOON), chance);
  assert.match(id, /^pev_[0-7][0-9a-hjkmnp-tv-z]{25}$/);
  assert.ok(id < freshId("pev", Date.parse(NOON) + 1, new Uint8Array(10)));
  const bits = [...id.slice(4)].reduce(
    (sum, digit) => (sum << 5n) | BigInt("0123456789abcdefghjkmnpqrstvwxyz".indexOf(digit)), 0n);
  assert.equal((bits >> 76n) & 15n, 7n, "the version");
  assert.equal((bits >> 62n) & 3n, 2n, "the variant");
  assert.equal(Number(bits >> 80n), Date.parse(NOON));
});

test("both languages fill in the same blanks", () => {
  const blanks = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  for (const key of Object.keys(en) as (keyof typeof en)[]) {
    assert.deepEqual(blanks(fr[key]), blanks(en[key]), key);
  }
});

test("each step is taken back to where it came from, also what the server has heard of", () => {
  const back = (before: Day, act: Act) => {
    const last = lastStep(before, act, NOON);
    assert.ok(last);
    const undone: Act = { kind: "task_undone", task_id: last.stop.task_id, step: last.step };
    const [event] = events(undone);
    assert.ok(event);
    return { ...event, back: last.gone };
  };
  const acts: Act[] = [
    { kind: "task_started", task_id: "a-pickup" },
    { kind: "task_done", task_id: "a-pickup" },
    { kind: "task_failed", task_id: "a-pickup", code: "late" },
  ];
  for (const act of acts) {
    const undone = back(day, act);
    const after = replay(day, events(act));
    const again = replay(after, [undone]);
    assert.deepEqual([...left(again)].sort(), [...left(day)].sort());
    assert.equal(again.stops[0]?.task_id, "a-pickup", "it comes first again");
    assert.equal(again.stops[0]?.state, "todo");
    assert.deepEqual(left(replay(again, [undone])), left(again), "twice is once");
  }
  // A way back that the server has added goes with the step that added it.
  const failed: Act = { kind: "task_failed", task_id: "a-dropoff", code: "refused" };
  const turned: Day = { ...day, stops: [...replay(day, events(failed)).stops, { ...stop("a", "dropoff"), kind: "return", task_id: "a-return" }] };
  assert.ok(!left(replay(turned, [back(day, failed)])).includes("a-return"));
});

test("what can be taken back ends with the next thing that is done", () => {
  assert.equal(lastStep(day, { kind: "shift_ended" }, NOON), null);
  assert.equal(lastStep(day, { kind: "task_undone", task_id: "a-pickup", step: "done" }, NOON), null);
  assert.equal(lastStep(day, { kind: "task_done", task_id: "not there" }, NOON), undefined);
});

test("waiting is free first, and then paid to the cent that is booked", () => {
  const [pickup] = day.stops;
  assert.ok(pickup);
  const per_minute = { amount: 25, currency: "EUR" };
  const counter: RouteStop = {
    ...pickup, state: "doing", started_at: NOON, wait: { free_s: 600, before_s: 200, per_minute },
  };
  const at = (seconds: number) => waitingAt(counter, Date.parse(NOON) + 1000 * seconds)?.paid?.amount.amount;
  assert.deepEqual([0, 400, 401, 460, 1000].map(at), [0, 0, 0, 25, 250]);
  assert.equal(waitingAt(counter, 0)?.paid?.from, Date.parse(NOON) + 400_000);
  assert.equal(waitingAt({ ...counter, wait: null }, 0)?.paid, null, "where waiting pays nothing");
  assert.equal(waitingAt(pickup, Date.parse(NOON)), null, "nobody has arrived");
});
