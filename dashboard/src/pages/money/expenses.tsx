import { useState } from "preact/hooks";
import { office } from "../../api/office";
import type { Expense } from "../../api/expense";
import type { Money } from "../../api/types";
import { dayTime, money, plainDay, t } from "../../i18n";
import { allowedOf } from "../../store/treasury";
import { focusOn } from "../../ui/focus";
import { Modal } from "../../ui/modal";
import { plainAmount } from "../../ui/money";
import { save } from "../../ui/save";
import { Empty, More, Table } from "../../ui/table";
import { useAct, useLoaded, usePages } from "../use-loaded";

/** What couriers have laid out for the co-op: what waits for an answer, and all there is. */
export function Expenses() {
  const waiting = useLoaded(office.expensesWaiting);
  const all = usePages(office.expenses);
  const [asked, ask] = useState<Expense | null>(null);
  const [busy, act] = useAct();
  const answered = all.items?.filter(({ state }) => state !== "waiting") ?? null;
  const answer = ({ id }: Expense, said: { allowed: Money; reason?: string }) => void act(async () => {
    await office.answerExpense(id, said);
    waiting.reload();
    all.reload();
    focusOn("expenses");
  }, t(said.allowed.amount > 0 ? "expenses.allowed.done" : "expenses.refused.done"));
  const receipt = (expense: Expense) => expense.receipt
    ? <button type="button" disabled={busy} data-act="receipt" aria-label={t("expenses.receipt.label", { what: expense.note })}
        onClick={() => void act(async () => save(await office.receipt(expense.id), `receipt-${expense.day}.jpg`), t("office.saved"))}>
        {t("expenses.receipt")}</button>
    : <span class="muted">{t("expenses.receipt.none")}</span>;
  const head = [t("why.courier"), t("pulse.day"), t("expenses.for"), `=${t("expenses.amount")}`];
  return (
    <>
      <section aria-labelledby="expenses">
        <h2 id="expenses" tabIndex={-1}>{t("expenses.waiting")}</h2>
        <Empty items={waiting.value?.items ?? null}>{t("expenses.waiting.none")}</Empty>
        {waiting.value && waiting.value.items.length > 0 && (
          <Table label={t("expenses.waiting")} head={[...head, t("expenses.receipt"), ""]}>
            {waiting.value.items.map((expense) => (
              <tr key={expense.id} data-expense={expense.id} data-state={expense.state}>
                <What expense={expense} /><td>{receipt(expense)}</td>
                <td><button type="button" class="primary" disabled={busy} data-act="answer"
                  aria-label={t("expenses.answer.label", { name: expense.courier_name ?? "", what: expense.note })}
                  onClick={() => ask(expense)}>{t("expenses.answer")}</button></td>
              </tr>
            ))}
          </Table>
        )}
      </section>
      <section aria-labelledby="answered">
        <h2 id="answered">{t("expenses.answered")}</h2>
        <Empty items={answered}>{t("expenses.answered.none")}</Empty>
        {answered && answered.length > 0 && (
          <Table label={t("expenses.answered")} head={[...head, `=${t("expenses.allowed")}`, t("pay.state"), t("expenses.receipt")]}>
            {answered.map((expense) => (
              <tr key={expense.id} data-expense={expense.id} data-state={expense.state}>
                <What expense={expense} />
                <td class="amount">{expense.allowed && money(expense.allowed)}</td>
                <td class="names"><b class={`state-word expense-${expense.state}`}>{t(`expenses.${expense.state}`)}</b>
                  {expense.reason && `: ${expense.reason}`}</td>
                <td>{receipt(expense)}</td>
              </tr>
            ))}
          </Table>
        )}
        <More more={all.more} />
      </section>
      {asked && <Answer expense={asked} onClose={() => ask(null)} onAnswer={(said) => answer(asked, said)} />}
    </>
  );
}

/** Whose, when, what for, how much: the same in both lists. */
function What({ expense: { courier_name, day, category, note, amount } }: { expense: Expense }) {
  return (
    <><th scope="row">{courier_name}</th><td>{plainDay(day)}</td>
      <td class="names">{t(`expenses.category.${category}`)}: {note}</td><td class="amount">{money(amount)}</td></>
  );
}

interface AnswerProps {
  expense: Expense;
  onClose: () => void;
  onAnswer: (said: { allowed: Money; reason?: string }) => void;
}

/** All of it, a part, or nothing; once. */
function Answer({ expense: { courier_name, note, amount, handed_in_at }, onClose, onAnswer }: AnswerProps) {
  const [typed, setTyped] = useState(() => plainAmount(amount.amount, amount.currency));
  const [reason, setReason] = useState("");
  const said = allowedOf(typed, reason, amount);
  const nothing = said?.allowed.amount === 0;
  return (
    <Modal title={t("expenses.title", { name: courier_name ?? "", amount: money(amount) })} danger={nothing}
      submit={t(nothing ? "expenses.refuse" : "expenses.allow")} disabled={!said} onClose={onClose}
      onSubmit={() => said && onAnswer(said)}>
      <p>{note} <span class="muted">({dayTime(handed_in_at)})</span></p>
      <label>{t("expenses.allow.amount", { currency: amount.currency })}
        <input inputMode="decimal" required value={typed} data-ask="allowed" onInput={(event) => setTyped(event.currentTarget.value)} /></label>
      <label>{t("expenses.reason")}
        <input maxLength={200} value={reason} data-ask="reason" onInput={(event) => setReason(event.currentTarget.value)} /></label>
      <p class="muted">{t("expenses.text")}</p>
    </Modal>
  );
}
