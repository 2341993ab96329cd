import { useState } from "preact/hooks";
import type { Decisions } from "../../api/types";
import { api } from "../api";
import { useCourier } from "../state";
import { notify, said } from "../work";
import { hourMinute, t } from "../words";

/** What is recorded, and why the engine decided as it did. */
export function RightsView() {
  const { language, online } = useCourier();
  const [kept, setKept] = useState<number | null>(null);
  const [decisions, setDecisions] = useState<Decisions | null>(null);
  const ask = <T,>(call: () => Promise<T>, then: (value: T) => void) => () =>
    void call().then(then, (error) => notify("bad", said(error)));
  return (
    <section class="panel rights" aria-labelledby="rights-title">
      <h1 id="rights-title">{t("rights.title")}</h1>
      {!online && <p role="status">{t("rights.offline")}</p>}
      <h2>{t("rights.position")}</h2>
      <p>{t("rights.position.text")}</p>
      <button type="button" class="plain" disabled={!online} data-act="count-positions"
        onClick={ask(api.positions, ({ items }) => setKept(items.length))}>
        {t("rights.position.show")}</button>
      <p role="status">{kept !== null && t("rights.position.count", { n: kept })}</p>
      <h2>{t("rights.recorded")}</h2>
      <p>{t("rights.recorded.text")}</p>
      <h2>{t("rights.why")}</h2>
      <p>{t("rights.why.text")}</p>
      <button type="button" class="plain" disabled={!online} data-act="why"
        onClick={ask(api.decisions, setDecisions)}>{t("rights.why.load")}</button>
      {decisions?.items.length === 0 && <p role="status">{t("rights.why.none")}</p>}
      <ul class="lines">
        {decisions?.items.map((one) => (
          <li key={one.decision_id + one.delivery_id} data-outcome={one.outcome}>
            <p><b>{t(`outcome.${one.outcome}`)}</b> {one.merchant_name} <small>{hourMinute(one.at)}</small></p>
            <p class="quiet">{one.words[language]}</p>
          </li>
        ))}
      </ul>
      <h2>{t("rights.human")}</h2>
      <p>{t("rights.human.text")}</p>
    </section>
  );
}
