import assert from "node:assert/strict";
import { test } from "node:test";
import { daysLater, instantIn, mondayOf, wallTime, weekOf, windowIn } from "../src/store/weeks";

test("a week has the number of the calendars on the wall", () => {
  for (const [day, monday, week] of [
    ["2026-03-02", "2026-03-02", "2026-W10"], ["2026-03-08", "2026-03-02", "2026-W10"],
    ["2027-01-01", "2026-12-28", "2026-W53"], ["2029-12-31", "2029-12-31", "2030-W01"],
  ] as const) {
    assert.equal(mondayOf(day), monday, day);
    assert.equal(weekOf(day), week, day);
  }
  assert.equal(daysLater("2026-02-27", 2), "2026-03-01");
});

test("a time on the wall is an instant where the co-op is", () => {
  const paris = (day: string, time: string) => instantIn("Europe/Paris", day, time);
  assert.equal(paris("2026-03-02", "11:30"), "2026-03-02T10:30:00.000Z");
  assert.equal(paris("2026-07-01", "11:30"), "2026-07-01T09:30:00.000Z");
  assert.equal(paris("2026-03-29", "01:30"), "2026-03-29T00:30:00.000Z");
  assert.equal(paris("2026-03-29", "03:30"), "2026-03-29T01:30:00.000Z");
  assert.equal(paris("2026-10-25", "02:30"), "2026-10-25T00:30:00.000Z", "the first of two");
  assert.equal(paris("", "11:30"), null);
  assert.equal(wallTime("Europe/Paris", "2026-07-01T22:05:00.000Z"), "00:05");
});

test("a shift may end after midnight, and not when it begins", () => {
  const hours = (from: string, to: string) => windowIn("Europe/Paris", "2026-03-02", from, to);
  assert.deepEqual(hours("18:00", "01:00"), { after: "2026-03-02T17:00:00.000Z", before: "2026-03-03T00:00:00.000Z" });
  assert.equal(hours("18:00", "18:00"), null);
});
