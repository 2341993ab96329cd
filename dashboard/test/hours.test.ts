import assert from "node:assert/strict";
import { test } from "node:test";
import { csvOf, everyHour } from "../src/store/hours";

const span = {
  from: "2026-03-01T10:20:00.000Z", to: "2026-03-01T13:00:00.000Z",
  hours: [{ at: "2026-03-01T11:00:00Z", placed: 4, delivered: 3, late: 1, failed: 0, cancelled: 2 }],
};

test("hours without work are there too, with zeros", () => {
  assert.deepEqual(everyHour(span).map(({ at, placed }) => [at.slice(11, 16), placed]), [
    ["10:00", 0], ["11:00", 4], ["12:00", 0],
  ]);
});

test("a spreadsheet reads the hours", () => {
  const lines = csvOf(span).split("\r\n");
  assert.equal(lines[0], "hour_utc,placed,delivered,late,failed,cancelled");
  assert.equal(lines[2], "2026-03-01T11:00:00Z,4,3,1,0,2");
  assert.equal(lines.at(-1), "");
});
