import { useState } from "preact/hooks";
import type { PaymentIn } from "../../api/office-types";
import type { Money } from "../../api/types";
import { money, t } from "../../i18n";
import { Modal } from "../../ui/modal";
import { plainAmount, readAmount } from "../../ui/money";
import { useCoopTime } from "../use-coop-time";

interface Props {
  /** What is proposed; another amount may have come. */
  owes: Money;
  name: string;
  onClose: () => void;
  onPaid: (payment: PaymentIn) => void;
}

/** Money has come in from a merchant; the bank's reference stands for it. */
export function Payment({ owes, name, onClose, onPaid }: Props) {
  const { currency } = owes;
  const [typed, setTyped] = useState(() => plainAmount(owes.amount, currency));
  const [typedDay, setDay] = useState<string | null>(null);
  const time = useCoopTime();
  const day = typedDay ?? time?.today ?? "";
  const [reference, setReference] = useState("");
  const amount = readAmount(typed, currency);
  const fits = amount !== null && amount > 0 && day !== "" && reference.trim() !== "";
  return (
    <Modal title={t("payment.title", { name })} submit={t("payment.submit")} disabled={!fits} onClose={onClose}
      onSubmit={() => amount !== null && onPaid({ amount, currency, day, bank_reference: reference.trim() })}>
      <p>{t("payment.text", { open: money(owes) })}</p>
      <label>{t("payment.amount", { currency })}
        <input inputMode="decimal" required value={typed} data-ask="amount" aria-invalid={amount === null}
          onInput={(event) => setTyped(event.currentTarget.value)} /></label>
      <label>{t("payment.day")}
        <input type="date" required value={day} data-ask="day" onInput={(event) => setDay(event.currentTarget.value)} /></label>
      <label>{t("payment.reference")}
        <input required maxLength={140} value={reference} data-ask="reference" autocomplete="off"
          onInput={(event) => setReference(event.currentTarget.value)} /></label>
    </Modal>
  );
}
