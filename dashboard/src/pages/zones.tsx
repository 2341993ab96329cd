import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../api/http";
import type { Zone } from "../api/types";
import { t } from "../i18n";
import { readRing, type Ring } from "../map/ring";
import type { ZoneMap } from "../map/zone-engine";
import { notifyError, notifyGood } from "../store/actions";

/** Zones on the map: a new one is drawn around, or written down, and gets a name. */
export function Zones() {
  const holder = useRef<HTMLDivElement>(null);
  const map = useRef<ZoneMap | null>(null);
  const [zones, setZones] = useState<readonly Zone[]>([]);
  const [ring, setRing] = useState<Ring | null>(null);
  const [name, setName] = useState("");
  const [drawing, setDrawing] = useState(false);
  const load = async () => {
    const { items } = await api.zones();
    setZones(items);
    map.current?.show(items);
  };
  useEffect(() => {
    let gone = false;
    const open = async () => {
      const [{ createZoneMap }, { base }] = await Promise.all([import("../map/zone-engine"), api.board()]);
      if (gone || !holder.current) return;
      map.current = createZoneMap(holder.current, base, (drawn) => {
        setDrawing(false);
        setRing(drawn);
      });
      await load();
    };
    open().catch(notifyError);
    return () => {
      gone = true;
      map.current?.remove();
    };
  }, []);
  const keep = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!ring) return;
    try {
      await api.createZone({ name: name.trim(), shape: { type: "Polygon", coordinates: [ring] } });
      notifyGood(t("admin.made"));
      setRing(null);
      setName("");
      await load();
    } catch (error) {
      notifyError(error);
    }
  };
  return (
    <div class="zones">
      <div class="zone-map" ref={holder} role="group" aria-label={t("admin.zones")} />
      <p class="muted">{zones.length === 0 ? t("admin.zones.none") : zones.map((zone) => zone.name).join(", ")}</p>
      <form class="choices" onSubmit={(event) => void keep(event)} data-form="new-zone">
        <button type="button" aria-pressed={drawing} onClick={() => {
          map.current?.arm();
          setDrawing(true);
        }}>{t(drawing ? "admin.zone.drawing" : "admin.zone.draw")}</button>
        <label>{t("admin.zone.corners")}
          <textarea rows={2} name="corners" value={ring ? ring.map((corner) => corner.join(" ")).join(", ") : ""}
            placeholder="2.35 48.85, 2.36 48.86, 2.34 48.86"
            onChange={(event) => setRing(readRing(event.currentTarget.value))} /></label>
        <label>{t("admin.name")}
          <input name="name" required maxLength={60} value={name} onInput={(event) => setName(event.currentTarget.value)} /></label>
        <button type="submit" class="primary" disabled={!ring || !name.trim()}>{t("admin.zone.keep")}</button>
      </form>
    </div>
  );
}
