import { useState } from "preact/hooks";
import { shiftPlan, type DaysOff } from "../api/roster";
import { plainDay, t } from "../i18n";
import { Empty } from "../ui/table";
import { useAct, useLoaded } from "./use-loaded";

/** Days off that couriers have asked for, and those to come. */
export function AskedDaysOff() {
  const { value, reload } = useLoaded(shiftPlan.daysOff);
  return (
    <section aria-labelledby="days-off">
      <h2 id="days-off">{t("plan.daysOff")}</h2>
      <Empty items={value?.items ?? null}>{t("plan.daysOff.none")}</Empty>
      <ul class="cards">
        {value?.items.map((days) => (
          <li key={days.id} class="card" data-days-off={days.state}>
            <p><b>{days.name}</b> {plainDay(days.first)} – {plainDay(days.last)} <span class="muted">{t(`plan.daysOff.${days.state}`)}</span></p>
            {days.note && <blockquote>{days.note}</blockquote>}
            {days.state === "asked" && <AnswerForm days={days} onDone={reload} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function AnswerForm({ days, onDone }: { days: DaysOff; onDone: () => void }) {
  const [busy, act] = useAct();
  const [reason, setReason] = useState("");
  const answer = (verdict: "granted" | "refused") =>
    void act(() => shiftPlan.answer(days.id, verdict, reason.trim() || undefined), t("plan.answered")).then(onDone);
  return (
    <div class="fields">
      <label>{t("plan.reason")}<input value={reason} maxLength={1000} autocomplete="off"
        onInput={(event) => setReason(event.currentTarget.value)} /></label>
      <p class="buttons">
        <button type="button" class="primary" disabled={busy} data-act="grant" onClick={() => answer("granted")}>{t("plan.grant")}</button>
        <button type="button" disabled={busy || !reason.trim()} data-act="refuse" onClick={() => answer("refused")}>{t("plan.refuse")}</button>
      </p>
    </div>
  );
}
