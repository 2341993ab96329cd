// What the courier has laid out for the co-op: handed in, seen through, taken back.
import { useEffect, useState } from "preact/hooks";
import { EXPENSE_CATEGORIES, type Expense, type ExpenseCategory } from "../../api/expense";
import type { Money } from "../../api/types";
import { readAmount } from "../../ui/money";
import { api } from "../api";
import { useCourier } from "../state";
import { notify, said } from "../work";
import { money, t } from "../words";
import { shrink } from "./proof";

/** The day that it is on this phone. */
const today = () => new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 10);

export function Expenses() {
  const { online, said: known } = useCourier();
  const [expenses, setExpenses] = useState<Expense[] | undefined>(undefined);
  const [sending, setSending] = useState(false);
  const failed = (error: unknown) => notify("bad", said(error));
  const look = () => api.expenses().then(({ items }) => setExpenses(items), failed);
  useEffect(() => {
    if (online) void look();
  }, [online]);
  const currency = known?.pay?.total.currency ?? "EUR";

  async function handIn(form: HTMLFormElement): Promise<void> {
    const given = new FormData(form);
    const amount = readAmount(String(given.get("amount")), currency);
    if (!amount) {
      notify("bad", t("expense.wrong"));
      form.querySelector<HTMLInputElement>("[name=amount]")?.focus();
      return;
    }
    const asked = {
      category: given.get("category") as ExpenseCategory,
      amount: { amount, currency } satisfies Money,
      day: String(given.get("day")),
      note: String(given.get("note")),
    };
    const receipt = given.get("receipt");
    const { id } = await api.handInExpense(asked);
    form.reset();
    if (receipt instanceof File && receipt.size > 0) {
      const kept = await shrink(receipt).then((picture) => api.sendReceipt(id, picture)).catch(() => null);
      if (!kept) {
        notify("bad", t("expense.noReceipt"));
        return;
      }
    }
    notify("good", t("expense.sent"));
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setSending(true);
    void handIn(event.currentTarget as HTMLFormElement).catch(failed).finally(() => {
      setSending(false);
      void look();
    });
  };
  const withdraw = (id: string) =>
    void api.withdrawExpense(id).then(() => notify("good", t("expense.withdrawn")), failed).then(look);

  return (
    <section aria-labelledby="expenses-title">
      <h2 id="expenses-title">{t("expense.title")}</h2>
      {expenses?.length === 0 && <p data-expenses="none">{t("expense.none")}</p>}
      <ul class="lines">
        {expenses?.map((expense) => (
          <li key={expense.id} data-expense={expense.state}>
            <p class="line"><span>{t(`expense.${expense.category}`)} <small>{expense.day}</small></span>
              <b>{money(expense.amount)}</b></p>
            <p class="quiet">{expense.note}</p>
            <p>{t(`expense.${expense.state}`, { amount: money(expense.allowed ?? expense.amount) })}
              {expense.reason && `: ${expense.reason}`}</p>
            {expense.state === "waiting" && (
              <button type="button" class="plain" disabled={!online} data-act="expense-withdraw"
                onClick={() => withdraw(expense.id)}>{t("expense.withdraw")}</button>
            )}
          </li>
        ))}
      </ul>
      <details>
        <summary data-act="expense">{t("expense.new")}</summary>
        <form onSubmit={submit}>
          <label>{t("expense.what")}
            <select name="category">
              {EXPENSE_CATEGORIES.map((one) => <option key={one} value={one}>{t(`expense.${one}`)}</option>)}
            </select></label>
          <label>{t("expense.amount")}
            <input name="amount" required inputMode="decimal" maxLength={8} autocomplete="off" /></label>
          <label>{t("expense.day")}<input name="day" type="date" required max={today()} defaultValue={today()} /></label>
          <label>{t("expense.note")}<input name="note" required maxLength={1000} /></label>
          <label>{t("expense.receipt")}<input name="receipt" type="file" accept="image/*" /></label>
          <button type="submit" class="act second" disabled={!online || sending}>{t("expense.send")}</button>
        </form>
      </details>
    </section>
  );
}
