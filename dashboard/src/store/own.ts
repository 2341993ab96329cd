// The versions that our own acts led to: what they have made of a thing since it was seen is no news to us.
const KEPT_MAX = 5_000;

export class Own {
  private readonly versions = new Map<string, Set<number>>();

  note(id: string, version: number): void {
    if (this.versions.size > KEPT_MAX) this.versions.clear();
    const known = this.versions.get(id) ?? new Set();
    this.versions.set(id, known.add(version));
  }

  /** The version of now, where all since the one that was seen are ours; else the one that was seen. */
  since(id: string, seen: number, now: number | undefined): number {
    if (now === undefined) return seen;
    for (let version = seen + 1; version <= now; version += 1) {
      if (!this.versions.get(id)?.has(version)) return seen;
    }
    return Math.max(seen, now);
  }
}
