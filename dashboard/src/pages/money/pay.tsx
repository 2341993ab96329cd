import { useState } from "preact/hooks";
import { office } from "../../api/office";
import type { Due, LeftOut, PayPreview } from "../../api/office-types";
import { dayTime, fullDay, money, plainDay, t } from "../../i18n";
import { pursesOf } from "../../store/treasury";
import { Modal } from "../../ui/modal";
import { Empty, More, Table } from "../../ui/table";
import { useCoopTime } from "../use-coop-time";
import { useAct, useLoaded, usePages } from "../use-loaded";

/** What couriers are owed now, who would be held back and why, and the runs that were made. */
export function PayRuns() {
  const preview = useLoaded(office.payPreview);
  const runs = usePages(office.payRuns);
  const [asking, ask] = useState(false);
  const [busy, act] = useAct();
  const make = (day: string) => void act(async () => {
    const { id } = await office.makeRun(day);
    location.hash = `#money/pay/${id}`;
  }, t("pay.made"));
  return (
    <>
      <section aria-labelledby="due">
        <h2 id="due">{t("pay.due")}</h2>
        <Empty items={preview.value && [...preview.value.transfers, ...preview.value.left_out]}>{t("pay.due.none")}</Empty>
        {preview.value && <Preview preview={preview.value} />}
        <p class="buttons"><button type="button" class="primary" data-act="make-run"
          disabled={busy || !preview.value?.transfers.length} onClick={() => ask(true)}>{t("pay.make")}</button></p>
      </section>
      <section aria-labelledby="runs">
        <h2 id="runs">{t("pay.runs")}</h2>
        <Empty items={runs.items}>{t("pay.runs.none")}</Empty>
        {runs.items && runs.items.length > 0 && (
          <Table label={t("pay.runs")} head={[t("pay.made_at"), t("pay.state"), t("pay.execute_on"), t("pay.count"),
            `=${t("pay.total")}`, t("pay.by")]}>
            {runs.items.map((run) => (
              <tr key={run.id} data-run={run.id} data-state={run.state}>
                <th scope="row"><a href={`#money/pay/${run.id}`}>{dayTime(run.made_at)}</a></th>
                <td><RunWord state={run.state} />{run.ended_at && ` ${fullDay(run.ended_at)}`}</td>
                <td>{plainDay(run.execute_on)}</td><td>{run.count}</td>
                <td class="amount">{money(run.total)}</td>
                <td>{run.ended_by_name ?? run.made_by_name}</td>
              </tr>
            ))}
          </Table>
        )}
        <More more={runs.more} />
      </section>
      {asking && preview.value && <MakeRun preview={preview.value} onClose={() => ask(false)} onMake={make} />}
    </>
  );
}

export function RunWord({ state }: { state: "open" | "confirmed" | "cancelled" }) {
  return <b class={`state-word run-${state}`}>{t(`pay.run.${state}`)}</b>;
}

function Preview({ preview: { transfers, left_out, total } }: { preview: PayPreview }) {
  const head = [t("why.courier"), t("pay.made_of"), `=${t("pay.owed")}`];
  const cells = ({ name, owed, amount }: Due | LeftOut) => (
    <>
      <th scope="row">{name}</th>
      <td>{pursesOf(owed).map(({ purse, amount: part }) =>
        `${t(`purse.${purse}`)} ${money({ amount: part, currency: amount.currency })}`).join(" · ")}</td>
      <td class="amount">{money(amount)}</td>
    </>
  );
  return (
    <>
      {transfers.length > 0 && (
        <Table label={t("pay.due")} head={[...head, t("pay.account_since")]}
          foot={<tr><th scope="row" colSpan={2}>{t("pay.total")}</th><td class="amount">{money(total)}</td><td /></tr>}>
          {transfers.map((due) => (
            <tr key={due.courier_id} data-due={due.courier_id}>{cells(due)}
              <td>{due.account_since ? fullDay(due.account_since) : ""}</td></tr>
          ))}
        </Table>
      )}
      {left_out.length > 0 && (
        <>
          <h3>{t("pay.left_out")}</h3>
          <Table label={t("pay.left_out")} head={[...head, t("pay.why")]}>
            {left_out.map((one) => (
              <tr key={one.courier_id} data-left-out={one.reason}>{cells(one)}<td class="names">{t(`pay.why.${one.reason}`)}</td></tr>
            ))}
          </Table>
        </>
      )}
    </>
  );
}

interface MakeProps {
  preview: PayPreview;
  onClose: () => void;
  onMake: (day: string) => void;
}

function MakeRun({ preview: { transfers, total }, onClose, onMake }: MakeProps) {
  const [day, setDay] = useState("");
  const time = useCoopTime();
  return (
    <Modal title={t("pay.make.title", { total: money(total) })} submit={t("pay.make.submit")}
      onClose={onClose} onSubmit={() => onMake(day)}>
      <p>{t("pay.count")}: {transfers.length}. {t("pay.make.text")}</p>
      <label>{t("pay.execute_on")}
        <input type="date" value={day} min={time?.today} onInput={(event) => setDay(event.currentTarget.value)} />
        <small>{t("pay.make.day")}</small></label>
    </Modal>
  );
}
