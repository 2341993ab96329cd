// Couriers glide from one fix to the next instead of jumping.
import type { BoardCourier } from "../api/types";

/** Fixes come at most once a second; a little longer bridges a late one. */
const GLIDE_MS = 1_150;
/** Beyond this (degrees, about 3 km) nobody rode: the board was away and caught up. */
const JUMP_DEGREES = 0.03;
/** Below this (degrees, about 5 m) a fix is noise and says nothing about the heading. */
const HEADING_DEGREES = 0.00005;

interface Glide {
  fixedAt: string | null;
  from: [number, number];
  to: [number, number];
  startedAt: number;
  /** Degrees clockwise from north; -1 when unknown. */
  heading: number;
}

export class Motion {
  private readonly glides = new Map<string, Glide>();

  /** Takes the couriers' newest places; `now` in real milliseconds. */
  aim(couriers: ReadonlyMap<string, BoardCourier>, now: number, animated: boolean): void {
    for (const id of this.glides.keys()) {
      if (!couriers.get(id)?.place) this.glides.delete(id);
    }
    for (const courier of couriers.values()) {
      if (!courier.place) continue;
      const to: [number, number] = [courier.place.longitude, courier.place.latitude];
      const old = this.glides.get(courier.id);
      const fixedAt = courier.fixed_at ?? null;
      if (!old) {
        this.glides.set(courier.id, { fixedAt, from: to, to, startedAt: now, heading: -1 });
        continue;
      }
      if (old.fixedAt === fixedAt && old.to[0] === to[0] && old.to[1] === to[1]) continue;
      const here = placeAt(old, now);
      const far = Math.hypot(to[0] - here[0], to[1] - here[1]) > JUMP_DEGREES;
      const from = animated && !far ? here : to;
      const heading = headingOf(old.to, to) ?? old.heading;
      this.glides.set(courier.id, { fixedAt, from, to, startedAt: now, heading });
    }
  }

  at(id: string, now: number): { place: [number, number]; heading: number } | null {
    const glide = this.glides.get(id);
    return glide ? { place: placeAt(glide, now), heading: glide.heading } : null;
  }

  isMoving(now: number): boolean {
    for (const { startedAt, from, to } of this.glides.values()) {
      if (now - startedAt < GLIDE_MS && (from[0] !== to[0] || from[1] !== to[1])) return true;
    }
    return false;
  }
}

function placeAt({ from, to, startedAt }: Glide, now: number): [number, number] {
  const part = Math.min(1, (now - startedAt) / GLIDE_MS);
  return [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
}

function headingOf(from: [number, number], to: [number, number]): number | null {
  const x = (to[0] - from[0]) * Math.cos((to[1] * Math.PI) / 180);
  const y = to[1] - from[1];
  if (Math.hypot(x, y) < HEADING_DEGREES) return null;
  return ((Math.atan2(x, y) * 180) / Math.PI + 360) % 360;
}
