import { useState } from "preact/hooks";
import { office } from "../api/office";
import type { BookedLine, OpenReview, PieceInputs } from "../api/office-types";
import { metres, money, span, t } from "../i18n";
import { engineWords } from "../i18n/engine-words";
import { shortId } from "../store/derive";
import { amountFields, changedInputs } from "../store/reviews";
import { useAct, useLoaded } from "./use-loaded";

interface Props {
  review: OpenReview;
  open: boolean;
  onDone: () => void;
}

/** A contested line, and the form to book it anew from the inputs as they should have been. */
export function Correction({ review, open, onDone }: Props) {
  const [shown, show] = useState(open);
  const { value } = useLoaded(async () => (await office.review(review.id)).line ?? null, review.id);
  if (!value) return null;
  return (
    <>
      <LineFacts line={value} />
      {value.inputs && <p class="buttons"><button type="button" aria-expanded={shown} data-act="correct"
        onClick={() => show(!shown)}>{t("correct.open")}</button></p>}
      {shown && value.inputs && <InputsForm id={review.id} inputs={value.inputs} onDone={onDone} />}
    </>
  );
}

/** What was booked, and from what it was reckoned. */
export function LineFacts({ line: { kind, amount, delivery_id, tariff, inputs } }: { line: BookedLine }) {
  return (
    <dl class="facts" data-line={kind}>
      <dt>{t("correct.booked")}</dt><dd><b>{money(amount)}</b> · {engineWords(kind)}
        {tariff && ` · ${tariff.name} ${tariff.version}`}{delivery_id && <> · <code>{shortId(delivery_id)}</code></>}</dd>
      {inputs && <><dt>{t("correct.from")}</dt><dd>{[
        `${t("correct.pickups")} ${inputs.pickups}`, `${t("correct.dropoffs")} ${inputs.dropoffs}`,
        `${t("correct.trip_m")} ${metres(inputs.trip_m)}`, `${t("correct.approach_m")} ${metres(inputs.approach_m)}`,
        `${t("correct.engaged_s")} ${span(inputs.engaged_s * 1000)}`, `${t("correct.waited_s")} ${span(inputs.waited_s * 1000)}`,
      ].join(" · ")}</dd></>}
    </dl>
  );
}

function InputsForm({ id, inputs, onDone }: { id: string; inputs: PieceInputs; onDone: () => void }) {
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [reasons, setReasons] = useState("");
  const [busy, act] = useAct();
  const changed = changedInputs(inputs, typed);
  const ready = changed !== null && JSON.stringify(changed) !== JSON.stringify(inputs) && reasons.trim() !== "";
  return (
    <form class="fields card" data-form="correct" aria-label={t("correct.open")} onSubmit={(event) => {
      event.preventDefault();
      if (ready) void act(() => office.correct(id, reasons.trim(), changed), t("correct.done")).then((done) => done && onDone());
    }}>
      <p class="muted">{t("correct.text")}</p>
      <div class="trio">
        {amountFields.map((name) => (
          <label key={name}>{t(`correct.${name}`)}{unit(name)}
            <input type="number" min="0" step="1" required name={name} value={typed[name] ?? String(inputs[name])}
              onInput={({ currentTarget: { value } }) => setTyped((before) => ({ ...before, [name]: value }))} /></label>
        ))}
      </div>
      <label>{t("reviews.reasons")}
        <textarea rows={2} required maxLength={1000} name="reasons" value={reasons}
          onInput={(event) => setReasons(event.currentTarget.value)} /></label>
      <p class="buttons"><button type="submit" class="primary" disabled={busy || !ready}>{t("correct.submit")}</button></p>
    </form>
  );
}

const unit = (name: string) => (name.endsWith("_m") ? " (m)" : name.endsWith("_s") ? " (s)" : "");
