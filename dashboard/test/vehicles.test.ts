import assert from "node:assert/strict";
import { test } from "node:test";
import type { Vehicle } from "../src/api/vehicles";
import { replay } from "../src/courier/journal";
import { changeOf, formOf, NEW_VEHICLE, newOf } from "../src/store/fleet";
import { applyEvents, readEvent } from "../src/store/reduce";
import type { BoardState } from "../src/store/state";

const red: Vehicle = {
  id: "veh_1", name: "Red", kind: "trailer", volume_ml: 300_500, weight_g: 80_000, range_m: 40_000, taken: false,
};

test("a vehicle is written in litres, kilograms and kilometres", () => {
  const form = formOf(red);
  assert.deepEqual([form.litres, form.kilos, form.kilometres], ["300.5", "80", "40"]);
  assert.equal(changeOf(red, form), null);
  assert.deepEqual(changeOf(red, { ...form, kilometres: "" }), { range_m: null });
  assert.deepEqual(changeOf(red, { ...form, kilos: "0.5", note: " key 4 " }), { weight_g: 500, note: "key 4" });
  assert.deepEqual(changeOf({ ...red, note: "key 4" }, form), { note: null });
  assert.deepEqual(newOf({ ...NEW_VEHICLE, name: " Blue ", kilometres: "12.5" }), {
    name: "Blue", kind: "bike", range_m: 12_500,
  });
});

test("the board names the vehicle from the start of a shift to its end, also over a break", () => {
  const empty: BoardState = {
    base: { latitude: 48, longitude: 2 }, couriers: new Map(), deliveries: new Map(), automation: [],
    ended: { delivered: 0, returned: 0, failed: 0, cancelled: 0 }, incidents: [], tours: new Map(),
  };
  const courier = { id: "cou_1", name: "Ana", on_shift: true };
  const after = (board: BoardState, event: string, more: object) => {
    const read = readEvent(event, { courier: { ...courier, ...more } });
    assert.ok(read);
    return applyEvents(board, [read]);
  };
  const row = (board: BoardState) => {
    const { vehicle, vehicle_name } = board.couriers.get("cou_1") ?? {};
    return [vehicle, vehicle_name];
  };
  const started = after(empty, "shift.started", { vehicle: "trailer", vehicle_name: "Red" });
  assert.deepEqual(row(started), ["trailer", "Red"]);
  const paused = after(started, "shift.paused", { paused_at: "2026-03-02T12:00:00Z" });
  assert.deepEqual(row(paused), ["trailer", "Red"]);
  assert.deepEqual(row(after(paused, "shift.ended", { vehicle: "bike" })), ["bike", null]);
});

test("a shift that was begun without a network shows the vehicle that was chosen", () => {
  const at = "2026-03-02T12:00:00Z";
  const begun = (act: { vehicle_id?: string }) =>
    replay({ shift: null, stops: [] }, [{ id: "pev_1", seq: 1, at, act: { kind: "shift_started", ...act } }]).shift;
  assert.equal(begun({ vehicle_id: "veh_1" })?.vehicle_id, "veh_1");
  assert.equal(begun({})?.vehicle_id, undefined);
});
