import type { StyleSpecification } from "maplibre-gl";
import type { Palette } from "./palette";

const empty = { type: "FeatureCollection" as const, features: [] };
const source = { type: "geojson" as const, data: empty };

/**
 * A ground with a grid: no tiles, no glyph files, nothing from another host. What moves or is chosen
 * is drawn on canvases above it, so that no click draws the map again.
 */
export function styleOf(p: Palette): StyleSpecification {
  return {
    version: 8,
    sources: {
      grid: { ...source },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": p.ground } },
      {
        id: "grid",
        type: "line",
        source: "grid",
        paint: {
          "line-color": ["case", ["get", "strong"], p.gridStrong, p.grid],
          "line-width": 1,
        },
      },
    ],
  };
}
