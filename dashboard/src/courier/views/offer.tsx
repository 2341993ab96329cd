import { useState } from "preact/hooks";
import type { Offer, OpenJob, PayPart } from "../../api/types";
import { answer } from "../work";
import { useCourier } from "../state";
import { hourMinute, metres, money, t } from "../words";

/** An offer, whole before any answer. */
export function OfferCard({ offer }: { offer: Offer }) {
  const { now, clock, online } = useCourier();
  const [busy, setBusy] = useState(false);
  const speed = clock?.speed ?? 1;
  const left = Math.max(0, Date.parse(offer.expires_at) - now) / speed;
  const whole = (Date.parse(offer.expires_at) - Date.parse(offer.made_at)) / speed;
  const many = offer.deliveries.length;
  const reply = (how: "accept" | "decline") => () => {
    setBusy(true);
    void answer(offer.id, how).finally(() => setBusy(false));
  };
  return (
    <section class="panel offer" aria-labelledby="offer-title" data-offer={offer.id}>
      <h1 id="offer-title">{many === 1 ? t("offer.title") : t("offer.title.many", { n: many })}</h1>
      <Terms of={offer} />
      <p class="quiet">{t("offer.free")}</p>
      <div class="thumb">
        <p class="countdown" role="timer">
          <progress max={whole} value={left} aria-hidden="true" />
          {t("offer.left", { n: Math.ceil(left / 1000) })}
        </p>
        <div class="pair">
          <button type="button" class="act second" data-act="decline" disabled={busy || !online}
            onClick={reply("decline")}>{t("offer.decline")}</button>
          <button type="button" class="act" data-act="accept" disabled={busy || !online}
            onClick={reply("accept")}>{t("offer.accept")}</button>
        </div>
        {!online && <p>{t("offer.offline")}</p>}
      </div>
    </section>
  );
}

/** The pay and how it is made up, the way, the places, the times. */
export function Terms({ of }: { of: OpenJob }) {
  return (
    <>
      <p class="pay"><strong>{money(of.pay)}</strong> <span>{t("offer.least")}</span></p>
      {of.made_of && of.made_of.length > 0 && (
        <details>
          <summary>{t("offer.made")}</summary>
          <ul class="sum">{of.made_of.map((part) => <Part key={part.kind} part={part} />)}</ul>
        </details>
      )}
      <p>{t("offer.distance", {
        total: metres(of.approach_m + of.trip_m),
        approach: metres(of.approach_m),
        trip: metres(of.trip_m),
      })}</p>
      <ol class="places">
        {of.deliveries.map((delivery) => (
          <li key={delivery.id}>
            <p><b>{t("offer.pickup")}</b> {delivery.merchant_name}
              <small>{delivery.pickup.address} · {t("offer.ready", { time: hourMinute(delivery.ready_at) })}</small></p>
            <p><b>{t("offer.dropoff")}</b> {delivery.dropoff.address ?? ""}
              <small>{t("offer.by", { time: hourMinute(delivery.due_at) })}</small></p>
          </li>
        ))}
      </ol>
    </>
  );
}

function Part({ part }: { part: PayPart }) {
  const n = part.kind === "distance" ? metres(part.quantity) : part.quantity;
  return <li><span>{t(`offer.part.${part.kind}`, { n })}</span><b>{money(part.amount)}</b></li>;
}

/** What became of the last offer; never a reproach. */
export function PassedOffer() {
  const { passed } = useCourier();
  return <p class="passed" role="status">{passed && t(`offer.passed.${passed}`)}</p>;
}
