// The last step of a stop, to be taken back for two minutes: a slip of the thumb is no delivery.
import type { LastStep } from "../journal";
import { useCourier } from "../state";
import { act, notify } from "../work";
import { hourMinute, t } from "../words";

/** Before the server has said how long. */
const UNDO_MS = 120_000;

function what({ step, stop, at }: LastStep): string {
  const time = hourMinute(at);
  if (step === "started") return t("undo.arrived", { time });
  if (step === "failed") return t("undo.failed", { time });
  const done = { pickup: "undo.picked", dropoff: "undo.delivered", return: "undo.returned" } as const;
  return t(done[stop.kind], { time });
}

function minutes(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Beside the next stop, never over it. */
export function UndoBar() {
  const { last, now, said } = useCourier();
  const left = last ? Date.parse(last.at) + (said?.undoMs ?? UNDO_MS) - now : 0;
  if (!last || left <= 0) return null;
  const { step, stop: { task_id }, gone } = last;
  const takeBack = () => void act({ kind: "task_undone", task_id, step }, gone)
    .then(() => notify("good", t("undo.done")));
  return (
    <section class="undo" aria-label={t("undo.title")} data-undo={step}>
      <p role="status">{what(last)}</p>
      <button type="button" class="plain" data-act="undo" onClick={takeBack}>
        {t("undo.now")} <small aria-hidden="true">{t("undo.left", { left: minutes(left) })}</small></button>
    </section>
  );
}
