import { useState } from "preact/hooks";
import { office } from "../../api/office";
import type { Receivable } from "../../api/office-types";
import { money, t } from "../../i18n";
import { ages, owedInAll } from "../../store/treasury";
import { Empty, Table } from "../../ui/table";
import { useAct, useLoaded } from "../use-loaded";
import { Payment } from "./payment";

/** What each merchant owes, by how long it has been due. */
export function Owed() {
  const { value, reload } = useLoaded(office.receivables);
  const [payer, ask] = useState<Receivable | null>(null);
  const [, act] = useAct();
  const items = value?.items ?? null;
  const currency = items?.[0]?.currency;
  return (
    <section aria-labelledby="owed">
      <h2 id="owed">{t("money.owed")}</h2>
      <Empty items={items}>{t("owed.none")}</Empty>
      {items && currency && <OwedTable items={items} currency={currency} onPay={ask} />}
      <p class="muted">{t("owed.text")}</p>
      {payer && <Payment owes={{ amount: payer.open, currency: payer.currency }} name={payer.merchant_name}
        onClose={() => ask(null)}
        onPaid={(payment) => void act(async () => {
          await office.recordPayment(payer.merchant_id, payment);
          reload();
        }, t("payment.recorded"))} />}
    </section>
  );
}

interface TableProps {
  items: readonly Receivable[];
  currency: string;
  onPay: (merchant: Receivable) => void;
}

function OwedTable({ items, currency, onPay }: TableProps) {
  const all = owedInAll(items);
  const amount = (value: number) => <td class="amount">{value === 0 ? "–" : money({ amount: value, currency })}</td>;
  const cells = (one: ReturnType<typeof owedInAll>) => (
    <>{ages.map((age) => amount(one[age]))}{amount(one.open)}{amount(one.advance)}{amount(one.not_invoiced)}</>
  );
  return (
    <Table label={t("money.owed")} head={[t("role.merchant"), ...ages.map((age) => `=${t(`owed.${age}`)}`),
      `=${t("owed.open")}`, `=${t("owed.advance")}`, `=${t("owed.not_invoiced")}`, ""]}
      foot={<tr><th scope="row">{t("owed.all")}</th>{cells(all)}<td /></tr>}>
      {items.map((one) => (
        <tr key={one.merchant_id} data-owes={one.merchant_id} class={one.days_over_90 > 0 ? "bad-row" : ""}>
          <th scope="row">{one.merchant_name}</th>{cells(one)}
          <td><button type="button" data-act="payment" aria-label={t("payment.title", { name: one.merchant_name })}
            onClick={() => onPay(one)}>{t("payment.short")}</button></td>
        </tr>
      ))}
    </Table>
  );
}
