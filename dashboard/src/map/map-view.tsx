import { useEffect, useRef, useState } from "preact/hooks";
import { setMapTarget } from "../board/drag";
import { metres, t } from "../i18n";
import { useStore } from "../store/store";
import type { Board2d } from "./engine";
import { Legend } from "./legend";
import { CornersIcon, MinusIcon, PlusIcon } from "../ui/icons";

declare global {
  interface Window {
    /**
     * For browser tests: what the map draws now, by layer ("couriers", "tasks", "line"), as the
     * properties of the features, and when fixes came on the screen. See dashboard/README.md.
     */
    paceline?: {
      mapFeatures(layer: string): Record<string, unknown>[];
      watchFixes(): void;
      shownFixes(): [string, string, number][];
    };
  }
}

export function MapView({ onReady }: { onReady: () => void }) {
  useStore((state) => state.language);
  const holder = useRef<HTMLDivElement>(null);
  const map = useRef<Board2d | null>(null);
  const [grid, setGrid] = useState(0);
  const [failed, setFailed] = useState(false);

  const hasBoard = useStore((state) => state.board !== null);

  // Loaded while the board is on its way, made once the lists are on the screen: a graphics context
  // takes its time, and nobody should wait for it to read who is late.
  useEffect(() => void import("./engine").catch(() => {}), []);
  useEffect(() => {
    if (!hasBoard) return;
    let gone = false;
    const drawn = new Promise<void>((resolve) => void requestAnimationFrame(() => setTimeout(resolve)));
    Promise.all([import("./engine"), drawn]).then(([{ createMap }]) => {
      if (gone || !holder.current) return;
      const made = createMap(holder.current, { onReady, onGrid: setGrid });
      map.current = made;
      setMapTarget(made);
      window.paceline = {
        mapFeatures: made.features, watchFixes: made.watchFixes, shownFixes: made.shownFixes,
      };
    }).catch((error: unknown) => {
      console.warn("map:", error);
      setFailed(true);
      onReady();
    });
    return () => {
      gone = true;
      map.current?.remove();
      map.current = null;
      setMapTarget(null);
      delete window.paceline;
    };
  }, [hasBoard]);

  return (
    <div class="map" role="region" aria-label={t("map.label")}>
      <div class="map-canvas" ref={holder} />
      {failed && <p class="map-failed">{t("map.none")}</p>}
      <div class="map-tools">
        <button type="button" class="tool" title={t("map.in")} aria-label={t("map.in")}
          onClick={() => map.current?.zoomBy(1)}><PlusIcon /></button>
        <button type="button" class="tool" title={t("map.out")} aria-label={t("map.out")}
          onClick={() => map.current?.zoomBy(-1)}><MinusIcon /></button>
        <button type="button" class="tool" title={t("map.fit")} aria-label={t("map.fit")}
          onClick={() => map.current?.showAll()}><CornersIcon /></button>
      </div>
      <div class="map-foot">
        {grid > 0 && <p class="map-grid"><i aria-hidden="true" />{t("map.grid", { size: metres(grid) })}</p>}
        <Legend />
      </div>
    </div>
  );
}
