// What a stop asks for before goods change hands, what was shown there, and what stayed behind.
import { useEffect, useRef, useState } from "preact/hooks";
import { getFile } from "../api/call";
import { api } from "../api/http";
import type { ProofPicture } from "../api/handover";
import type { Delivery, Task } from "../api/types";
import { hourMinute, t } from "../i18n";
import { waivePin } from "../store/acts";

/** In words, under a stop. What every drop-off asks for is not said. */
export function Handover({ delivery, task }: { delivery: Delivery; task: Task }) {
  const over = task.state === "done" || task.state === "failed" || task.state === "cancelled";
  const needs = (task.needs ?? []).filter((need) => need !== "name");
  const { proof, missing } = task;
  const read = proof?.scanned?.length ?? 0;
  return (
    <>
      {!over && needs.length > 0 && <p class="muted" data-needs={needs.join(" ")}>
        {t("hand.needs", { what: needs.map((need) => t(`hand.need.${need}`)).join(", ") })}</p>}
      {proof?.signed_by && <p class="muted">{t("detail.signed", { name: proof.signed_by })}</p>}
      {proof?.pin && <p class="muted">{t("hand.pinRight")}</p>}
      {read > 0 && <p class="muted">{t("hand.read", { n: read })}</p>}
      {missing && missing.length > 0 && <ul class="plain bad-text">
        {missing.map(({ parcel, code, note }) => <li key={parcel} data-missing={parcel}>
          {t("hand.left", { n: parcel, why: [code, note].filter(Boolean).join(": ") })}</li>)}
      </ul>}
      {!over && task.needs?.includes("pin") && <Waive delivery={delivery} task={task} />}
    </>
  );
}

/** Lets the stop do without its PIN, with a reason. */
function Waive({ delivery, task }: { delivery: Delivery; task: Task }) {
  function submit(event: SubmitEvent): void {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget as HTMLFormElement).get("reason")).trim();
    if (reason) void waivePin(delivery.id, task.id, reason);
  }
  return (
    <details>
      <summary data-act="waive">{t("hand.waive")}</summary>
      <form onSubmit={submit}>
        <label>{t("hand.waive.reason")} <input name="reason" required maxLength={1000} autocomplete="off" /></label>
        <button type="submit" data-act="waive-pin">{t("hand.waive.submit")}</button>
      </form>
    </details>
  );
}

/** Photos and signatures, small; one that is pressed is shown whole. */
export function Pictures({ delivery }: { delivery: Delivery }) {
  const [pictures, setPictures] = useState<readonly ProofPicture[]>([]);
  const [whole, setWhole] = useState<string | null>(null);
  const anyDone = delivery.tasks.some(({ state }) => state === "done");
  useEffect(() => {
    if (!anyDone) return;
    let gone = false;
    // Nothing is shown where they cannot be had: the stops say what was announced.
    api.proofs(delivery.id).then(({ items }) => !gone && setPictures(items), () => {});
    return () => void (gone = true);
  }, [delivery.id, delivery.version]);
  const announced = delivery.tasks.flatMap(({ proof }) => proof?.pictures ?? []);
  const awaited = announced.filter(({ id }) => !pictures.some((picture) => picture.id === id)).length;
  if (pictures.length === 0 && awaited === 0) return null;
  return (
    <section aria-labelledby="pictures">
      <h3 id="pictures">{t("hand.pictures")}</h3>
      <ul class="pictures">
        {pictures.map((picture) => {
          const name = t(`hand.picture.${picture.kind}`, { time: hourMinute(picture.taken_at) });
          const open = whole === picture.id;
          return (
            <li key={picture.id} class={open ? "whole" : ""}>
              <button type="button" aria-expanded={open} aria-label={name} data-picture={picture.kind}
                onClick={() => setWhole(open ? null : picture.id)}>
                <Picture key={String(open)} id={picture.id} small={!open} />
              </button>
            </li>
          );
        })}
      </ul>
      {awaited > 0 && <p class="muted">{t("hand.awaited", { n: awaited })}</p>}
    </section>
  );
}

/** Drawn by the page itself: an address alone would not say who asks. */
function Picture({ id, small }: { id: string; small: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    void (async () => {
      const drawn = await createImageBitmap(await getFile(`/v1/proofs/${id}?small=${small}`));
      const on = canvas.current;
      if (on) {
        [on.width, on.height] = [drawn.width, drawn.height];
        on.getContext("2d")?.drawImage(drawn, 0, 0);
        on.dataset.drawn = "yes";
      }
      drawn.close();
    })().catch(() => {});
  }, [id, small]);
  return <canvas ref={canvas} aria-hidden="true" width={160} height={120} />;
}
