import { useState } from "preact/hooks";
import { office } from "../../api/office";
import type { InvoiceLine, WholeInvoice } from "../../api/office-types";
import { dayTime, fullDay, money, t } from "../../i18n";
import { notifyError } from "../../store/actions";
import { shortId } from "../../store/derive";
import { percentText } from "../../store/treasury";
import { current } from "../../store/store";
import { focusOn } from "../../ui/focus";
import { Modal } from "../../ui/modal";
import { readAmount } from "../../ui/money";
import { save } from "../../ui/save";
import { Table } from "../../ui/table";
import { useAct, useLoaded } from "../use-loaded";
import { Payment } from "./payment";

type Question = { ask: "payment" } | { ask: "credit"; line: InvoiceLine } | { ask: "reverse"; line: InvoiceLine };

/** One document: printed, taken along, paid, or given back in part. */
export function InvoicePage({ id }: { id: string }) {
  const { value: invoice, reload } = useLoaded(() => office.invoice(id), id);
  const [question, put] = useState<Question | null>(null);
  const [busy, act] = useAct();
  if (!invoice) return <p class="muted empty" role="status">{t("app.loading")}</p>;
  const perform = async (what: () => Promise<unknown>, said: string) => {
    if (!await act(what, said)) return;
    reload();
    focusOn("invoice");
  };
  return (
    <section aria-labelledby="invoice" data-invoice={invoice.id} data-state={invoice.state}>
      <p><a href="#money/invoices">← {t("money.invoices")}</a></p>
      <h2 id="invoice" tabIndex={-1}>{t(invoice.kind === "invoice" ? "invoice.title" : "invoice.credit.title", { number: invoice.number })}
        {" · "}<b class={`state-word invoice-${invoice.state}`}>{t(`invoice.${invoice.state}`)}</b></h2>
      <Facts invoice={invoice} />
      <p class="buttons">
        <button type="button" data-act="print" onClick={() => void print(invoice)}>{t("invoice.print")}</button>
        <button type="button" data-act="csv" onClick={() => void act(async () => {
          const { file, name } = await office.invoiceTable(invoice.id);
          save(file, name);
        }, t("office.saved"))}>CSV</button>
        {invoice.open.amount > 0 && <button type="button" class="primary" disabled={busy} data-act="payment"
          onClick={() => put({ ask: "payment" })}>{t("payment.record")}</button>}
      </p>
      <Lines invoice={invoice} onAsk={put} />
      {question?.ask === "payment" && <Payment owes={invoice.open} name={invoice.buyer.split("\n")[0] ?? ""}
        onClose={() => put(null)}
        onPaid={(payment) => void perform(() => office.recordPayment(invoice.merchant_id, payment), t("payment.recorded"))} />}
      {question?.ask === "credit" && <CreditNote line={question.line} currency={invoice.net.currency}
        onClose={() => put(null)}
        onCredit={(net, reason) => void perform(
          () => office.creditPrice(question.line.entry_id, net, reason), t("credit.done"))} />}
      {question?.ask === "reverse" && <TakeBack line={question.line} currency={invoice.net.currency}
        onClose={() => put(null)}
        onTake={(reason) => void perform(() => office.reverse(question.line.entry_id, reason), t("credit.whole.done"))} />}
    </section>
  );
}

/** The page that prints is the server's own; a window of its own shows it, where the browser lets it. */
async function print({ id, number }: WholeInvoice): Promise<void> {
  const shown = window.open("about:blank", "_blank");
  try {
    const { file } = await office.invoicePage(id, current().language);
    if (shown) shown.location.replace(URL.createObjectURL(file));
    else save(file, `${number}.html`);
  } catch (error) {
    shown?.close();
    notifyError(error);
  }
}

function Facts({ invoice }: { invoice: WholeInvoice }) {
  const { buyer, from, to, issued_at, due_at, net, vat, gross, open, corrects, kind } = invoice;
  return (
    <dl class="facts">
      <dt>{t("role.merchant")}</dt><dd>{buyer.split("\n").join(", ")}</dd>
      <dt>{t("invoice.period")}</dt><dd>{from ? `${fullDay(from)} – ` : ""}{fullDay(Date.parse(to) - 1)}</dd>
      <dt>{t("invoice.issued_at")}</dt><dd>{fullDay(issued_at)}</dd>
      {kind === "invoice" && <><dt>{t("invoice.due")}</dt><dd>{fullDay(due_at)}</dd></>}
      {corrects && <><dt>{t("invoice.corrects")}</dt><dd><a href={`#money/invoices/${corrects}`}>{t("invoice.corrected")}</a></dd></>}
      <dt>{t("invoice.net")}</dt><dd>{money(net)} + {t("invoice.vat")} {money(vat)} = <b>{money(gross)}</b></dd>
      {kind === "invoice" && <><dt>{t("invoice.open")}</dt><dd data-open={open.amount}>{money(open)}</dd></>}
    </dl>
  );
}

function Lines({ invoice, onAsk }: { invoice: WholeInvoice; onAsk: (question: Question) => void }) {
  const [shown, show] = useState(LINES_SHOWN);
  const amount = (value: number) => money({ amount: value, currency: invoice.net.currency });
  return (
    <>
      <Table label={t("invoice.lines")} head={[t("log.at"), t("invoice.for"), t("invoice.vat"), `=${t("invoice.net")}`, `=${t("invoice.gross")}`, ""]}>
        {invoice.lines.slice(0, shown).map((line) => (
          <tr key={line.entry_id} data-line={line.entry_id}>
            <td>{dayTime(line.at)}</td>
            <th scope="row">{t(`invoice.line.${line.kind}`)} {line.delivery_id && <code>{shortId(line.delivery_id)}</code>}</th>
            <td>{percentText(line.vat_basis_points)} %</td>
            <td class="amount">{amount(line.net)}</td><td class="amount">{amount(line.gross)}</td>
            <td>{(line.kind === "price" || line.kind === "return_price") && <span class="row-acts">
              <button type="button" data-act="credit" onClick={() => onAsk({ ask: "credit", line })}>{t("credit.part")}</button>
              <button type="button" data-act="reverse" onClick={() => onAsk({ ask: "reverse", line })}>{t("credit.whole")}</button>
            </span>}</td>
          </tr>
        ))}
      </Table>
      {invoice.lines.length > shown && <p><button type="button" onClick={() => show(shown + LINES_SHOWN)}>{t("log.more")}</button></p>}
    </>
  );
}

/** Lines drawn at once: an invoice has 5,000 at most. */
const LINES_SHOWN = 100;

interface CreditProps {
  line: InvoiceLine;
  currency: string;
  onClose: () => void;
  onCredit: (net: number, reason: string) => void;
}

function CreditNote({ line, currency, onClose, onCredit }: CreditProps) {
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const net = readAmount(typed, currency);
  const fits = net !== null && net > 0 && net <= line.net;
  return (
    <Modal title={t("credit.title", { net: money({ amount: line.net, currency }) })} submit={t("credit.submit")} danger
      disabled={!fits || !reason.trim()} onClose={onClose} onSubmit={() => net !== null && onCredit(net, reason.trim())}>
      <p>{t("credit.text")}</p>
      <label>{t("credit.net", { currency })}
        <input inputMode="decimal" required value={typed} data-ask="net" aria-invalid={typed !== "" && !fits}
          onInput={(event) => setTyped(event.currentTarget.value)} /></label>
      <label>{t("credit.reason")}
        <input required maxLength={200} value={reason} data-ask="reason" onInput={(event) => setReason(event.currentTarget.value)} /></label>
    </Modal>
  );
}

interface TakeBackProps {
  line: InvoiceLine;
  currency: string;
  onClose: () => void;
  onTake: (reason: string) => void;
}

function TakeBack({ line, currency, onClose, onTake }: TakeBackProps) {
  const [reason, setReason] = useState("");
  return (
    <Modal title={t("credit.whole.title", { gross: money({ amount: line.gross, currency }) })} submit={t("credit.whole.submit")} danger
      disabled={!reason.trim()} onClose={onClose} onSubmit={() => onTake(reason.trim())}>
      <p>{t("credit.whole.text")}</p>
      <label>{t("credit.reason")}
        <input required maxLength={200} value={reason} data-ask="reason" onInput={(event) => setReason(event.currentTarget.value)} /></label>
    </Modal>
  );
}
