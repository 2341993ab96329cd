import { useState } from "preact/hooks";
import { api, type NewDelivery } from "../api/http";
import type { Delivery } from "../api/types";
import { hourMinute, t } from "../i18n";
import { notifyError, notifyGood } from "../store/actions";
import { shortId } from "../store/derive";
import { StateMark } from "../ui/icons";
import { PageFrame } from "./page-frame";
import { useLive } from "./use-live";

const SHOWN = 50;

/** A shop's own deliveries, newest first, and a form for the next one. */
export function MerchantPage() {
  const { value, reload } = useLive(() => api.deliveries(SHOWN));
  return (
    <PageFrame ready={value !== null}>
      <main class="sheet shop">
        <section aria-labelledby="shop-title">
          <h1 id="shop-title">{t("shop.title")}</h1>
          {value?.items.length === 0 && <p class="muted">{t("shop.empty")}</p>}
          <ul class="cards">
            {value?.items.map((delivery) => <DeliveryLine key={delivery.id} delivery={delivery} />)}
          </ul>
        </section>
        <NewDeliveryForm onSent={reload} />
      </main>
    </PageFrame>
  );
}

function DeliveryLine({ delivery }: { delivery: Delivery }) {
  const dropoff = delivery.tasks.find(({ kind }) => kind === "dropoff");
  return (
    <li class="card line" data-delivery={delivery.id} data-state={delivery.state}>
      <StateMark state={delivery.state} />
      <span>
        <b class={`state-${delivery.state}`}>{t(`state.${delivery.state}`)}</b>{" "}
        {delivery.external_reference ?? shortId(delivery.id)}
        <small>{[dropoff?.address, delivery.courier_name].filter(Boolean).join(" · ")}</small>
      </span>
      <span class="line-time"><small>{t("detail.promise")}</small>{hourMinute(delivery.due_at)}</span>
    </li>
  );
}

/** Reads the form; `ready` minutes count from the server's clock, which may be a simulated one. */
async function read(form: FormData): Promise<NewDelivery> {
  const text = (name: string) => String(form.get(name) ?? "").trim();
  const clock = await api.clock();
  const readyAt = Date.parse(clock.now) + Number(text("ready")) * 60_000;
  const place = { latitude: Number(text("latitude")), longitude: Number(text("longitude")) };
  return {
    dropoffs: [{ place, ...(text("address") ? { address: text("address") } : {}) }],
    ready_at: new Date(readyAt).toISOString(),
    ...(text("reference") ? { external_reference: text("reference") } : {}),
  };
}

function NewDeliveryForm({ onSent }: { onSent: () => void }) {
  const [busy, setBusy] = useState(false);
  async function send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    setBusy(true);
    try {
      await api.create(await read(new FormData(form)));
      form.reset();
      notifyGood(t("shop.sent"));
      onSent();
    } catch (error) {
      notifyError(error);
    } finally {
      setBusy(false);
    }
  }
  return (
    <form class="card fields" aria-labelledby="shop-new" onSubmit={(event) => void send(event)}>
      <h2 id="shop-new">{t("shop.new")}</h2>
      <label>{t("shop.address")}<input name="address" maxLength={200} autocomplete="off" /></label>
      <div class="pair">
        <label>{t("shop.latitude")}
          <input name="latitude" type="number" step="any" min="-90" max="90" required /></label>
        <label>{t("shop.longitude")}
          <input name="longitude" type="number" step="any" min="-180" max="180" required /></label>
      </div>
      <div class="pair">
        <label>{t("shop.reference")}<input name="reference" maxLength={100} autocomplete="off" /></label>
        <label>{t("shop.ready")}
          <input name="ready" type="number" min="0" max="600" defaultValue="15" required /></label>
      </div>
      <button type="submit" class="primary" disabled={busy}>{t("shop.submit")}</button>
    </form>
  );
}
