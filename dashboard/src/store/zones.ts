// Which deliveries lie in a zone of the co-op's.
import type { Delivery, Zone } from "../api/types";
import { inside } from "../map/inside";

/** Looked at once for each delivery as it is: outlines have hundreds of corners. */
const known = new WeakMap<Zone, WeakMap<Delivery, boolean>>();

/** Whether something of it is picked up or handed over there. */
export function liesIn(zone: Zone, delivery: Delivery): boolean {
  const of = known.get(zone) ?? new WeakMap<Delivery, boolean>();
  known.set(zone, of);
  const before = of.get(delivery);
  if (before !== undefined) return before;
  const [outline = [], ...holes] = zone.shape.coordinates;
  const found = delivery.tasks.some(({ place: { longitude, latitude } }) =>
    inside(outline, longitude, latitude) && !holes.some((hole) => inside(hole, longitude, latitude)));
  of.set(delivery, found);
  return found;
}
