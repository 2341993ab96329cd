// Where people have taken over from the engine: said across the page, and the switch.
import { useEffect, useState } from "preact/hooks";
import { api } from "../api/http";
import { hourMinute, t } from "../i18n";
import { ask, notify, notifyError } from "../store/actions";
import { applyEvents } from "../store/reduce";
import type { BoardState } from "../store/state";
import { update } from "../store/store";
import { Modal, type AskProps } from "./modal";

const placeName = (zone: string | null | undefined) => zone || t("auto.everywhere");

/** Nobody should wait for an engine that is at rest. */
export function ManualBar({ board }: { board: BoardState }) {
  const manual = board.automation.filter(({ automatic }) => !automatic);
  if (manual.length === 0) return null;
  return (
    <div class="manual-bar" role="status">
      {manual.map(({ zone, by, at, reason }) => (
        <p key={zone ?? ""}>{t("auto.manual", { place: placeName(zone), by, time: hourMinute(at) })}
          {reason ? ` “${reason}”` : ""}</p>
      ))}
      <button type="button" class="desk-act" onClick={() => ask("automation", [])}>
        {t("auto.change")}</button>
    </div>
  );
}

/** The switch, for the whole co-op or a zone: off with a reason, on without. */
export function Automation({ dialog, board }: AskProps) {
  const [zones, setZones] = useState<string[]>([]);
  const [zone, setZone] = useState("");
  const [reason, setReason] = useState("");
  useEffect(() => {
    api.zones().then(({ items }) => setZones(items.map(({ name }) => name)), notifyError);
  }, []);
  const said = board.automation.find((known) => (known.zone ?? "") === zone);
  const automatic = said?.automatic ?? true;
  return (
    <Modal dialog={dialog} title={t("auto.title")} danger={automatic}
      submit={t(automatic ? "auto.off" : "auto.on")} disabled={automatic && !reason.trim()}
      onSubmit={() => void throwSwitch(zone, !automatic, reason.trim())}>
      <label>{t("auto.where")}
        <select value={zone} data-ask="zone" onInput={(event) => setZone(event.currentTarget.value)}>
          <option value="">{t("auto.everywhere")}</option>
          {zones.map((name) => <option key={name} value={name}>{name}</option>)}
        </select></label>
      <p>{automatic ? t("auto.is_on", { place: placeName(zone) })
        : t("auto.manual", { place: placeName(zone), by: said?.by ?? "", time: hourMinute(said?.at ?? "") })}</p>
      {automatic && <>
        <p class="muted">{t("auto.effect")}</p>
        <label>{t("auto.reason")}
          <input required maxLength={200} value={reason} data-ask="reason"
            onInput={(event) => setReason(event.currentTarget.value)} /></label>
      </>}
    </Modal>
  );
}

async function throwSwitch(zone: string, automatic: boolean, reason: string): Promise<void> {
  try {
    const { items } = await api.switchAutomation({
      automatic, ...(zone ? { zone } : {}), ...(automatic ? {} : { reason }),
    });
    const events = items.map((thrown) => ({ kind: "automation", thrown }) as const);
    update(({ board }) => (board ? { board: applyEvents(board, events) } : {}));
    notify({ tone: "good", text: t(automatic ? "auto.did.on" : "auto.did.off", { place: placeName(zone) }) });
  } catch (error) {
    notifyError(error);
  }
}
