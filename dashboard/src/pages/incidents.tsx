// What couriers tell went wrong: who looks after it, what was done, and what the merchant hears.
import { useState } from "preact/hooks";
import {
  INCIDENT_KINDS, PRIORITIES, incidents, type FiledIncident, type Filing, type IncidentFile,
} from "../api/incidents";
import { dayTime, t } from "../i18n";
import { select } from "../store/actions";
import { shortId } from "../store/derive";
import { useAddress } from "../store/page";
import { useStore } from "../store/store";
import { AlertIcon } from "../ui/icons";
import { save } from "../ui/save";
import { Empty } from "../ui/table";
import { PageFrame } from "./page-frame";
import { useAct } from "./use-loaded";
import { useLive } from "./use-live";

const STATES = { open: "false", closed: "true", all: "" } as const;

export function IncidentsPage() {
  const { parts: [chosen] } = useAddress();
  const [search, setSearch] = useState<Record<string, string>>({ closed: "false", kind: "", priority: "" });
  const asked = JSON.stringify(search);
  const { value, reload } = useLive(() => incidents.list(search), asked);
  const narrow = (parts: Record<string, string>) => setSearch((before) => ({ ...before, ...parts }));
  const items = value?.items ?? null;
  return (
    <PageFrame ready={value !== null} office>
      <main class="sheet reviews">
        <section aria-labelledby="incidents">
          <h1 id="incidents" tabIndex={-1}>{t("nav.incidents")}</h1>
          <p class="muted">{t("incidents.text")}</p>
          <form class="choices" role="search" onSubmit={(event) => event.preventDefault()}>
            <label>{t("incidents.state")} <select name="closed" value={search.closed ?? ""}
              onChange={(event) => narrow({ closed: event.currentTarget.value })}>
              {Object.entries(STATES).map(([name, closed]) => (
                <option key={name} value={closed}>{t(`incidents.state.${name as keyof typeof STATES}`)}</option>
              ))}</select></label>
            <label>{t("incidents.kind")} <select name="kind" value={search.kind ?? ""}
              onChange={(event) => narrow({ kind: event.currentTarget.value })}>
              <option value="">{t("incidents.any")}</option>
              {INCIDENT_KINDS.map((kind) => <option key={kind} value={kind}>{t(`incident.${kind}`)}</option>)}
            </select></label>
            <label>{t("incidents.priority")} <select name="priority" value={search.priority ?? ""}
              onChange={(event) => narrow({ priority: event.currentTarget.value })}>
              <option value="">{t("incidents.any")}</option>
              {PRIORITIES.map((one) => <option key={one} value={one}>{t(`incidents.${one}`)}</option>)}
            </select></label>
          </form>
          <Empty items={items}>{t("incidents.none")}</Empty>
          <ul class="cards">
            {items?.map((one) => (
              <li key={one.id}><a class="card review" href={`#incidents/${one.id}`} data-incident={one.id}
                aria-current={one.id === chosen ? "true" : undefined}><Line incident={one} /></a></li>
            ))}
          </ul>
        </section>
        {chosen ? <OneIncident key={chosen} id={chosen} onDone={reload} />
          : items && items.length > 0 && <p class="muted empty">{t("incidents.choose")}</p>}
      </main>
    </PageFrame>
  );
}

function Line({ incident: { courier_name, kind, text, priority, state, reported_at } }: { incident: FiledIncident }) {
  return (
    <>
      <b>{courier_name}</b> <span class="muted">{t(`incident.${kind}`)}</span>
      {priority === "urgent" && <span class="bad-text">{" "}<AlertIcon /> {t("incidents.urgent")}</span>}
      {text && <span class="review-question">{text}</span>}
      <small>{dayTime(reported_at)} · {t(`incidents.is.${state}`)}</small>
    </>
  );
}

function OneIncident({ id, onDone }: { id: string; onDone: () => void }) {
  const { value, reload } = useLive(() => incidents.show(id), id);
  const [busy, act] = useAct();
  const me = useStore(({ session }) => (session.state === "in" ? session.user : null));
  if (!value) return <p class="muted empty" role="status">{t("app.loading")}</p>;
  const done = (ok: boolean) => {
    if (!ok) return;
    reload();
    onDone();
  };
  const file = (filing: Filing, said: Parameters<typeof act>[1]) =>
    void act(() => incidents.file(id, filing), said).then(done);
  return (
    <section class="card" aria-labelledby="incident" data-open-incident={id}>
      <h2 id="incident">{value.courier_name}: {t(`incident.${value.kind}`)}</h2>
      <p class="muted">{t("incidents.told", { at: dayTime(value.happened_at) })} · {t(`incidents.is.${value.state}`)}</p>
      {value.text && <blockquote>{value.text}</blockquote>}
      <Pictures ids={value.pictures} />
      <p class="buttons">
        {value.delivery_id && <button type="button" onClick={() => onBoard({ kind: "delivery", id: value.delivery_id ?? "" })}>
          {t("incidents.to_delivery", { id: shortId(value.delivery_id) })}</button>}
        <button type="button" onClick={() => onBoard({ kind: "courier", id: value.courier_id })}>
          {t("incidents.to_courier")}</button>
      </p>
      <div class="choices">
        <label>{t("incidents.priority")} <select name="file-priority" value={value.priority} disabled={busy}
          onChange={(event) => file({ priority: event.currentTarget.value as "low" }, t("incidents.filed"))}>
          {PRIORITIES.map((one) => <option key={one} value={one}>{t(`incidents.${one}`)}</option>)}
        </select></label>
        {value.assigned_to === me?.id
          ? <button type="button" data-act="release" disabled={busy}
              onClick={() => file({ assigned_to: null }, t("incidents.filed"))}>{t("incidents.release")}</button>
          : <button type="button" data-act="mine" disabled={busy || !me}
              onClick={() => me && file({ assigned_to: me.id }, t("incidents.filed"))}>
              {t(value.assigned_to ? "incidents.take_over" : "incidents.mine")}</button>}
      </div>
      {value.delivery_id && <Share known={value} busy={busy} onShare={(shared) => file({ shared }, t("incidents.filed"))} />}
      <Comments known={value} busy={busy}
        onSay={(text) => void act(() => incidents.comment(id, text), t("incidents.said")).then(done)} />
      {value.state === "closed"
        ? <><h3>{t("incidents.done")}</h3><p data-done>{value.done}</p>
            <p class="buttons"><button type="button" data-act="reopen" disabled={busy}
              onClick={() => void act(() => incidents.reopen(id), t("incidents.reopened")).then(done)}>
              {t("incidents.reopen")}</button></p></>
        : <Words name="done" label={t("incidents.done")} submit={t("incidents.close")} busy={busy} primary
            onSend={(text) => void act(() => incidents.close(id, text), t("incidents.closed")).then(done)} />}
    </section>
  );
}

/** Acts on deliveries are the board's: reassign, reschedule, send back. */
function onBoard(what: { kind: "delivery" | "courier"; id: string }): void {
  select(what);
  location.hash = "#board";
}

interface WordsProps {
  name: string;
  label: string;
  submit: string;
  busy: boolean;
  primary?: boolean;
  onSend: (text: string) => void;
}

function Words({ name, label, submit, busy, primary, onSend }: WordsProps) {
  return (
    <form class="fields" data-form={name} onSubmit={(event) => {
      event.preventDefault();
      const form = event.currentTarget as HTMLFormElement;
      const text = String(new FormData(form).get(name)).trim();
      if (!text) return;
      onSend(text);
      form.reset();
    }}>
      <label>{label}<textarea name={name} rows={2} required maxLength={1000} /></label>
      <p class="buttons"><button type="submit" class={primary ? "primary" : ""} disabled={busy}>{submit}</button></p>
    </form>
  );
}

/** What the merchant of the delivery is told, in words for it alone. */
function Share({ known, busy, onShare }: { known: IncidentFile; busy: boolean; onShare: (text: string | null) => void }) {
  return (
    <>
      <h3>{t("incidents.shared")}</h3>
      {known.shared
        ? <><p data-shared>{known.shared}</p><p class="buttons"><button type="button" disabled={busy} data-act="unshare"
            onClick={() => onShare(null)}>{t("incidents.unshare")}</button></p></>
        : <Words name="shared" label={t("incidents.share.label")} submit={t("incidents.share")} busy={busy} onSend={onShare} />}
    </>
  );
}

function Comments({ known, busy, onSay }: { known: IncidentFile; busy: boolean; onSay: (text: string) => void }) {
  return (
    <>
      <h3>{t("incidents.comments")}</h3>
      <ul class="plain">
        {known.comments.map(({ at, by, text }) => (
          <li key={`${at} ${by} ${text}`}><b>{by}</b> <small>{dayTime(at)}</small><br />{text}</li>
        ))}
      </ul>
      <Words name="comment" label={t("incidents.comment")} submit={t("incidents.say")} busy={busy} onSend={onSay} />
    </>
  );
}

/** Pictures need the token of who looks, so that an address alone shows nothing: they are handed out as files. */
function Pictures({ ids }: { ids: readonly string[] }) {
  const [busy, act] = useAct();
  if (ids.length === 0) return null;
  return (
    <p class="buttons">
      {ids.map((id, n) => (
        <button key={id} type="button" disabled={busy} data-picture={id}
          onClick={() => void act(async () => save(await incidents.picture(id), `${id}.jpg`), t("office.saved"))}>
          {t("incidents.picture", { n: n + 1 })}</button>
      ))}
    </p>
  );
}
