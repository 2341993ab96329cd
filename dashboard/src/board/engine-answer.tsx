// What the engine would do with some deliveries: with its reasons and its effect, before it is done.
import { useEffect, useState } from "preact/hooks";
import { api } from "../api/http";
import type { Advice, Outlook } from "../api/types";
import { deliveryCount, hourMinute, metres, money, span, t } from "../i18n";
import { describe } from "../i18n/problems";
import { follow } from "../store/acts";
import { shortId } from "../store/derive";
import { Modal, type AskProps } from "./modal";
import { Reasons } from "./why";

type Answer =
  | { state: "asking" }
  | { state: "told"; advice: Advice }
  | { state: "refused"; text: string };

export function EngineAnswer({ dialog, board }: AskProps) {
  const { ids } = dialog;
  const [answer, setAnswer] = useState<Answer>({ state: "asking" });
  useEffect(() => {
    let gone = false;
    const tell = (told: Answer) => void (gone || setAnswer(told));
    api.ask(ids).then(
      (advice) => tell({ state: "told", advice }),
      (error: unknown) => tell({ state: "refused", text: describe(error).text }),
    );
    return () => void (gone = true);
  }, []);
  useEffect(() => {
    // It is what was waited for: Enter takes it, Escape leaves it.
    if (answer.state === "told") document.querySelector<HTMLElement>("dialog.wide [type=submit]")?.focus();
  }, [answer.state]);
  const advice = answer.state === "told" ? answer.advice : null;
  const nameOf = (id: string) => board.couriers.get(id)?.name ?? shortId(id);
  const titleOf = (id: string) =>
    `${board.deliveries.get(id)?.merchant_name ?? ""} ${shortId(id)}`.trim();
  return (
    <Modal dialog={dialog} title={t("ask.engine", { what: deliveryCount(ids.length) })} wide
      submit={t("ask.engine.submit")} disabled={!advice || advice.proposals.length === 0}
      onSubmit={() => advice && void follow(advice)}>
      <div class="answer" aria-live="polite" data-answer={answer.state}>
        {answer.state === "asking" && <p class="muted">{t("ask.engine.thinking")}</p>}
        {answer.state === "refused" && <p class="bad-text">{answer.text}</p>}
        {advice && <>
          <Proposals advice={advice} nameOf={nameOf} titleOf={titleOf} />
          <Effect {...advice.effect} />
          {advice.explanations.map((about) => (
            <details key={about.delivery_id}>
              <summary>{t("ask.engine.why", { what: titleOf(about.delivery_id) })}</summary>
              <Reasons decision={about} nameOf={nameOf} />
            </details>
          ))}
        </>}
      </div>
    </Modal>
  );
}

interface ProposalsProps {
  advice: Advice;
  nameOf: (courier: string) => string;
  titleOf: (delivery: string) => string;
}

/** To whom what would go, and when it would be there; then what goes to nobody. */
function Proposals({ advice, nameOf, titleOf }: ProposalsProps) {
  const given = new Set(advice.proposals.flatMap(({ delivery_ids }) => delivery_ids));
  const nobody = advice.explanations.map(({ delivery_id }) => delivery_id).filter((id) => !given.has(id));
  return (
    <>
      {advice.proposals.length === 0 && <p>{t("ask.engine.nobody")}</p>}
      {advice.proposals.length > 0 && <table>
        <caption>{t("ask.engine.proposals")}</caption>
        <thead><tr>
          <th scope="col">{t("why.courier")}</th><th scope="col">{t("ask.engine.deliveries")}</th>
          <th scope="col">{t("ask.engine.approach")}</th><th scope="col">{t("ask.engine.trip")}</th>
        </tr></thead>
        <tbody>
          {advice.proposals.map(({ courier_id, delivery_ids, route, approach_m, trip_m }) => (
            <tr key={courier_id} data-proposed={courier_id}>
              <th scope="row">{nameOf(courier_id)}</th>
              <td class="names">{delivery_ids.map((id) => {
                const last = route.filter(({ delivery }) => delivery === id).at(-1);
                return <div key={id}>{titleOf(id)}{last && ` → ${hourMinute(last.handover)}`}</div>;
              })}</td>
              <td>{metres(approach_m)}</td><td>{metres(trip_m)}</td>
            </tr>
          ))}
        </tbody>
      </table>}
      {advice.proposals.length > 0 && nobody.length > 0 &&
        <p>{t("ask.engine.without", { what: nobody.map(titleOf).join(", ") })}</p>}
      {advice.left_out.length > 0 &&
        <p class="muted">{t("ask.engine.left_out", { what: advice.left_out.map(titleOf).join(", ") })}</p>}
    </>
  );
}

function Effect({ before, after, currency }: Advice["effect"]) {
  const hourly = ({ hourly: rates }: Outlook) => (rates
    ? [rates.lowest, rates.median, rates.highest].map((amount) => money({ amount, currency })).join(" · ")
    : "–");
  const line = (name: string, show: (outlook: Outlook) => string | number) => (
    <tr><th scope="row">{name}</th><td>{show(before)}</td><td>{show(after)}</td></tr>
  );
  return (
    <table>
      <caption>{t("effect.label")}</caption>
      <thead><tr><td /><th scope="col">{t("effect.before")}</th><th scope="col">{t("effect.after")}</th></tr></thead>
      <tbody>
        {line(t("effect.late"), ({ late }) => late)}
        {line(t("effect.late_s"), ({ late_s }) => span(late_s * 1000))}
        {line(t("effect.riding"), ({ riding_m }) => metres(riding_m))}
        {line(t("effect.hourly"), hourly)}
      </tbody>
    </table>
  );
}
