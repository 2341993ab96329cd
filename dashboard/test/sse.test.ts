import assert from "node:assert/strict";
import { test } from "node:test";
import { frameParser } from "../src/api/sse";
import { backoffMs } from "../src/api/stream";

test("frames survive any cut of the bytes", () => {
  const text = ': hb\n\nid: 7\nevent: a\ndata: {"x":1}\n\nevent: positions\r\ndata: 1\r\ndata: 2\r\n\r\n';
  const whole = [
    { id: "7", event: "a", data: '{"x":1}' },
    { id: "", event: "positions", data: "1\n2" },
  ];
  for (let cut = 0; cut <= text.length; cut += 1) {
    const parse = frameParser();
    assert.deepEqual([...parse(text.slice(0, cut)), ...parse(text.slice(cut))], whole);
  }
});

test("an unfinished frame is not delivered", () => {
  assert.deepEqual(frameParser()("id: 1\ndata: x\n"), []);
});

test("waiting grows, has a ceiling and is never zero", () => {
  assert.ok(backoffMs(0, 0) > 0);
  assert.ok(backoffMs(3, 0.5) > backoffMs(0, 0.5));
  assert.ok(backoffMs(50, 1) <= 15_000);
});
