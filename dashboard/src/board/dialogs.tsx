// What an act asks first: to whom, why, when, which words.
import { useMemo, useState } from "preact/hooks";
import { RETURN_CODES, type ReturnCode } from "../api/return";
import { deliveryCount, hourMinute, t } from "../i18n";
import { annotate, assign, cancel, reschedule, sendBack, tag } from "../store/acts";
import type { BoardState } from "../store/state";
import { useStore } from "../store/store";
import { Automation } from "./automation";
import { EngineAnswer } from "./engine-answer";
import { Modal, type AskProps } from "./modal";
import { SplitAtHub } from "./split-dialog";
import { ToCourier } from "./to-courier";
import { CarryTour, GiveTour, IntoTour, NameTour, RemoveTour } from "./tour-dialogs";

export function Dialogs({ board }: { board: BoardState }) {
  const dialog = useStore((state) => state.dialog);
  if (!dialog) return null;
  const props = { dialog, board };
  switch (dialog.ask) {
    case "move":
      return <Move key={dialog.id} {...props} />;
    case "engine":
      return <EngineAnswer key={dialog.id} {...props} />;
    case "automation":
      return <Automation key={dialog.id} {...props} />;
    case "cancel":
      return <Cancel key={dialog.id} {...props} />;
    case "return":
      return <SendBack key={dialog.id} {...props} />;
    case "reschedule":
      return <Reschedule key={dialog.id} {...props} />;
    case "note":
      return <Note key={dialog.id} {...props} />;
    case "tag":
      return <Tags key={dialog.id} {...props} />;
    case "split":
      return <SplitAtHub key={dialog.id} {...props} />;
    case "tour":
      return <IntoTour key={dialog.id} {...props} />;
    case "tour-give":
      return <GiveTour key={dialog.id} {...props} />;
    case "tour-name":
      return <NameTour key={dialog.id} {...props} />;
    case "tour-carry":
      return <CarryTour key={dialog.id} {...props} />;
    case "tour-remove":
      return <RemoveTour key={dialog.id} {...props} />;
  }
}

function Move({ dialog, board }: AskProps) {
  const { ids } = dialog;
  return <ToCourier dialog={dialog} board={board} ids={ids} title={t("ask.move", { what: deliveryCount(ids.length) })}
    onPick={(courier) => void assign(ids, courier)} />;
}

function Cancel({ dialog }: AskProps) {
  const { ids } = dialog;
  const [reason, setReason] = useState("");
  return (
    <Modal dialog={dialog} title={t("ask.cancel", { what: deliveryCount(ids.length) })} submit={t("ask.cancel.submit")}
      danger disabled={!reason.trim()} onSubmit={() => void cancel(ids, reason.trim())}>
      <label>{t("act.cancel.reason")}
        <input required maxLength={200} value={reason} data-ask="reason"
          onInput={(event) => setReason(event.currentTarget.value)} /></label>
    </Modal>
  );
}

/** Why it goes back; of all that is marked, what is on a bike does. */
function SendBack({ dialog, board }: AskProps) {
  const ids = dialog.ids.filter((id) => board.deliveries.get(id)?.state === "picked_up");
  const [code, setCode] = useState<ReturnCode | "">("");
  const [note, setNote] = useState("");
  return (
    <Modal dialog={dialog} title={t("ask.return", { what: deliveryCount(ids.length) })} submit={t("ask.return.submit")}
      danger disabled={!code || ids.length === 0} onSubmit={() => code && void sendBack(ids, code, note.trim())}>
      <label>{t("act.return.reason")}
        <select required value={code} data-ask="code"
          onInput={(event) => setCode(event.currentTarget.value as ReturnCode)}>
          <option value="" disabled>–</option>
          {RETURN_CODES.map((one) => <option key={one} value={one}>{t(`return.${one}`)}</option>)}
        </select></label>
      <label>{t("ask.note.text")}
        <input maxLength={1000} value={note} data-ask="note"
          onInput={(event) => setNote(event.currentTarget.value)} /></label>
    </Modal>
  );
}

const STEPS_MIN = [-30, -15, 15, 30, 60, 120];

function Reschedule({ dialog, board }: AskProps) {
  const { ids } = dialog;
  const [minutes, setMinutes] = useState(30);
  const [first] = ids;
  const one = ids.length === 1 && first ? board.deliveries.get(first) : undefined;
  return (
    <Modal dialog={dialog} title={t("ask.reschedule", { what: deliveryCount(ids.length) })}
      submit={t("ask.reschedule.submit")} disabled={!Number.isInteger(minutes) || minutes === 0}
      onSubmit={() => void reschedule(ids, minutes)}>
      <label>{t("ask.reschedule.minutes")}
        <input type="number" step="1" min="-1440" max="20160" value={minutes} data-ask="minutes"
          onInput={(event) => setMinutes(event.currentTarget.valueAsNumber)} /></label>
      <div class="ask-steps" role="group" aria-label={t("ask.reschedule.steps")}>
        {STEPS_MIN.map((step) => (
          <button key={step} type="button" onClick={() => setMinutes(step)}>
            {step > 0 ? `+${step}` : step}</button>
        ))}
      </div>
      {one && Number.isInteger(minutes) && <p class="muted">{t("ask.reschedule.now", {
        from: hourMinute(one.due_at), to: hourMinute(Date.parse(one.due_at) + minutes * 60_000),
      })}</p>}
    </Modal>
  );
}

function Note({ dialog, board }: AskProps) {
  const { ids } = dialog;
  const [first] = ids;
  const [note, setNote] = useState((first && board.deliveries.get(first)?.desk?.note) || "");
  return (
    <Modal dialog={dialog} title={t("ask.note", { what: deliveryCount(ids.length) })} submit={t("ask.save")}
      onSubmit={() => void annotate(ids, note)}>
      <label>{t("ask.note.text")}
        <textarea rows={3} maxLength={1000} value={note} data-ask="note"
          onInput={(event) => setNote(event.currentTarget.value)} /></label>
    </Modal>
  );
}

/** Tags as words with commas; what all of them have stands there already. */
function Tags({ dialog, board }: AskProps) {
  const { ids } = dialog;
  const before = useMemo(() => shared(ids, board), []);
  const [text, setText] = useState(before.join(", "));
  const after = words(text);
  return (
    <Modal dialog={dialog} title={t("ask.tag", { what: deliveryCount(ids.length) })} submit={t("ask.save")}
      onSubmit={() => void tag(ids, after.filter((word) => !before.includes(word)),
        before.filter((word) => !after.includes(word)))}>
      <label>{t("ask.tag.text")}
        <input value={text} maxLength={400} data-ask="tags" list="known-tags"
          onInput={(event) => setText(event.currentTarget.value)} /></label>
    </Modal>
  );
}

const words = (text: string) =>
  [...new Set(text.split(",").map((word) => word.trim()).filter(Boolean))];

function shared(ids: readonly string[], board: BoardState): string[] {
  const [first = [], ...rest] = ids.map((id) => board.deliveries.get(id)?.desk?.tags ?? []);
  return first.filter((word) => rest.every((tags) => tags.includes(word)));
}
