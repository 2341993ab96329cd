// The tasks' points on the map, told to it as what has changed and no more.
import type { GeoJSONSource } from "maplibre-gl";

type Point = GeoJSON.Feature<GeoJSON.Geometry>;

/** Beyond this share of changed points, all of them in one go are quicker. */
const WHOLE_ABOVE = 0.5;

export class TaskSource {
  private readonly known = new Map<string, string>();

  /** Forgets what the source knows, when a new style has emptied it. */
  reset(): void {
    this.known.clear();
  }

  /** Brings the source to these points; each has a unique `id` among its properties. */
  show(source: GeoJSONSource, points: readonly Point[]): void {
    const add: Point[] = [];
    const gone = new Set(this.known.keys());
    for (const point of points) {
      const id = String(point.properties?.id);
      const said = JSON.stringify([point.geometry, point.properties]);
      gone.delete(id);
      if (this.known.get(id) === said) continue;
      this.known.set(id, said);
      add.push(point);
    }
    for (const id of gone) this.known.delete(id);
    const changes = add.length + gone.size;
    if (changes === 0) return;
    if (changes > points.length * WHOLE_ABOVE) {
      void source.setData({ type: "FeatureCollection", features: [...points] });
    } else {
      void source.updateData({ remove: [...gone], add });
    }
  }
}
