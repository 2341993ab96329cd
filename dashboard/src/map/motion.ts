// Couriers glide from one fix to the next where the step would be seen as a jump.
import type { Seen } from "../store/positions";

const GLIDE_MS = 300;
/** Beyond this (degrees, about 3 km) nobody rode: the board was away and caught up. */
const JUMP_DEGREES = 0.03;
/** A shorter step is not worth a dozen frames. */
const GLIDE_PX = 4;
/** Below this (degrees, about 5 m) a fix is noise and says nothing about the heading. */
const HEADING_DEGREES = 0.00005;

interface Glide {
  fixedAt: string;
  from: [number, number];
  to: [number, number];
  startedAt: number;
  endsAt: number;
  /** Degrees clockwise from north; -1 when unknown. */
  heading: number;
}

export class Motion {
  private readonly glides = new Map<string, Glide>();
  private movingUntil = 0;

  /** Takes the couriers' newest places; `now` in real milliseconds, the scale in degrees a pixel. */
  aim(seen: ReadonlyMap<string, Seen>, now: number, degreesPerPixel: number): void {
    for (const id of this.glides.keys()) if (!seen.has(id)) this.glides.delete(id);
    for (const [id, { place, fixed_at }] of seen) {
      const old = this.glides.get(id);
      if (old?.fixedAt === fixed_at) continue;
      const to: [number, number] = [place.longitude, place.latitude];
      const here = old ? placeAt(old, now) : to;
      const step = Math.hypot(to[0] - here[0], to[1] - here[1]);
      const glides = step < JUMP_DEGREES && step > GLIDE_PX * degreesPerPixel;
      const endsAt = glides ? now + GLIDE_MS : now;
      this.movingUntil = Math.max(this.movingUntil, endsAt);
      this.glides.set(id, {
        fixedAt: fixed_at, from: glides ? here : to, to, startedAt: now, endsAt,
        heading: (old && headingOf(old.to, to)) ?? old?.heading ?? -1,
      });
    }
  }

  at(id: string, now: number): { place: [number, number]; heading: number } | null {
    const glide = this.glides.get(id);
    return glide ? { place: placeAt(glide, now), heading: glide.heading } : null;
  }

  isMoving(now: number): boolean {
    return now < this.movingUntil;
  }

  /** The fix that is drawn at its very place at `now`; null while the courier glides to it. */
  arrived(id: string, now: number): string | null {
    const glide = this.glides.get(id);
    return glide && now >= glide.endsAt ? glide.fixedAt : null;
  }
}

function placeAt({ from, to, startedAt, endsAt }: Glide, now: number): [number, number] {
  if (now >= endsAt) return to;
  const part = (now - startedAt) / (endsAt - startedAt);
  return [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
}

function headingOf(from: [number, number], to: [number, number]): number | null {
  const x = (to[0] - from[0]) * Math.cos((to[1] * Math.PI) / 180);
  const y = to[1] - from[1];
  if (Math.hypot(x, y) < HEADING_DEGREES) return null;
  return ((Math.atan2(x, y) * 180) / Math.PI + 360) % 360;
}
