import { useState } from "preact/hooks";
import { office } from "../../api/office";
import type { Sharing, Transparency, Vote } from "../../api/office-types";
import { dayTime, money, span, t } from "../../i18n";
import { addsUp, confirms, percentText, readPercent } from "../../store/treasury";
import { focusOn } from "../../ui/focus";
import { Modal } from "../../ui/modal";
import { readAmount } from "../../ui/money";
import { Empty, More, Table } from "../../ui/table";
import { useCoopTime, type CoopTime } from "../use-coop-time";
import { useAct, useLoaded, usePages } from "../use-loaded";

/** A year's surplus: looked at, voted on elsewhere, and booked once. */
export function Surplus() {
  const booked = usePages(office.surpluses);
  const { value: rules } = useLoaded(office.rules);
  const time = useCoopTime();
  const [previewed, setPreviewed] = useState<{ vote: Vote; sharing: Sharing } | null>(null);
  const [asking, ask] = useState(false);
  const [busy, act] = useAct();
  const look = (vote: Vote) => void act(async () => {
    setPreviewed(null);
    setPreviewed({ vote, sharing: await office.previewSurplus(vote) });
  }, "");
  const book = ({ vote, sharing }: { vote: Vote; sharing: Sharing }) => void act(async () => {
    await office.bookSurplus(vote, sharing.surplus.amount);
    setPreviewed(null);
    booked.reload();
    focusOn("booked");
  }, t("surplus.done", { year: vote.year }));
  return (
    <>
      <section aria-labelledby="surplus">
        <h2 id="surplus">{t("surplus.look")}</h2>
        <p class="muted">{t("surplus.text")}</p>
        {rules && time && <VoteForm rules={rules} time={time} busy={busy} onLook={look} onChange={() => setPreviewed(null)} />}
        {previewed && <Shares sharing={previewed.sharing} onBook={() => ask(true)} />}
      </section>
      <section aria-labelledby="booked">
        <h2 id="booked" tabIndex={-1}>{t("surplus.booked")}</h2>
        <Empty items={booked.items}>{t("surplus.booked.none")}</Empty>
        {booked.items && booked.items.length > 0 && (
          <Table label={t("surplus.booked")} head={[t("surplus.year"), `=${t("surplus.surplus")}`, `=${t("surplus.reserve")}`,
            `=${t("surplus.refund")}`, t("surplus.measure"), t("surplus.booked_by")]}>
            {booked.items.map((one) => (
              <tr key={one.year} data-surplus={one.year}>
                <th scope="row">{one.year}</th><td class="amount">{money(one.surplus)}</td>
                <td class="amount">{money(one.reserve)} ({percentText(one.reserve_basis_points)} %)</td>
                <td class="amount">{money(one.refund)}</td><td>{t(`surplus.by.${one.measure}`)}</td>
                <td>{dayTime(one.booked_at)}, {one.booked_by_name}</td>
              </tr>
            ))}
          </Table>
        )}
        <More more={booked.more} />
      </section>
      {asking && previewed && <Book {...previewed} onClose={() => ask(false)} onBook={() => book(previewed)} />}
    </>
  );
}

interface FormProps {
  rules: Transparency;
  time: CoopTime;
  busy: boolean;
  onLook: (vote: Vote) => void;
  onChange: () => void;
}

function VoteForm({ rules: { coop, surplus }, time, busy, onLook, onChange }: FormProps) {
  const [year, setYear] = useState(() => String(Number(time.today.slice(0, 4)) - 1));
  const [costs, setCosts] = useState("0");
  const [share, setShare] = useState(() => percentText(surplus.minimum_reserve_basis_points));
  const [measure, setMeasure] = useState<Vote["measure"]>("hours");
  const other_costs = readAmount(costs, coop.currency);
  const reserve_basis_points = readPercent(share);
  const fits = /^\d{4}$/.test(year) && other_costs !== null && reserve_basis_points !== null;
  const typed = (set: (text: string) => void) => (event: { currentTarget: HTMLInputElement }) => {
    onChange(); // What was shown is not what is asked for any more.
    set(event.currentTarget.value);
  };
  return (
    <form class="card fields four" data-form="surplus" aria-labelledby="surplus" onSubmit={(event) => {
      event.preventDefault();
      if (fits) onLook({ year: Number(year), other_costs, reserve_basis_points, measure });
    }}>
      <label>{t("surplus.year")}
        <input name="year" inputMode="numeric" required pattern="\d{4}" value={year} onInput={typed(setYear)} /></label>
      <label>{t("surplus.costs")}
        <input name="costs" inputMode="decimal" required value={costs} aria-invalid={other_costs === null} onInput={typed(setCosts)} /></label>
      <label>{t("surplus.share")}
        <input name="share" inputMode="decimal" required value={share} aria-invalid={reserve_basis_points === null} onInput={typed(setShare)} /></label>
      <label>{t("surplus.measure")}
        <select value={measure} onInput={(event) => {
          onChange();
          setMeasure(event.currentTarget.value as Vote["measure"]);
        }}>
          <option value="hours">{t("surplus.by.hours")}</option><option value="pay">{t("surplus.by.pay")}</option>
        </select></label>
      <button type="submit" class="primary" disabled={busy || !fits}>{t("surplus.preview")}</button>
    </form>
  );
}

/** Shares drawn at once. */
const SHARES_SHOWN = 100;

function Shares({ sharing, onBook }: { sharing: Sharing; onBook: () => void }) {
  const [shown, show] = useState(SHARES_SHOWN);
  const { year, revenue, operations, other_costs, surplus, reserve, reserve_basis_points, refund, measure, law, shares } = sharing;
  const units = (n: number) => measure === "hours" ? span(n * 1000) : money({ amount: n, currency: refund.currency });
  const whole = addsUp(sharing);
  return (
    <div class="card" data-sharing={year}>
      <h3>{t("surplus.of", { year })}</h3>
      <dl class="facts">
        <dt>{t("surplus.revenue")}</dt><dd>{money(revenue)}</dd>
        <dt>{t("surplus.operations")}</dt><dd>{money(operations)}</dd>
        <dt>{t("surplus.costs")}</dt><dd>{money({ ...other_costs, amount: 0 - other_costs.amount })}</dd>
        <dt>{t("surplus.surplus")}</dt><dd><b>{money(surplus)}</b></dd>
        <dt>{t("surplus.reserve")}</dt><dd>{money(reserve)} ({percentText(reserve_basis_points)} %; {t("surplus.law", {
          version: law.version, share: percentText(law.minimum_reserve_basis_points),
        })})</dd>
        <dt>{t("surplus.refund")}</dt><dd>{money(refund)}</dd>
      </dl>
      {shares.length > 0 && (
        <Table label={t("surplus.shares")} head={[t("why.courier"), t(`surplus.by.${measure}`), `=${t("surplus.part")}`]}>
          {shares.slice(0, shown).map((share) => (
            <tr key={share.courier_id} data-share={share.courier_id}><th scope="row">{share.name}</th>
              <td>{units(share.units)}</td><td class="amount">{money(share.amount)}</td></tr>
          ))}
        </Table>
      )}
      {shares.length > shown && <p><button type="button" onClick={() => show(shown + SHARES_SHOWN)}>{t("log.more")}</button></p>}
      {!whole && <p class="bad-text" role="alert">{t("surplus.broken")}</p>}
      <p class="buttons"><button type="button" class="danger" data-act="book-surplus" disabled={!whole}
        onClick={onBook}>{t("surplus.book")}</button></p>
    </div>
  );
}

interface BookProps {
  vote: Vote;
  sharing: Sharing;
  onClose: () => void;
  onBook: () => void;
}

/** There is no way back from the reserve: the year is typed first. */
function Book({ vote: { year }, sharing: { surplus, reserve, refund }, onClose, onBook }: BookProps) {
  const [typed, setTyped] = useState("");
  return (
    <Modal title={t("surplus.book.title", { year })} submit={t("surplus.book.submit")} danger
      disabled={!confirms(typed, year)} onClose={onClose} onSubmit={onBook}>
      <p>{t("surplus.book.text", { surplus: money(surplus), reserve: money(reserve), refund: money(refund) })}</p>
      <label>{t("surplus.book.type", { year })}
        <input required inputMode="numeric" value={typed} data-ask="year" autocomplete="off"
          onInput={(event) => setTyped(event.currentTarget.value)} /></label>
    </Modal>
  );
}
