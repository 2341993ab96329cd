import { useState } from "preact/hooks";
import { office } from "../../api/office";
import type { Invoice, Period, Receivable } from "../../api/office-types";
import { fullDay, money, t } from "../../i18n";
import { inState, isOver, lastMonth } from "../../store/treasury";
import { focusOn } from "../../ui/focus";
import { Modal } from "../../ui/modal";
import { Empty, More, Table } from "../../ui/table";
import { useCoopTime, type CoopTime } from "../use-coop-time";
import { useAct, useLoaded, usePages } from "../use-loaded";

const STATES = ["issued", "part_paid", "paid", "credit", "overdue"] as const;
type Wanted = (typeof STATES)[number] | "";

/** What merchants were asked to pay, and what they are to be asked for next. */
export function Invoices() {
  const [merchant, setMerchant] = useState("");
  const [state, setState] = useState<Wanted>("");
  const merchants = useLoaded(office.receivables);
  const time = useCoopTime();
  const now = time?.now ?? 0;
  const list = usePages((cursor) => office.invoices(merchant, cursor), merchant);
  const known = merchants.value?.items ?? [];
  const shown = list.items && inState(list.items, state, now);
  return (
    <>
      <Issue merchants={known} time={time} onIssued={() => {
        list.reload();
        merchants.reload();
      }} />
      <section aria-labelledby="invoices">
        <h2 id="invoices" tabIndex={-1}>{t("money.invoices")}</h2>
        <div class="choices" role="search" aria-labelledby="invoices">
          <MerchantChoice merchants={known} value={merchant} onChoose={setMerchant} />
          <label>{t("pay.state")} <select value={state} data-choice="state"
            onInput={(event) => setState(event.currentTarget.value as Wanted)}>
            <option value="">{t("log.all")}</option>
            {STATES.map((one) => <option key={one} value={one}>{t(`invoice.${one}`)}</option>)}
          </select></label>
        </div>
        <Empty items={shown}>{list.more ? t("invoices.none.yet", { n: list.items?.length ?? 0 }) : t("invoices.none")}</Empty>
        {shown && shown.length > 0 && <InvoiceTable label={t("money.invoices")} invoices={shown} merchants={known} now={now} />}
        <More more={list.more} />
      </section>
    </>
  );
}

interface ChoiceProps {
  merchants: readonly Receivable[];
  value: string;
  onChoose: (id: string) => void;
}

export function MerchantChoice({ merchants, value, onChoose }: ChoiceProps) {
  return (
    <label>{t("role.merchant")} <select value={value} data-choice="merchant"
      onInput={(event) => onChoose(event.currentTarget.value)}>
      <option value="">{t("invoices.all_merchants")}</option>
      {merchants.map(({ merchant_id, merchant_name }) => <option key={merchant_id} value={merchant_id}>{merchant_name}</option>)}
    </select></label>
  );
}

export function nameIn(merchants: readonly Receivable[], id: string): string {
  return merchants.find(({ merchant_id }) => merchant_id === id)?.merchant_name ?? "…";
}

interface TableProps {
  label: string;
  invoices: readonly Invoice[];
  merchants: readonly Receivable[];
  now: number;
  /** Not issued yet: there is no page of it, and no number. */
  draft?: boolean;
}

function InvoiceTable({ label, invoices, merchants, now, draft }: TableProps) {
  const head = [t("invoice.number"), t("role.merchant"), t("invoice.until"), `=${t("invoice.net")}`, `=${t("invoice.gross")}`];
  const more = draft ? [] : [`=${t("invoice.open")}`, t("pay.state"), t("invoice.due")];
  return (
    <Table label={label} head={[...head, ...more]}>
      {invoices.map((one) => {
        const late = one.open.amount > 0 && Date.parse(one.due_at) < now;
        return (
          <tr key={one.number} data-invoice={draft ? "draft" : one.id} data-state={one.state}>
            <th scope="row">{draft ? one.number : <a href={`#money/invoices/${one.id}`}>{one.number}</a>}
              {one.kind === "credit_note" && <small>{t("invoice.credit")}</small>}</th>
            <td>{nameIn(merchants, one.merchant_id)}</td><td>{fullDay(Date.parse(one.to) - 1)}</td>
            <td class="amount">{money(one.net)}</td><td class="amount">{money(one.gross)}</td>
            {!draft && <>
              <td class="amount">{money(one.open)}</td><td>{t(`invoice.${one.state}`)}</td>
              <td>{one.kind === "invoice" && <>{fullDay(one.due_at)}{late && <b class="bad-text"> {t("invoice.overdue")}</b>}</>}</td>
            </>}
          </tr>
        );
      })}
    </Table>
  );
}

interface IssueProps {
  merchants: readonly Receivable[];
  time: CoopTime | null;
  onIssued: () => void;
}

/** A month is looked at first, and issued after a question: documents are for ever. */
function Issue({ merchants, time, onIssued }: IssueProps) {
  const [typed, setMonth] = useState<string | null>(null);
  const [merchant, setMerchant] = useState("");
  const [drafts, setDrafts] = useState<readonly Invoice[] | null>(null);
  const [asking, ask] = useState(false);
  const [busy, act] = useAct();
  const month = typed ?? (time ? lastMonth(time.today) : "");
  const period: Period = { month };
  const change = (then: () => void) => {
    setDrafts(null); // What was looked at is not what is asked for any more.
    then();
  };
  const look = () => void act(async () => setDrafts((await office.previewInvoices(period, merchant)).items), "");
  const issue = () => void act(async () => {
    await office.issueInvoices(period, merchant);
    setDrafts(null);
    onIssued();
    focusOn("invoices");
  }, t("invoices.issued"));
  return (
    <section aria-labelledby="issue">
      <h2 id="issue">{t("invoices.issue")}</h2>
      <form class="choices" data-form="issue" onSubmit={(event) => {
        event.preventDefault();
        look();
      }}>
        <label>{t("invoices.month")} <input type="month" required value={month} placeholder="2026-03"
          pattern="[0-9]{4}-[0-9]{2}" onInput={(event) => change(() => setMonth(event.currentTarget.value))} /></label>
        <MerchantChoice merchants={merchants} value={merchant} onChoose={(id) => change(() => setMerchant(id))} />
        <button type="submit" disabled={busy || !time || !isOver(month, time.today)}>{t("invoices.look")}</button>
        {time && month && !isOver(month, time.today) && <span class="muted">{t("invoices.not_over")}</span>}
      </form>
      <div role="status">
        {drafts?.length === 0 && <p class="muted">{t("invoices.nothing")}</p>}
      </div>
      {drafts && drafts.length > 0 && (
        <>
          <p>{t("invoices.drafts")}</p>
          <InvoiceTable label={t("invoices.drafts")} invoices={drafts} merchants={merchants} now={0} draft />
          <p class="buttons"><button type="button" class="primary" disabled={busy} data-act="issue"
            onClick={() => ask(true)}>{t("invoices.issue.act", { n: drafts.length })}</button></p>
        </>
      )}
      {asking && drafts && (
        <Modal title={t("invoices.issue.act", { n: drafts.length })} submit={t("invoices.issue.submit")}
          onClose={() => ask(false)} onSubmit={issue}>
          <p>{t("invoices.issue.text")}</p>
        </Modal>
      )}
    </section>
  );
}
