import type { PayLine } from "../../api/types";
import { useCourier } from "../state";
import { duration, hourMinute, metres, money, t, type Key } from "../words";
import { BankAccountForm } from "./bank";
import { Expenses } from "./expenses";
import { StatementCheck } from "./statement";

/** What was earned today, and why each line. */
export function PayView() {
  const { said, events } = useCourier();
  if (!said?.pay) return <p class="panel">{t("pay.notYet")}</p>;
  const { total, lines } = said.pay;
  // What this phone has kept from an older server does not say.
  const earned = said.pay.earned ?? total;
  return (
    <section class="panel" aria-labelledby="pay-title">
      <h1 id="pay-title">{t("pay.today")}</h1>
      <p class="pay"><strong data-total={earned.amount}>{money(earned)}</strong></p>
      {events.length > 0 && <p class="quiet">{t("pay.waiting")}</p>}
      {lines.length === 0 && <p>{t("pay.none")}</p>}
      <ul class="lines">{lines.map((line) => <Line key={line.id} line={line} />)}</ul>
      <StatementCheck />
      <Expenses />
      <BankAccountForm />
    </section>
  );
}

const named = (key: string, otherwise: string) => {
  const text = t(key as Key);
  return text === key ? otherwise : text;
};

function Line({ line }: { line: PayLine }) {
  const amounts = { currency: line.amount.currency };
  return (
    <li data-line={line.id}>
      <p class="line"><span>{named(`pay.${line.kind}`, line.kind)} <small>{hourMinute(line.at)}</small></span>
        <b>{money(line.amount)}</b></p>
      <details>
        <summary>{t("pay.why")}</summary>
        <dl class="sum">
          {Object.entries(line.inputs ?? {}).map(([name, value]) => (
            <div key={name}><dt>{named(`pay.input.${name}`, name)}</dt><dd>{told(name, value, amounts.currency)}</dd></div>
          ))}
        </dl>
        {line.tariff && <p class="quiet">{t("pay.tariff", line.tariff)}</p>}
        <p class="quiet">{t("pay.balance", { amount: money(line.balance) })}</p>
      </details>
    </li>
  );
}

/** A figure in its unit, which its name ends on. */
function told(name: string, value: unknown, currency: string): string {
  if (typeof value !== "number") return String(value);
  if (name.endsWith("_m")) return metres(value);
  if (name.endsWith("_seconds") || name.endsWith("_s")) return duration(value);
  if (name === "pieces") return money({ amount: value, currency });
  return String(value);
}
