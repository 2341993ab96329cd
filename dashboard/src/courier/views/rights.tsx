import { useEffect, useState } from "preact/hooks";
import type { Decisions, Review, ReviewAbout, Suspension } from "../../api/types";
import type { RuleChange } from "../../api/rules";
import { api } from "../api";
import { leave } from "../session";
import { useCourier } from "../state";
import { Knocks } from "./knocks";
import { notify, said } from "../work";
import { dayHour, hourMinute, t } from "../words";
import { save } from "../../ui/save";

/** Asks the server and shows why not, if not. */
function ask<T>(call: Promise<T>, then: (value: T) => void): void {
  void call.then(then, (error) => notify("bad", said(error)));
}

/** What is recorded, why the engine decided as it did, and what can be done about it. */
export function RightsView() {
  const { online } = useCourier();
  const [kept, setKept] = useState<number | null>(null);
  const [reviews, setReviews] = useState<Review[]>([]);
  const [suspensions, setSuspensions] = useState<Suspension[]>([]);
  useEffect(() => {
    if (!online) return;
    ask(api.reviews(), ({ items }) => setReviews(items));
    ask(api.suspensions(), ({ items }) => setSuspensions(items.filter((one) => !one.lifted)));
  }, [online]);
  const add = (review: Review) => setReviews((all) => [review, ...all]);
  return (
    <section class="panel rights" aria-labelledby="rights-title">
      <h1 id="rights-title">{t("rights.title")}</h1>
      {!online && <p role="status">{t("rights.offline")}</p>}
      {suspensions.map((one) => (
        <p key={one.id} class="panel warn" role="alert">
          {t("rights.suspended", { time: dayHour(one.begins_at), reason: one.reason })}</p>
      ))}
      <h2>{t("rights.position")}</h2>
      <p>{t("rights.position.text")}</p>
      <button type="button" class="plain" disabled={!online} data-act="count-positions"
        onClick={() => ask(api.positions(), ({ items }) => setKept(items.length))}>
        {t("rights.position.show")}</button>
      <p role="status">{kept !== null && t("rights.position.count", { n: kept })}</p>
      <Knocks />
      <h2>{t("rights.recorded")}</h2>
      <p>{t("rights.recorded.text")}</p>
      <TakeAlong online={online} />
      <Why online={online} onOpened={add} />
      <RulesAhead online={online} />
      <h2>{t("rights.human")}</h2>
      <p>{t("rights.human.text")}</p>
      <Question about={{ kind: "other" }} online={online} onOpened={add} />
      <ul class="lines">{reviews.map((one) => <ReviewLine key={one.id} review={one} />)}</ul>
      <Erasure online={online} />
    </section>
  );
}

/** The rules, and those that are announced. */
function RulesAhead({ online }: { online: boolean }) {
  const [ahead, setAhead] = useState<RuleChange[]>([]);
  useEffect(() => {
    if (online) ask(api.rules(), ({ changes }) => setAhead(changes.filter(({ says }) => says !== undefined)));
  }, [online]);
  return (
    <>
      <h2>{t("rights.rules")}</h2>
      {ahead.map(({ rule, since }) => (
        <p key={rule + since} class="panel warn" data-announced={rule}>
          {t("rights.rules.ahead", { rule: t(`rights.rule.${rule}`), time: dayHour(since) })}</p>
      ))}
      <p><a href={`/rules?lang=${document.documentElement.lang}`}>{t("rights.rules.read")}</a></p>
    </>
  );
}

/** One zip with everything. */
function TakeAlong({ online }: { online: boolean }) {
  return (
    <button type="button" class="plain" disabled={!online} data-act="export"
      onClick={() => ask(api.takeAlong(), (file) => save(file, "paceline.zip"))}>{t("rights.export")}</button>
  );
}

function Why({ online, onOpened }: { online: boolean; onOpened: (review: Review) => void }) {
  const { language } = useCourier();
  const [decisions, setDecisions] = useState<Decisions | null>(null);
  return (
    <>
      <h2>{t("rights.why")}</h2>
      <p>{t("rights.why.text")}</p>
      <button type="button" class="plain" disabled={!online} data-act="why"
        onClick={() => ask(api.decisions(), setDecisions)}>{t("rights.why.load")}</button>
      {decisions?.items.length === 0 && <p role="status">{t("rights.why.none")}</p>}
      <ul class="lines">
        {decisions?.items.map((one) => (
          <li key={one.decision_id + one.delivery_id + one.outcome} data-outcome={one.outcome}>
            <p><b>{t(`outcome.${one.outcome}`)}</b> {one.merchant_name} <small>{hourMinute(one.at)}</small></p>
            <p class="quiet">{one.words[language]}</p>
            <Question online={online} onOpened={onOpened}
              about={{ kind: "decision", decision_id: one.decision_id, delivery_id: one.delivery_id }} />
          </li>
        ))}
      </ul>
    </>
  );
}

interface QuestionProps {
  about: ReviewAbout;
  online: boolean;
  onOpened: (review: Review) => void;
}

/** Asks a person to look again. */
export function Question({ about, online, onOpened }: QuestionProps) {
  function submit(event: SubmitEvent): void {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const question = String(new FormData(form).get("question")).trim();
    ask(api.openReview(about, question), (review) => {
      form.reset();
      notify("good", t("review.opened", { time: dayHour(review.due_at) }));
      onOpened(review);
    });
  }
  return (
    <details>
      <summary data-act={`review-${about.kind}`}>{t("review.ask")}</summary>
      <form onSubmit={submit}>
        <label>{t("review.question")}
          <input name="question" required maxLength={1000} autocomplete="off" /></label>
        <button type="submit" class="act second" disabled={!online}>{t("review.send")}</button>
      </form>
    </details>
  );
}

function ReviewLine({ review }: { review: Review }) {
  const { outcome, reasons, correction } = review;
  return (
    <li data-review={review.id}>
      <p>{review.question}</p>
      <p class="quiet">{outcome
        ? t(`review.${outcome}`, { reasons: reasons ?? "" })
        : t("review.due", { time: dayHour(review.due_at) })}</p>
      {correction && <p>{correction}</p>}
    </li>
  );
}

/** There is no way back, so it is asked twice: by opening it, and for the password. */
function Erasure({ online }: { online: boolean }) {
  function submit(event: SubmitEvent): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    ask(api.erase(String(form.get("password"))), () => void leave());
  }
  return (
    <details>
      <summary>{t("rights.erase")}</summary>
      <form onSubmit={submit}>
        <p>{t("rights.erase.text")}</p>
        <label>{t("login.password")}
          <input name="password" type="password" autocomplete="current-password" required /></label>
        <button type="submit" class="act danger" disabled={!online}>{t("rights.erase.now")}</button>
      </form>
    </details>
  );
}
