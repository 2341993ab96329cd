import { useState } from "preact/hooks";
import { api } from "../api/http";
import type { Decision, Delivery, Why } from "../api/types";
import { hourMinuteSecond, t } from "../i18n";
import { engineWords } from "../i18n/engine-words";
import { describe } from "../i18n/problems";
import { shortId } from "../store/derive";
import type { BoardState } from "../store/state";
import { candidateTable, sentence, type NameOf } from "./why-table";

type Asked =
  | { state: "closed" }
  | { state: "asking" }
  | { state: "told"; why: Why }
  | { state: "refused"; text: string };

/** The engine's reasons for a delivery: who was weighed, who was ruled out and by which rule. */
export function WhyPanel({ board, delivery }: { board: BoardState; delivery: Delivery }) {
  const [asked, setAsked] = useState<Asked>({ state: "closed" });
  const ask = () => {
    setAsked({ state: "asking" });
    api.why(delivery.id).then(
      (why) => setAsked({ state: "told", why }),
      (error: unknown) => setAsked({ state: "refused", text: describe(error).text }),
    );
  };
  const nameOf = (id: string) => board.couriers.get(id)?.name ?? shortId(id);
  return (
    <div class="why">
      <button type="button" aria-expanded={asked.state !== "closed"} data-act="why"
        title={t("act.why.label")}
        onClick={() => (asked.state === "closed" ? ask() : setAsked({ state: "closed" }))}>
        {t("act.why")}
      </button>
      <div aria-live="polite">
        {asked.state === "asking" && <p class="muted">{t("why.loading")}</p>}
        {asked.state === "refused" && <p class="bad-text">{asked.text}</p>}
        {asked.state === "told" && asked.why.decisions.length === 0 &&
          <p class="muted">{t("why.none")}</p>}
        {asked.state === "told" && asked.why.decisions.map((decision) =>
          <DecisionView key={decision.decision_id} decision={decision} nameOf={nameOf} />)}
      </div>
    </div>
  );
}

/** Nobody was asked: who has it took it. */
const openList = (outcome: unknown) =>
  JSON.stringify(outcome)?.includes("on_open_list") ?? false;

interface DecisionProps {
  decision: Decision;
  nameOf: NameOf;
}

function DecisionView({ decision, nameOf }: DecisionProps) {
  const waiting = decision.waiting === undefined || decision.waiting === null ||
    decision.waiting === false ? "" : sentence(decision.waiting, nameOf);
  return (
    <article class="decision">
      <h4>{hourMinuteSecond(Date.parse(decision.at))} <span>{sentence(decision.outcome, nameOf)}</span></h4>
      {decision.accepted_by && <p>{t(openList(decision.outcome) ? "why.taken" : "why.accepted",
        { name: nameOf(decision.accepted_by) })}</p>}
      {waiting && <p>{t("why.waiting")}: {waiting}</p>}
      <Reasons decision={decision} nameOf={nameOf} />
    </article>
  );
}

/** Who was weighed, and who was ruled out. */
export function Reasons({ decision, nameOf }: ReasonsProps) {
  return (
    <>
      {decision.candidates.length > 0
        ? <Candidates decision={decision} nameOf={nameOf} />
        : !decision.waiting && <p class="muted">{t("why.nobody")}</p>}
      {decision.excluded.length > 0 && <Excluded excluded={decision.excluded} nameOf={nameOf} />}
    </>
  );
}

interface ReasonsProps {
  decision: Omit<Decision, "decision_id" | "at">;
  nameOf: NameOf;
}

function Candidates({ decision, nameOf }: ReasonsProps) {
  const { columns, lines } = candidateTable(decision.candidates, nameOf, decision.outcome);
  return (
    <div class="table-box" tabIndex={0} role="group" aria-label={t("why.candidates")}>
      <table>
        <caption>{t("why.candidates")}</caption>
        <thead><tr>
          <th scope="col">{t("why.courier")}</th>
          {columns.map((column) => <th key={column} scope="col">{engineWords(column)}</th>)}
        </tr></thead>
        <tbody>
          {lines.map(({ name, chosen, cells }, index) => (
            <tr key={index} class={chosen ? "chosen" : ""}>
              <th scope="row">{name}{chosen && <small> {t("why.chosen")}</small>}</th>
              {cells.map((cell, column) => <td key={column}>{cell}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface ExcludedProps {
  excluded: Decision["excluded"];
  nameOf: NameOf;
}

/** Grouped by rule: with a hundred couriers, most are ruled out by the same few. */
function Excluded({ excluded, nameOf }: ExcludedProps) {
  const byRule = new Map<string, string[]>();
  for (const { courier_id, code } of excluded) {
    byRule.set(code, [...(byRule.get(code) ?? []), nameOf(courier_id)]);
  }
  const rules = [...byRule].sort((a, b) => a[1].length - b[1].length);
  return (
    <table>
      <caption>{t("why.excluded")}</caption>
      <thead><tr><th scope="col">{t("why.rule")}</th><th scope="col">{t("why.courier")}</th></tr></thead>
      <tbody>
        {rules.map(([code, names]) => (
          <tr key={code}>
            <th scope="row">{engineWords(code)}</th>
            <td class="names">{names.length > 8
              ? `${names.slice(0, 8).join(", ")}… (${names.length} ${t("why.count")})`
              : names.join(", ")}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
