// Something went wrong on the way: told here, also without a network, and what became of it.
import { useEffect, useState } from "preact/hooks";
import { INCIDENT_KINDS, URGENT_KINDS, type Incident, type IncidentKind } from "../../api/incidents";
import { api } from "../api";
import { today, useCourier } from "../state";
import { notify, said, tellIncident } from "../work";
import { dayHour, t } from "../words";
import { shrink } from "./proof";

/** Of the European Union and most other countries. */
const EMERGENCY = "112";

export function Incidents() {
  const [open, setOpen] = useState(false);
  return (
    <details class="incidents" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary data-act="incident">{t("incident.title")}</summary>
      {open && <><Report onSent={() => setOpen(false)} /><Told /></>}
    </details>
  );
}

function Report({ onSent }: { onSent: () => void }) {
  useCourier();
  const { stops } = today();
  const [kind, setKind] = useState<IncidentKind | null>(null);
  async function send(form: HTMLFormElement): Promise<void> {
    if (!kind) return;
    const given = new FormData(form);
    const text = String(given.get("text")).trim();
    const task_id = String(given.get("stop"));
    const files = given.getAll("pictures").filter((file): file is File => file instanceof File && file.size > 0);
    const pictures = await Promise.all(files.map(shrink));
    await tellIncident({ kind, ...(text ? { text } : {}), ...(task_id ? { task_id } : {}) }, pictures);
    notify("good", t("incident.kept"));
    onSent();
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void send(event.currentTarget as HTMLFormElement).catch(() => notify("bad", t("proof.photo.wrong")));
  };
  return (
    <form onSubmit={submit} data-form="incident">
      <div role="alert">{kind && URGENT_KINDS.includes(kind) && <>
        <p>{t("incident.urgent")}</p>
        <a class="act danger" href={`tel:${EMERGENCY}`}>{t("incident.call", { number: EMERGENCY })}</a></>}</div>
      <fieldset>
        <legend>{t("incident.what")}</legend>
        {INCIDENT_KINDS.map((one) => (
          <label key={one} class="choice"><input type="radio" name="kind" value={one} required
            checked={kind === one} onChange={() => setKind(one)} />{t(`incident.${one}`)}</label>
        ))}
      </fieldset>
      <label>{t("incident.about")}
        <select name="stop">
          <option value="">{t("incident.nowhere")}</option>
          {stops.map((stop) => (
            <option key={stop.task_id} value={stop.task_id}>
              {t(`stop.${stop.kind}`)} · {stop.address ?? stop.merchant_name}</option>
          ))}
        </select></label>
      <label>{t("fail.note")}<input name="text" maxLength={1000} autocomplete="off" /></label>
      <label>{t("incident.pictures")}
        <input name="pictures" type="file" accept="image/*" capture="environment" multiple /></label>
      <button type="submit" class="act" data-act="tell-incident">{t("incident.send")}</button>
    </form>
  );
}

/** What was told before, and what was done about it. */
function Told() {
  const { online } = useCourier();
  const [known, setKnown] = useState<Incident[]>([]);
  useEffect(() => {
    if (online) api.incidents().then(({ items }) => setKnown(items), (error) => notify("bad", said(error)));
  }, [online]);
  if (known.length === 0) return null;
  return (
    <section aria-labelledby="incidents-told">
      <h2 id="incidents-told">{t("incident.told")}</h2>
      <ul class="lines">
        {known.map(({ id, kind, reported_at, state, done }) => (
          <li key={id} data-incident={state}>
            <p class="line"><span>{t(`incident.${kind}`)} <small>{dayHour(reported_at)}</small></span>
              <b>{t(state === "closed" ? "incident.closed" : "incident.open")}</b></p>
            {done && <p>{done}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}
