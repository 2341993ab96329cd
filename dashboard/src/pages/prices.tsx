import { useEffect, useState } from "preact/hooks";
import { api } from "../api/http";
import type { Merchant, PriceBook, Tried } from "../api/types";
import { money, t } from "../i18n";
import { notifyError, notifyGood } from "../store/actions";

/** The price book as it is written, tried on a made-up delivery before it is put in force. */
export function Prices({ merchants }: { merchants: readonly Merchant[] }) {
  const [inForce, setInForce] = useState<PriceBook | null>(null);
  const [text, setText] = useState("");
  const [tried, setTried] = useState<Tried | null>(null);
  const load = async () => {
    const [book] = (await api.priceBooks()).items;
    setInForce(book ?? null);
    setText(JSON.stringify(book?.book ?? EXAMPLE, null, 2));
  };
  useEffect(() => void load().catch(notifyError), []);
  const book = parsed(text);
  const attempt = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const value = (name: string) => String(form.get(name) ?? "");
    try {
      setTried(await api.tryPrice({ book, delivery: {
        merchant_id: value("merchant_id"),
        dropoffs: [{ place: { latitude: Number(value("latitude")), longitude: Number(value("longitude")) } }],
      } }));
    } catch (error) {
      setTried(null);
      notifyError(error);
    }
  };
  const putInForce = async () => {
    try {
      await api.putPriceBook(book);
      notifyGood(t("prices.done"));
      await load();
    } catch (error) {
      notifyError(error);
    }
  };
  return (
    <div class="prices">
      <p class="muted">{inForce ? t("prices.version", { version: inForce.version }) : t("prices.none")}</p>
      <label class="book">{t("prices.book")}
        <textarea rows={14} spellcheck={false} value={text} aria-invalid={book === undefined}
          onInput={(event) => setText(event.currentTarget.value)} /></label>
      {book === undefined && <p class="bad-text" role="alert">{t("prices.broken")}</p>}
      <form class="choices" data-form="try-price" onSubmit={(event) => void attempt(event)}>
        <label>{t("admin.of_merchant")} <select name="merchant_id" required>
          {merchants.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}</select></label>
        <label>{t("shop.latitude")} <input name="latitude" type="number" step="any" required
          defaultValue={merchants[0]?.place.latitude} /></label>
        <label>{t("shop.longitude")} <input name="longitude" type="number" step="any" required
          defaultValue={merchants[0]?.place.longitude} /></label>
        <button type="submit" disabled={book === undefined}>{t("prices.try")}</button>
        <button type="button" class="primary" disabled={book === undefined}
          onClick={() => void putInForce()}>{t("prices.put")}</button>
      </form>
      {tried && <Outcome tried={tried} />}
    </div>
  );
}

const EXAMPLE = {
  strategy: "sum", vat_basis_points: 0,
  rules: [{ name: "base", when: "true", charge: { form: "fixed", amount: 500 } }],
};

/** Undefined where the text is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function Outcome({ tried: { price, vat, verdicts } }: { tried: Tried }) {
  return (
    <div role="status" data-tried={price ? "price" : "none"}>
      <p><b>{price ? money(price) : t("prices.no_rule")}</b>{vat && vat.amount > 0 && ` + ${money(vat)}`}</p>
      <div class="table-box wide-table" tabIndex={0} role="group" aria-label={t("prices.rules")}>
        <table class="log">
          <thead><tr><th scope="col">{t("prices.rule")}</th><th scope="col">{t("prices.fits")}</th>
            <th scope="col">{t("prices.amount")}</th><th scope="col">{t("prices.why")}</th></tr></thead>
          <tbody>{verdicts.map(({ rule, when, fits, why, amount }) => (
            <tr key={rule}><th scope="row">{rule}<br /><code>{when}</code></th>
              <td>{t(fits ? "why.yes" : "why.no")}</td><td>{amount ? money(amount) : ""}</td><td class="names">{why}</td></tr>
          ))}</tbody>
        </table>
      </div>
    </div>
  );
}
