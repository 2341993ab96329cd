import type { StyleSpecification } from "maplibre-gl";
import type { Palette } from "./palette";

const empty = { type: "FeatureCollection" as const, features: [] };
const source = { type: "geojson" as const, data: empty };

/** A ground with a grid: no tiles, no glyph files, nothing from another host. */
export function styleOf(p: Palette): StyleSpecification {
  return {
    version: 8,
    sources: {
      grid: { ...source },
      base: { ...source },
      line: { ...source },
      tasks: { ...source, promoteId: "id" },
      chosen: { ...source },
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
      {
        id: "base",
        type: "symbol",
        source: "base",
        layout: { "icon-image": "base", "icon-allow-overlap": true },
      },
      {
        id: "line-casing",
        type: "line",
        source: "line",
        layout: { "line-join": "round", "line-cap": "round" },
        paint: { "line-color": p.paper, "line-width": 6, "line-opacity": 0.8 },
      },
      {
        id: "line",
        type: "line",
        source: "line",
        layout: { "line-join": "round" },
        paint: { "line-color": p.accent, "line-width": 2.5, "line-dasharray": [2, 1.2] },
      },
      {
        id: "tasks",
        type: "symbol",
        source: "tasks",
        layout: {
          "icon-image": ["get", "icon"],
          "icon-allow-overlap": true,
          "icon-ignore-placement": true,
          "icon-size": ["interpolate", ["linear"], ["zoom"], 11, 0.7, 14, 1],
          "symbol-sort-key": ["get", "rank"],
        },
      },
      {
        id: "chosen-ring",
        type: "circle",
        source: "chosen",
        filter: ["get", "chosen"],
        paint: {
          "circle-radius": 15,
          "circle-color": p.accent,
          "circle-opacity": 0.18,
          "circle-stroke-color": p.accent,
          "circle-stroke-width": 1.5,
        },
      },
      {
        id: "chosen",
        type: "symbol",
        source: "chosen",
        layout: {
          "icon-image": ["get", "icon"],
          "icon-allow-overlap": true,
          "icon-ignore-placement": true,
          "icon-size": ["interpolate", ["linear"], ["zoom"], 11, 0.7, 14, 1],
        },
      },
      {
        id: "chosen-order",
        type: "symbol",
        source: "chosen",
        filter: [">", ["get", "order"], 0],
        layout: {
          "text-field": ["to-string", ["get", "order"]],
          "text-font": ["sans-serif"],
          "text-size": 11,
          "text-offset": [1.25, -1],
          "text-allow-overlap": true,
          "text-ignore-placement": true,
        },
        paint: { "text-color": p.accent, "text-halo-color": p.ground, "text-halo-width": 2 },
      },
    ],
  };
}
