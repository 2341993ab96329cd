import { useState } from "preact/hooks";
import { api, type NewDelivery } from "../api/http";
import type { Delivery } from "../api/types";
import { hourMinute, t } from "../i18n";
import { notifyError, notifyGood } from "../store/actions";
import { shortId } from "../store/derive";
import { useStore } from "../store/store";
import { Waits } from "../board/waits";
import { StateMark } from "../ui/icons";
import { KitchenActs, KitchenPanel, kitchenOf } from "./kitchen";
import { PageFrame } from "./page-frame";
import { ToldIncidents } from "./told-incidents";
import { useLive } from "./use-live";

const SHOWN = 50;

/** A shop's own deliveries, newest first, and a form for the next one. */
export function MerchantPage() {
  const session = useStore((state) => state.session);
  const merchant = session.state === "in" ? session.user.merchant_id : null;
  const { value: loaded, reload } = useLive(async () => {
    const [page, kitchen] = await Promise.all([api.deliveries(SHOWN), kitchenOf(merchant)]);
    return { ...page, kitchen };
  });
  const kitchen = loaded?.kitchen ?? null;
  return (
    <PageFrame ready={loaded !== null}>
      <main class="sheet shop">
        <section aria-labelledby="shop-title">
          {merchant && kitchen &&
            <KitchenPanel merchant={merchant} kitchen={kitchen} onChange={reload} />}
          <h1 id="shop-title">{t("shop.title")}</h1>
          {loaded?.items.length === 0 && <p class="muted">{t("shop.empty")}</p>}
          <ul class="cards">
            {loaded?.items.map((delivery) => (
              <DeliveryLine key={delivery.id} delivery={delivery} onDone={reload} />
            ))}
          </ul>
        </section>
        <NewDeliveryForm onSent={reload} cooks={kitchen !== null} />
      </main>
    </PageFrame>
  );
}

/** By way of which hub it goes, and where the goods are on that way. */
function viaText({ leg }: Delivery): string {
  return leg?.goods ? t("leg.via", { hub: leg.hub_name, goods: t(`leg.goods.${leg.goods}`) }) : "";
}

function DeliveryLine({ delivery, onDone }: { delivery: Delivery; onDone: () => void }) {
  const dropoff = delivery.tasks.find(({ kind }) => kind === "dropoff");
  return (
    <li class="card line" data-delivery={delivery.id} data-state={delivery.state}>
      <StateMark state={delivery.state} />
      <span>
        <b class={`state-${delivery.state}`}>{t(`state.${delivery.state}`)}</b>{" "}
        {delivery.external_reference ?? shortId(delivery.id)}
        <Waits delivery={delivery} />
        <small>{[dropoff?.address, delivery.courier_name, viaText(delivery), ...handover(delivery)].filter(Boolean).join(" · ")}</small>
        <ToldIncidents delivery={delivery.id} />
      </span>
      <span class="line-time"><small>{t("detail.promise")}</small>{hourMinute(delivery.due_at)}</span>
      <KitchenActs delivery={delivery} onDone={onDone} />
    </li>
  );
}

/** The PINs that customers have to say, and how many parcels stayed behind. */
function handover({ tasks }: Delivery): string[] {
  const pins = tasks.flatMap(({ pin }) => (pin ? [t("shop.pin.is", { pin })] : []));
  const left = tasks.reduce((sum, { missing }) => sum + (missing?.length ?? 0), 0);
  return left > 0 ? [...pins, t("shop.left", { n: left })] : pins;
}

/**
 * Reads the form; `ready` minutes count from the server's clock, which may be a simulated one. Left
 * empty, the kitchen says when.
 */
async function read(form: FormData): Promise<NewDelivery> {
  const text = (name: string) => String(form.get(name) ?? "").trim();
  const clock = await api.clock();
  const readyAt = Date.parse(clock.now) + Number(text("ready")) * 60_000;
  const ready = text("ready") === "" ? {} : { ready_at: new Date(readyAt).toISOString() };
  const place = { latitude: Number(text("latitude")), longitude: Number(text("longitude")) };
  return {
    dropoffs: [{
      place, ...(text("address") ? { address: text("address") } : {}),
      ...(form.has("pin") ? { needs: ["pin" as const] } : {}),
    }],
    ...ready,
    if_undeliverable: text("if_undeliverable") === "return" ? "return" : "keep",
    ...(text("reference") ? { external_reference: text("reference") } : {}),
  };
}

function NewDeliveryForm({ onSent, cooks }: { onSent: () => void; cooks: boolean }) {
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
          <input name="ready" type="number" min="0" max="600"
            key={String(cooks)} defaultValue={cooks ? "" : "15"} required={!cooks} /></label>
      </div>
      <label>{t("detail.if_nobody")}
        <select name="if_undeliverable">
          <option value="keep">{t("shop.if_keep")}</option>
          <option value="return">{t("shop.if_return")}</option>
        </select></label>
      {cooks && <p class="muted">{t("shop.usual")}</p>}
      <label class="tick"><input name="pin" type="checkbox" /> {t("shop.pin")}</label>
      <button type="submit" class="primary" disabled={busy}>{t("shop.submit")}</button>
    </form>
  );
}
