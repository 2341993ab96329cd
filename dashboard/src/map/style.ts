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
      couriers: { ...source, promoteId: "id" },
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
        id: "tasks-chosen",
        type: "circle",
        source: "tasks",
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
        paint: { "icon-opacity": ["case", ["get", "faded"], 0.35, 1] },
      },
      {
        id: "tasks-order",
        type: "symbol",
        source: "tasks",
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
      {
        id: "couriers-chosen",
        type: "circle",
        source: "couriers",
        filter: ["get", "chosen"],
        paint: {
          "circle-radius": 19,
          "circle-color": p.accent,
          "circle-opacity": 0.2,
          "circle-stroke-color": p.accent,
          "circle-stroke-width": 2,
        },
      },
      {
        id: "couriers-heading",
        type: "symbol",
        source: "couriers",
        filter: [">=", ["get", "heading"], 0],
        layout: {
          "icon-image": "beak",
          "icon-size": 1.25,
          "icon-rotate": ["get", "heading"],
          "icon-rotation-alignment": "map",
          "icon-allow-overlap": true,
          "icon-ignore-placement": true,
        },
        paint: { "icon-opacity": ["case", ["get", "stale"], 0, 1] },
      },
      {
        id: "couriers",
        type: "circle",
        source: "couriers",
        paint: {
          "circle-radius": 11,
          "circle-color": ["case", ["all", ["get", "busy"], ["!", ["get", "stale"]]], p.ink, p.paper],
          "circle-stroke-color": ["case", ["get", "stale"], p.muted, p.ink],
          "circle-stroke-width": ["case", ["get", "stale"], 1, 2],
          "circle-opacity": ["case", ["get", "stale"], 0.7, 1],
        },
      },
      {
        id: "couriers-label",
        type: "symbol",
        source: "couriers",
        layout: {
          "text-field": ["get", "initials"],
          "text-font": ["sans-serif"],
          "text-size": 10.5,
          "text-allow-overlap": true,
          "text-ignore-placement": true,
        },
        paint: {
          "text-color": [
            "case",
            ["get", "stale"], p.muted,
            ["get", "busy"], p.paper,
            p.ink,
          ],
        },
      },
    ],
  };
}
