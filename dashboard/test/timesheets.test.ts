import assert from "node:assert/strict";
import { test } from "node:test";
import { hoursOf, typed } from "../src/store/timesheets";

const PARIS = "Europe/Paris";
const late = {
  started_at: "2026-03-02T19:00:23.000Z", ended_at: "2026-03-02T23:30:41.000Z",
  breaks: [{ after: "2026-03-02T21:00:05.000Z", before: "2026-03-02T21:20:00.000Z" }],
};

test("hours that nobody touched stay to the millisecond", () => {
  assert.deepEqual(typed(PARIS, late), { from: "20:00", to: "00:30", breaks: [{ from: "22:00", to: "22:20" }] });
  assert.deepEqual(hoursOf(PARIS, late, typed(PARIS, late)), late);
});

test("a shift and a break within one minute keep their ends apart", () => {
  const short = {
    started_at: "2026-03-02T19:00:01.000Z", ended_at: "2026-03-02T19:00:52.000Z",
    breaks: [{ after: "2026-03-02T19:00:14.000Z", before: "2026-03-02T19:00:15.500Z" }],
  };
  assert.deepEqual(hoursOf(PARIS, short, typed(PARIS, short)), short);
});

test("what is earlier on the clock than the beginning is on the next day", () => {
  const longer = hoursOf(PARIS, late, { from: "20:00", to: "01:15", breaks: [{ from: "23:50", to: "00:10" }] });
  assert.equal(longer?.started_at, late.started_at);
  assert.equal(longer?.ended_at, "2026-03-03T00:15:00.000Z");
  assert.deepEqual(longer?.breaks, [{ after: "2026-03-02T22:50:00.000Z", before: "2026-03-02T23:10:00.000Z" }]);
  assert.equal(hoursOf(PARIS, late, { from: "20:00", to: "", breaks: [] }), null);
});
