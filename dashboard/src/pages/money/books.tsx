import { useState } from "preact/hooks";
import { office } from "../../api/office";
import { dayTime, money, t } from "../../i18n";
import { engineWords } from "../../i18n/engine-words";
import { balances, byKind } from "../../store/treasury";
import { save } from "../../ui/save";
import { Empty, More, Table } from "../../ui/table";
import { useAct, useLoaded, usePages } from "../use-loaded";

/** Whether the books hold, every account, what was signed of them, and files for the accountant. */
export function Books() {
  return (
    <>
      <Balance />
      <Files />
      <Signed />
    </>
  );
}

function Balance() {
  const [day, setDay] = useState("");
  const { value } = useLoaded(() => office.trialBalance(day ? new Date(`${day}T23:59:59.999`).toISOString() : undefined), day);
  const sums = value && byKind(value);
  const good = value !== null && balances(value);
  return (
    <section aria-labelledby="balance">
      <h2 id="balance">{t("books.balance")}</h2>
      <div class="choices">
        <label>{t("books.at")} <input type="date" value={day} onInput={(event) => setDay(event.currentTarget.value)} /></label>
        {value && <p role="status" data-books={good ? "good" : "bad"} class={good ? "good-text" : "bad-text"}>
          <b>{t(good ? "books.good" : "books.bad")}</b></p>}
      </div>
      <Empty items={value?.accounts ?? null}>{t("books.none")}</Empty>
      {sums && value.accounts.length > 0 && (
        <Table label={t("books.balance")} head={[t("books.account"), `=${t("books.gains")}`]}>
          {sums.own.map(({ code, currency, balance }) => (
            <tr key={`${code}${currency}`} data-account={code}><th scope="row">{accountName(code)}</th>
              <td class="amount">{money({ amount: balance, currency })}</td></tr>
          ))}
          {sums.others.map(({ kind, currency, count, balance }) => (
            <tr key={`${kind}${currency}`} data-account={kind}>
              <th scope="row">{accountName(kind)} <span class="muted">× {count}</span></th>
              <td class="amount">{money({ amount: balance, currency })}</td></tr>
          ))}
        </Table>
      )}
      <p class="muted">{t("books.signs")}</p>
    </section>
  );
}

const KNOWN = [
  "coop:operations", "coop:revenue", "coop:mutual-fund", "coop:reserve", "coop:vat", "coop:bank",
  "courier_pay", "courier_tips", "courier_expenses", "courier_refund", "merchant_receivable",
] as const;

/** An account in words, or as it is written where a newer server has more. */
function accountName(code: string): string {
  const known = KNOWN.find((one) => one === code);
  return known ? t(`account.${known}`) : engineWords(code);
}

const FILES = ["fec", "journal", "journal.csv"] as const;

function Files() {
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [busy, act] = useAct();
  const backwards = from !== "" && to !== "" && from > to;
  return (
    <section aria-labelledby="files">
      <h2 id="files">{t("books.files")}</h2>
      <div class="choices">
        <label>{t("books.from")} <input type="date" value={from} data-ask="from" onInput={(event) => setFrom(event.currentTarget.value)} /></label>
        <label>{t("books.to")} <input type="date" value={to} data-ask="to" aria-invalid={backwards} onInput={(event) => setTo(event.currentTarget.value)} /></label>
        {backwards && <span class="bad-text" role="alert">{t("books.backwards")}</span>}
      </div>
      <ul class="cards">
        {FILES.map((what) => (
          <li key={what} class="card line"><span><b>{t(`books.${what}`)}</b><small>{t(`books.${what}.text`)}</small></span>
            <button type="button" disabled={busy || backwards} data-file={what} aria-label={t("books.save.label", { what: t(`books.${what}`) })}
              onClick={() => void act(async () => {
                const { file, name } = await office.books(what, from, to);
                save(file, name);
              }, t("office.saved"))}>{t("books.save")}</button></li>
        ))}
      </ul>
    </section>
  );
}

function Signed() {
  const checkpoints = usePages(office.checkpoints);
  const [busy, act] = useAct();
  return (
    <section aria-labelledby="signed">
      <h2 id="signed">{t("books.signed")}</h2>
      <p class="muted">{t("books.signed.text")} <a href="/verify/">{t("books.verify")}</a></p>
      <p class="buttons"><button type="button" disabled={busy} data-act="sign" onClick={() => void act(async () => {
        await office.sign();
        checkpoints.reload();
      }, t("books.sign.done"))}>{t("books.sign")}</button></p>
      <Empty items={checkpoints.items}>{t("books.signed.none")}</Empty>
      {checkpoints.items && checkpoints.items.length > 0 && (
        <Table label={t("books.signed")} head={["№", t("log.at"), t("books.accounts"), t("books.root")]}>
          {checkpoints.items.map(({ number, issued_us, size, root }) => (
            <tr key={number} data-checkpoint={number}><th scope="row">{number}</th><td>{dayTime(issued_us / 1000)}</td>
              <td>{size}</td><td><code title={root}>{root.slice(0, 16)}…</code></td></tr>
          ))}
        </Table>
      )}
      <More more={checkpoints.more} />
    </section>
  );
}
