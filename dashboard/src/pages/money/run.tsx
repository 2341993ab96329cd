import { useState } from "preact/hooks";
import { office } from "../../api/office";
import type { Transfer, WholeRun } from "../../api/office-types";
import { dayTime, money, plainDay, t } from "../../i18n";
import { mayFail, pursesOf, runSums } from "../../store/treasury";
import { focusOn } from "../../ui/focus";
import { Modal } from "../../ui/modal";
import { save } from "../../ui/save";
import { Table } from "../../ui/table";
import { useAct, useLoaded } from "../use-loaded";
import { RunWord } from "./pay";

type Question = { ask: "confirm" } | { ask: "cancel" } | { ask: "failed"; transfer: Transfer };

/** One pay run: taken to the bank, then said to be paid, called off, or sent back in part. */
export function RunPage({ id }: { id: string }) {
  const { value: run, reload } = useLoaded(() => office.payRun(id), id);
  const [question, put] = useState<Question | null>(null);
  const [busy, act] = useAct();
  if (!run) return <p class="muted empty" role="status">{t("app.loading")}</p>;
  const perform = async (what: () => Promise<unknown>, said: string) => {
    if (!await act(what, said)) return;
    reload();
    focusOn("run"); // The button that was pressed may be gone.
  };
  const open = run.state === "open";
  return (
    <section aria-labelledby="run" data-run={run.id} data-state={run.state}>
      <p><a href="#money/pay">← {t("pay.runs")}</a></p>
      <h2 id="run" tabIndex={-1}>{t("pay.run.title", { total: money(run.total) })} · <RunWord state={run.state} /></h2>
      <RunFacts run={run} />
      <p class="buttons">
        <button type="button" data-act="pain001" onClick={() => void act(async () => {
          const { file, name } = await office.transferFile(run.id);
          save(file, name);
        }, t("office.saved"))}>{t("pay.pain001")}</button>
        {open && <button type="button" class="primary" disabled={busy} data-act="confirm"
          onClick={() => put({ ask: "confirm" })}>{t("pay.confirm")}</button>}
        {open && <button type="button" class="danger" disabled={busy} data-act="cancel"
          onClick={() => put({ ask: "cancel" })}>{t("pay.cancel")}</button>}
      </p>
      <p class="muted">{t(`pay.next.${run.state}`)}</p>
      <Transfers run={run} onFailed={(transfer) => put({ ask: "failed", transfer })} />
      {question?.ask === "confirm" && (
        <Modal title={t("pay.confirm.title", { total: money(stillOpen(run)) })} submit={t("pay.confirm.submit")}
          onClose={() => put(null)} onSubmit={() => void perform(() => office.confirmRun(run.id), t("pay.confirmed"))}>
          <p>{t("pay.confirm.text")}</p>
        </Modal>
      )}
      {question?.ask === "cancel" && (
        <Modal title={t("pay.cancel.title")} submit={t("pay.cancel.submit")} danger
          onClose={() => put(null)} onSubmit={() => void perform(() => office.cancelRun(run.id), t("pay.cancelled"))}>
          <p>{t("pay.cancel.text")}</p>
        </Modal>
      )}
      {question?.ask === "failed" && <Failed transfer={question.transfer} onClose={() => put(null)}
        onSay={(reason) => void perform(
          () => office.failTransfer(run.id, question.transfer.courier_id, reason), t("pay.failed"))} />}
    </section>
  );
}

const stillOpen = ({ total, transfers }: WholeRun) => ({ ...total, amount: runSums(transfers).open });

function RunFacts({ run }: { run: WholeRun }) {
  const sums = runSums(run.transfers);
  const amount = (value: number) => money({ amount: value, currency: run.total.currency });
  return (
    <dl class="facts">
      <dt>{t("pay.made_at")}</dt><dd>{dayTime(run.made_at)}, {run.made_by_name}</dd>
      <dt>{t("pay.count")}</dt><dd>{run.count}</dd>
      <dt>{t("pay.execute_on")}</dt><dd>{plainDay(run.execute_on)}</dd>
      <dt>{t("pay.from")}</dt><dd>{run.from.name}, {run.from.iban}</dd>
      {run.ended_at && <><dt>{t(`pay.run.${run.state}`)}</dt><dd>{dayTime(run.ended_at)}, {run.ended_by_name}</dd></>}
      {sums.failed > 0 && <><dt>{t("pay.transfer.failed")}</dt><dd>{amount(sums.failed)}</dd></>}
      {sums.paid > 0 && <><dt>{t("pay.transfer.paid")}</dt><dd>{amount(sums.paid)}</dd></>}
    </dl>
  );
}

function Transfers({ run, onFailed }: { run: WholeRun; onFailed: (transfer: Transfer) => void }) {
  return (
    <Table label={t("pay.transfers")} head={["№", t("why.courier"), t("pay.account"), t("pay.made_of"), `=${t("pay.total")}`, t("pay.state"), ""]}>
      {run.transfers.map((transfer) => {
        const { courier_id, number, name, iban, owed, amount, state, reason } = transfer;
        return (
          <tr key={courier_id} data-transfer={courier_id} data-state={state}>
            <td>{number}</td><th scope="row">{name}</th><td>{iban ?? t("pay.erased")}</td>
            <td>{pursesOf(owed).map(({ purse }) => t(`purse.${purse}`)).join(" · ")}</td>
            <td class="amount">{money(amount)}</td>
            <td class="names"><b class={`state-word transfer-${state}`}>{t(`pay.transfer.${state}`)}</b>{reason && `: ${reason}`}</td>
            <td>{mayFail(run, transfer) && <button type="button" data-act="failed"
              aria-label={t("pay.fail.label", { name })} onClick={() => onFailed(transfer)}>{t("pay.fail")}</button>}</td>
          </tr>
        );
      })}
    </Table>
  );
}

interface FailedProps {
  transfer: Transfer;
  onClose: () => void;
  onSay: (reason: string) => void;
}

function Failed({ transfer: { name, amount }, onClose, onSay }: FailedProps) {
  const [reason, setReason] = useState("");
  return (
    <Modal title={t("pay.fail.title", { name, amount: money(amount) })} submit={t("pay.fail.submit")} danger
      disabled={!reason.trim()} onClose={onClose} onSubmit={() => onSay(reason.trim())}>
      <p>{t("pay.fail.text")}</p>
      <label>{t("pay.fail.reason")}
        <input required maxLength={200} value={reason} data-ask="reason"
          onInput={(event) => setReason(event.currentTarget.value)} /></label>
    </Modal>
  );
}
