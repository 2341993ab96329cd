import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../../api/problem";
import type { BankAccount } from "../../api/types";
import { api } from "../api";
import { useCourier } from "../state";
import { notify, said } from "../work";
import { dayHour, t } from "../words";

/** Where the courier wants to be paid: shown by its last four, set, and removed. */
export function BankAccountForm() {
  const { online } = useCourier();
  const [account, setAccount] = useState<BankAccount | null | undefined>(undefined);
  const ask = (call: Promise<{ account: BankAccount | null }>, done?: () => void) =>
    void call.then(({ account: now }) => {
      setAccount(now);
      done?.();
    }, (error) => {
      const wrong = error instanceof ApiError && error.problem.status === 422;
      notify("bad", wrong ? t("bank.wrong") : said(error));
    });
  useEffect(() => {
    if (online) ask(api.bankAccount());
  }, [online]);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const iban = String(new FormData(form).get("iban")).replaceAll(" ", "").toUpperCase();
    ask(api.setBankAccount(iban), () => {
      form.reset();
      notify("good", t("bank.kept"));
    });
  };
  const remove = () => ask(api.removeBankAccount().then(() => ({ account: null })));
  return (
    <section aria-labelledby="bank-title">
      <h2 id="bank-title">{t("bank.title")}</h2>
      {account === null && <p data-bank="none">{t("bank.none")}</p>}
      {account && (
        <p data-bank="known">{t("bank.known", { iban: account.iban, time: dayHour(account.since) })}</p>
      )}
      <details>
        <summary data-act="bank">{t(account ? "bank.change" : "bank.set")}</summary>
        <form onSubmit={submit}>
          <label>{t("bank.iban")}
            <input name="iban" required minLength={15} maxLength={42} autocomplete="off"
              autocapitalize="characters" spellcheck={false} /></label>
          <p class="quiet">{t("bank.text")}</p>
          <button type="submit" class="act second" disabled={!online}>{t("bank.keep")}</button>
        </form>
        {account && (
          <button type="button" class="plain" disabled={!online} data-act="bank-remove"
            onClick={remove}>{t("bank.remove")}</button>
        )}
      </details>
    </section>
  );
}
