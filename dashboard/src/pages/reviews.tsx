import { useEffect, useState } from "preact/hooks";
import { api } from "../api/http";
import { office } from "../api/office";
import type { KeptDecision, OpenReview } from "../api/office-types";
import { ApiError } from "../api/problem";
import type { Decision } from "../api/types";
import { Reasons } from "../board/why";
import { sentence, type NameOf } from "../board/why-table";
import { dayTime, t } from "../i18n";
import { byUrgency, countInbox } from "../store/inbox";
import { answerOf, decisionAbout, type Draft } from "../store/reviews";
import { shortId } from "../store/derive";
import { useAddress } from "../store/page";
import { useStore } from "../store/store";
import { focusOn } from "../ui/focus";
import { Empty } from "../ui/table";
import { Correction, LineFacts } from "./correction";
import { DueWords } from "./due";
import { PageFrame } from "./page-frame";
import { useAct, useLoaded } from "./use-loaded";

/** What couriers want a person to look at again, the most urgent first. */
export function ReviewsPage() {
  const { parts: [chosen] } = useAddress();
  const { value, reload } = useLoaded(office.reviews);
  useEffect(() => {
    if (value) countInbox(value.items);
  }, [value]);
  const items = value && byUrgency(value.items);
  const review = items?.find(({ id }) => id === chosen) ?? null;
  return (
    <PageFrame ready={value !== null} office>
      <main class="sheet reviews">
        <section aria-labelledby="reviews">
          <h1 id="reviews" tabIndex={-1}>{t("nav.reviews")}</h1>
          <p class="muted">{t("reviews.text")}</p>
          <Empty items={items}>{t("reviews.none")}</Empty>
          <ul class="cards">
            {items?.map((one) => (
              <li key={one.id}><a class="card review" href={`#reviews/${one.id}`} data-review={one.id}
                aria-current={one.id === chosen ? "true" : undefined}>
                <b>{one.courier_name}</b> <span class="muted">{t(`reviews.about.${one.about.kind}`)}</span>
                <span class="review-question">{one.question}</span>
                <DueWords due_at={one.due_at} />
              </a></li>
            ))}
          </ul>
        </section>
        {review ? <OneReview key={review.id} review={review} onDone={reload} />
          : items && items.length > 0 && <p class="muted empty">{t("reviews.choose")}</p>}
      </main>
    </PageFrame>
  );
}

/** A question with what it is about, and the answer. */
function OneReview({ review, onDone }: { review: OpenReview; onDone: () => void }) {
  const treasurer = useStore(({ session }) =>
    session.state === "in" && session.user.roles.some((role) => role === "treasurer" || role === "admin"));
  const done = () => {
    location.hash = "#reviews"; // The list is where one goes on.
    onDone();
    focusOn("reviews");
  };
  return (
    <section class="card" aria-labelledby="review" data-open-review={review.id}>
      <h2 id="review">{review.courier_name}: {t(`reviews.about.${review.about.kind}`)}</h2>
      <p><DueWords due_at={review.due_at} /></p>
      <p class="muted">{t("reviews.asked", { at: dayTime(review.opened_at) })}</p>
      <blockquote>{review.question}</blockquote>
      <Subject review={review} />
      {review.about.kind === "line" && (treasurer
        ? <Correction review={review} open={false} onDone={done} />
        : <ContestedLine review={review} />)}
      <AnswerForm review={review} onDone={done} />
    </section>
  );
}

/** Only who keeps the books may book anew: the address is for them. */
function ContestedLine({ review }: { review: OpenReview }) {
  const { value } = useLoaded(async () => (await office.review(review.id)).line ?? null, review.id);
  const address = `${location.origin}/#money/corrections/${review.id}`;
  return (
    <>
      {value && <LineFacts line={value} />}
      <p>{t("reviews.for_treasurer")} <a href={address}>{address}</a></p>
    </>
  );
}

/** What is contested, as far as it is kept. */
function Subject({ review: { about } }: { review: OpenReview }) {
  switch (about.kind) {
    case "decision":
      return about.delivery_id ? <Contested delivery={about.delivery_id} decision={about.decision_id} />
        : <p class="muted">{t("reviews.decision")} <code>{shortId(about.decision_id)}</code></p>;
    case "offer":
      return <p class="muted">{t("reviews.about.offer")} <code>{shortId(about.offer_id)}</code></p>;
    case "shift":
      return <p class="muted">{t("reviews.about.shift")} <code>{shortId(about.shift_id)}</code></p>;
    case "suspension":
      return <p class="muted">{t("reviews.about.suspension")} <code>{shortId(about.suspension_id)}</code></p>;
    case "line":
    case "other":
      return null;
  }
}

/** The decision about a delivery, with its reasons as the board shows them. */
function Contested({ delivery, decision }: { delivery: string; decision: string }) {
  const { value } = useLoaded(async () => {
    const [kept, couriers] = await Promise.all([known(decision), api.couriers()]);
    const names = new Map(couriers.items.map(({ id, name }) => [id, name]));
    const nameOf: NameOf = (id) => names.get(id) ?? shortId(id);
    return { one: kept && decisionAbout(kept, delivery), nameOf };
  }, decision);
  if (!value) return <p class="muted empty" role="status">{t("app.loading")}</p>;
  if (!value.one) return <p class="muted">{t("reviews.decision.gone")}</p>;
  return <Explained decision={value.one} nameOf={value.nameOf} />;
}

/** Null once it is not kept any more: that is no error. */
async function known(decision: string): Promise<KeptDecision | null> {
  try {
    return await office.decision(decision);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

function Explained({ decision, nameOf }: { decision: Decision; nameOf: NameOf }) {
  return (
    <details class="decision">
      <summary>{t("reviews.decision")}: {dayTime(decision.at)}, {sentence(decision.outcome, nameOf)}</summary>
      <Reasons decision={decision} nameOf={nameOf} />
    </details>
  );
}

const empty: Draft = { outcome: "", reasons: "", correction: "" };

/** A person decides, with reasons, once. */
function AnswerForm({ review, onDone }: { review: OpenReview; onDone: () => void }) {
  const [draft, setDraft] = useState(empty);
  const [busy, act] = useAct();
  const by = useStore(({ session }) => (session.state === "in" ? session.user.name : ""));
  const answer = answerOf(draft, review.about.kind);
  const set = (parts: Partial<Draft>) => setDraft((before) => ({ ...before, ...parts }));
  const isLine = review.about.kind === "line";
  return (
    <form class="fields" data-form="answer" aria-labelledby="answer" onSubmit={(event) => {
      event.preventDefault();
      if (answer) void act(() => office.answer(review.id, answer), t("reviews.answered")).then((done) => done && onDone());
    }}>
      <h3 id="answer">{t("reviews.answer")}</h3>
      <fieldset class="bare"><legend>{t("reviews.outcome")}</legend>
        {(["upheld", "changed"] as const).map((outcome) => (
          <label key={outcome} class="tick"><input type="radio" name="outcome" value={outcome} disabled={isLine && outcome === "changed"}
            checked={draft.outcome === outcome} onChange={() => set({ outcome })} /> {t(`reviews.${outcome}`)}</label>
        ))}
        {isLine && <small>{t("reviews.line.changed")}</small>}
      </fieldset>
      <label>{t("reviews.reasons")}
        <textarea rows={3} required maxLength={1000} name="reasons" value={draft.reasons}
          onInput={(event) => set({ reasons: event.currentTarget.value })} /></label>
      {draft.outcome === "changed" && <label>{t("reviews.correction")}
        <textarea rows={2} required maxLength={1000} name="correction" value={draft.correction}
          onInput={(event) => set({ correction: event.currentTarget.value })} /></label>}
      <p class="muted">{t("reviews.signed", { name: by })}</p>
      <p class="buttons"><button type="submit" class="primary" disabled={busy || !answer}>{t("reviews.submit")}</button></p>
    </form>
  );
}
