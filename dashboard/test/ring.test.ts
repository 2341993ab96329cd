import assert from "node:assert/strict";
import { test } from "node:test";
import { readRing, ringOf } from "../src/map/ring";

test("a drawn line becomes a closed ring with a bounded number of corners", () => {
  const circle = Array.from({ length: 1_000 }, (_, n): [number, number] => [Math.cos(n / 159), Math.sin(n / 159)]);
  const ring = ringOf(circle);
  assert.ok(ring.length <= 401 && ring.length > 300, String(ring.length));
  assert.deepEqual(ring[0], ring.at(-1));
  assert.deepEqual(ringOf([]), []);
});

test("corners are read as they are written, and nothing else is", () => {
  assert.deepEqual(readRing("2 48, 3 48, 3 49"), [[2, 48], [3, 48], [3, 49], [2, 48]]);
  assert.deepEqual(readRing("2 48, 3 48, 3 49, 2 48")?.length, 4, "closed already");
  for (const text of ["", "2 48, 3 48", "2 48, 3 48, here", "2 48 1, 3 48, 3 49"]) assert.equal(readRing(text), null, text);
});
