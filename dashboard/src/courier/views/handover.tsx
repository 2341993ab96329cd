// Goods change hands: what the stops ask for, parcel by parcel, and one tap for all that is done here.
import { useState } from "preact/hooks";
import type { HandoverNeed } from "../../api/handover";
import type { RouteStop } from "../../api/types";
import type { FailureCode, Missing } from "../journal";
import { codeOf, EMPTY, lacks, LEFT, unread, type Draft } from "../parcels";
import { useCourier } from "../state";
import { act, draft as keep } from "../work";
import { t } from "../words";
import { Photo, Signature } from "./proof";
import { Scan } from "./scan";

/** One stop, or several at one place; `route` is all that is left. */
export function HandOver({ here, route }: { here: readonly RouteStop[]; route: readonly RouteStop[] }) {
  const { drafts } = useCourier();
  const [wanting, setWanting] = useState<readonly HandoverNeed[]>([]);
  const [nothing, setNothing] = useState(false);
  const [stop] = here;
  if (!stop) return null;
  const asks = (need: HandoverNeed) => here.some(({ needs }) => needs.includes(need));
  const draftOf = ({ task_id }: RouteStop) => drafts[task_id] ?? EMPTY;
  function submit(event: SubmitEvent): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const word = (name: string) => String(form.get(name) ?? "").trim();
    const shown = { name: word("signed"), pin: word("pin") };
    const missing = new Set(here.flatMap((one) => lacks(one, route, draftOf(one), shown)));
    const empty = here.some((one) => one.parcels.length > 0 && draftOf(one).missing.length === one.parcels.length);
    setWanting([...missing]);
    setNothing(empty);
    if (missing.size > 0 || empty) return;
    for (const one of here) void done(one, draftOf(one), shown);
  }
  const locked = stop.pin_tries_left === 0;
  const pictures = stop.kind !== "pickup" || asks("photo") || asks("signature");
  return (
    <form noValidate onSubmit={submit}>
      {here.length > 1 && <p role="status">{t("hand.many", { n: here.length })}</p>}
      <Parcels here={here} route={route} asked={asks("scan")} />
      {asks("pin") && (locked
        ? <p class="instructions" role="alert">{t("hand.pin.locked")}</p>
        : <label>{t("hand.pin")}
            <input name="pin" inputMode="numeric" pattern="[0-9]{4}" maxLength={4} autocomplete="off"
              aria-invalid={wanting.includes("pin")} aria-describedby="pin-left hand-missing" />
            <small id="pin-left">{t("hand.pin.left", { n: stop.pin_tries_left ?? 0 })}</small>
          </label>)}
      {asks("name") && <label>{t("stop.signed")}
        <input name="signed" maxLength={200} autocomplete="off" autocapitalize="words"
          aria-invalid={wanting.includes("name")} aria-describedby="hand-missing"
          defaultValue={stop.kind === "dropoff" ? (stop.contact?.name ?? "") : ""} />
      </label>}
      {pictures && here.length === 1 && <>
        <Photo task={stop.task_id} />
        <Signature task={stop.task_id} />
      </>}
      <p id="hand-missing" role="alert">
        {wanting.map((need) => t(`hand.missing.${need}`)).join(" ")}{nothing && ` ${t("hand.nothing")}`}</p>
      <button type="submit" class="act" disabled={locked} data-act={stop.kind === "pickup" ? "picked" : "delivered"}>
        {buttonText(stop, here.length)}</button>
    </form>
  );
}

function buttonText({ kind }: RouteStop, stops: number): string {
  const key = kind === "return" ? "stop.returned" : kind === "pickup" ? "stop.picked" : "stop.delivered";
  return stops > 1 ? t("hand.all", { what: t(key), n: stops }) : t(key);
}

function done(stop: RouteStop, { pictures, scanned, missing }: Draft, shown: { name: string; pin: string }): Promise<void> {
  const signed_by = stop.needs.includes("name") ? shown.name : "";
  const pin = stop.needs.includes("pin") ? shown.pin : "";
  const proof = {
    ...(signed_by ? { signed_by } : {}),
    ...(pin ? { pin } : {}),
    ...(pictures.length > 0 ? { pictures: [...pictures] } : {}),
    ...(scanned.length > 0 ? { scanned: [...scanned] } : {}),
  };
  return act({
    kind: "task_done", task_id: stop.task_id,
    ...(Object.keys(proof).length > 0 ? { proof } : {}),
    ...(missing.length > 0 ? { missing: [...missing] } : {}),
  });
}

/** What is read and what is not; open where the codes are asked for, at hand where something is missing. */
function Parcels({ here, route, asked }: {
  here: readonly RouteStop[]; route: readonly RouteStop[]; asked: boolean;
}) {
  const { drafts } = useCourier();
  if (!asked && here.every(({ parcels }) => parcels.length < 2)) return null;
  const all = here.reduce((sum, { parcels }) => sum + parcels.length, 0);
  const open = here.reduce((sum, stop) => sum + unread(stop, drafts[stop.task_id] ?? EMPTY).length, 0);
  return (
    <details open={asked}>
      <summary data-act="parcels">{t("parcels.title", { n: all })}</summary>
      {asked && <Scan here={here} route={route} />}
      {asked && <p role="status" data-read={all - open}>{t("parcels.read", { n: all - open, all })}</p>}
      <ul class="parcels">
        {here.flatMap((stop) => stop.parcels.map(({ number, name }) => (
          <Parcel key={codeOf(stop, number)} stop={stop} number={number} name={name ?? ""} />)))}
      </ul>
    </details>
  );
}

function Parcel({ stop, number, name }: { stop: RouteStop; number: number; name: string }) {
  const { drafts } = useCourier();
  const now = drafts[stop.task_id] ?? EMPTY;
  const left = now.missing.find(({ parcel }) => parcel === number);
  const read = now.scanned.includes(codeOf(stop, number));
  function say(code: string): void {
    const others = now.missing.filter(({ parcel }) => parcel !== number);
    const missing: Missing[] = code === "" ? others : [...others, { parcel: number, code: code as FailureCode }];
    const scanned = now.scanned.filter((one) => code === "" || one !== codeOf(stop, number));
    keep(stop.task_id, { missing, scanned });
  }
  return (
    <li data-parcel={number} data-is={left ? "missing" : read ? "read" : "open"}>
      <label>
        <span>{number}. {name} {read && <b>✓ {t("parcels.isRead")}</b>}</span>
        <select value={left?.code ?? ""} onChange={(event) => say(event.currentTarget.value)}>
          <option value="">{t("parcels.here")}</option>
          {LEFT[stop.kind].map((code) => <option key={code} value={code}>
            {t("parcels.not", { why: t(`fail.${code}`) })}</option>)}
        </select>
      </label>
    </li>
  );
}
