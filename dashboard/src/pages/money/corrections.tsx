import { useState } from "preact/hooks";
import { office } from "../../api/office";
import type { OpenReview, Reversal } from "../../api/office-types";
import { dayTime, t } from "../../i18n";
import { shortId } from "../../store/derive";
import { useStore } from "../../store/store";
import { focusOn } from "../../ui/focus";
import { Modal } from "../../ui/modal";
import { Empty, Table } from "../../ui/table";
import { Correction } from "../correction";
import { DueWords } from "../due";
import { useAct, useLoaded } from "../use-loaded";

/** Lines that couriers contest, and entries that wait for a second person. `wanted`: a review's id. */
export function Corrections({ wanted }: { wanted: string }) {
  const lines = useLoaded(async () => (await office.reviews()).items.filter(({ about }) => about.kind === "line"));
  const waiting = useLoaded(office.reversals);
  const [asked, ask] = useState<Reversal | null>(null);
  const me = useStore(({ session }) => (session.state === "in" ? session.user.id : ""));
  const [busy, act] = useAct();
  return (
    <>
      <section aria-labelledby="contested">
        <h2 id="contested" tabIndex={-1}>{t("corrections.contested")}</h2>
        <Empty items={lines.value}>{t("corrections.contested.none")}</Empty>
        <ul class="cards">
          {lines.value?.map((review) => <Contested key={review.id} review={review} open={review.id === wanted} onDone={() => {
            lines.reload();
            focusOn("contested");
          }} />)}
        </ul>
      </section>
      <section aria-labelledby="waiting">
        <h2 id="waiting" tabIndex={-1}>{t("corrections.waiting")}</h2>
        <p class="muted">{t("corrections.text")}</p>
        <Empty items={waiting.value?.items ?? null}>{t("corrections.none")}</Empty>
        {waiting.value && waiting.value.items.length > 0 && (
          <Table label={t("corrections.waiting")} head={[t("corrections.entry"), t("why.courier"), t("detail.reason"), t("corrections.asked"), ""]}>
            {waiting.value.items.map((one) => (
              <tr key={one.entry_id} data-reversal={one.entry_id}>
                <th scope="row"><code>{shortId(one.entry_id)}</code></th><td>{one.courier_name ?? "–"}</td>
                <td class="names">{one.reason}</td><td>{one.asked_by_name}, {dayTime(one.asked_at)}</td>
                <td>{one.asked_by === me ? <span class="muted">{t("corrections.own")}</span>
                  : <button type="button" data-act="agree" disabled={busy} onClick={() => ask(one)}>{t("corrections.agree")}</button>}</td>
              </tr>
            ))}
          </Table>
        )}
      </section>
      <AskBack onAsked={waiting.reload} />
      {asked && (
        <Modal title={t("corrections.agree.title")} submit={t("corrections.agree")} danger onClose={() => ask(null)}
          onSubmit={() => void act(async () => {
            await office.agree(asked.entry_id);
            waiting.reload();
            focusOn("waiting");
          }, t("corrections.agreed"))}>
          <p>{t("corrections.agree.text", { name: asked.courier_name ?? "–", by: asked.asked_by_name, reason: asked.reason })}</p>
        </Modal>
      )}
    </>
  );
}

/** Any entry, by the id that files and statements name: a payment of another merchant's, for one. */
function AskBack({ onAsked }: { onAsked: () => void }) {
  const [entry, setEntry] = useState("");
  const [reason, setReason] = useState("");
  const [asking, put] = useState(false);
  const [busy, act] = useAct();
  const ask = () => void act(async () => {
    await office.reverse(entry.trim(), reason.trim());
    setEntry("");
    setReason("");
    onAsked();
  }, t("back.done"));
  return (
    <section aria-labelledby="back">
      <h2 id="back">{t("back.title")}</h2>
      <p class="muted">{t("back.text")}</p>
      <form class="choices" data-form="back" aria-labelledby="back" onSubmit={(event) => {
        event.preventDefault();
        put(true);
      }}>
        <label>{t("back.entry")}<input name="entry" required pattern="\s*ent_[0-9a-z]+\s*" placeholder="ent_…" value={entry}
          autocomplete="off" onInput={(event) => setEntry(event.currentTarget.value)} /></label>
        <label>{t("detail.reason")}<input name="reason" required maxLength={200} value={reason}
          onInput={(event) => setReason(event.currentTarget.value)} /></label>
        <button type="submit" disabled={busy || !entry.trim() || !reason.trim()}>{t("back.ask")}</button>
      </form>
      {asking && (
        <Modal title={t("back.question")} submit={t("back.submit")} danger onClose={() => put(false)} onSubmit={ask}>
          <p>{t("back.warning")}</p>
          <p><code>{entry.trim()}</code>: {reason}</p>
        </Modal>
      )}
    </section>
  );
}

function Contested({ review, open, onDone }: { review: OpenReview; open: boolean; onDone: () => void }) {
  return (
    <li class="card" data-review={review.id}>
      <p><b>{review.courier_name}</b> <DueWords due_at={review.due_at} /></p>
      <blockquote>{review.question}</blockquote>
      <Correction review={review} open={open} onDone={onDone} />
    </li>
  );
}
