// What came of a check.
import type { Language } from "../store/preferences";
import { moneyIn } from "../ui/money";
import type { Outcome } from "./check";
import type { Verdict } from "./statement";
import { faultWords, type Say } from "./words";
import "./result.css";

const locale = (language: Language) => (language === "fr" ? "fr-FR" : "en-GB");

/** The instant of so many microseconds, in the reader's own time zone. */
export const timeOf = (micros: number, language: Language): string =>
  new Intl.DateTimeFormat(locale(language), { dateStyle: "medium", timeStyle: "short" })
    .format(micros / 1000);

interface Props {
  say: Say;
  language: Language;
  outcome: Outcome;
}

export function Result({ say, language, outcome }: Props) {
  if ("fault" in outcome) {
    const { fault } = outcome;
    return (
      <div class="result bad" data-outcome="fault" data-reason={fault.reason} data-line={fault.fill.seq}>
        <h2>{say("fails")}</h2>
        <p>{faultWords(say, fault)}</p>
      </div>
    );
  }
  const { verdict, kept, ms } = outcome;
  return (
    <div class="result good" data-outcome="holds" data-ms={ms}>
      <h2>{say("holds")}</h2>
      <dl>
        <dt>{say("account")}</dt><dd><code>{verdict.account}</code></dd>
        <dt>{say("lines")}</dt><dd>{verdict.lines}</dd>
        <dt>{say("balance")}</dt><dd>{moneyIn(locale(language), verdict.head.balance, verdict.currency)}</dd>
        <dt>{say("head")}</dt><dd><code>{verdict.head.seq}:{verdict.head.hash}</code></dd>
      </dl>
      <p>{signature(say, language, verdict)}</p>
      {kept && <p>{say("keptBefore", { seq: kept.seq })}</p>}
      {verdict.signed > 0 && <p class="quiet">{say("keptNow")}</p>}
    </div>
  );
}

function signature(say: Say, language: Language, { signed, checkpoint }: Verdict): string {
  if (!checkpoint) return say("unsigned");
  const { number, issued_us } = checkpoint;
  const which = say("signedAt", { number, time: timeOf(issued_us, language) });
  return `${say("signedUpTo", { seq: signed })} (${which}).`;
}
