import { t } from "../../i18n";
import { useAddress } from "../../store/page";
import { PageFrame } from "../page-frame";
import { Books } from "./books";
import { Corrections } from "./corrections";
import { Expenses } from "./expenses";
import { InvoicePage } from "./invoice";
import { Invoices } from "./invoices";
import { Owed } from "./owed";
import { PayRuns } from "./pay";
import { RunPage } from "./run";
import { Surplus } from "./surplus";

const parts = ["pay", "expenses", "invoices", "owed", "surplus", "corrections", "books"] as const;
type Part = (typeof parts)[number];

/** The treasurer's pages: what couriers are paid, what merchants owe, and the books behind both. */
export function MoneyPage() {
  const { parts: [first, id] } = useAddress();
  const part = parts.find((one) => one === first) ?? "pay";
  return (
    <PageFrame ready office>
      <main class="sheet money">
        <h1>{t("nav.money")}</h1>
        <nav class="nav parts" aria-label={t("money.parts")}>
          {parts.map((one) => (
            <a key={one} href={`#money/${one}`} aria-current={one === part ? "page" : undefined}>{t(`money.${one}`)}</a>
          ))}
        </nav>
        <Shown key={`${part}/${id ?? ""}`} part={part} id={id ?? ""} />
      </main>
    </PageFrame>
  );
}

function Shown({ part, id }: { part: Part; id: string }) {
  switch (part) {
    case "pay":
      return id ? <RunPage id={id} /> : <PayRuns />;
    case "expenses":
      return <Expenses />;
    case "invoices":
      return id ? <InvoicePage id={id} /> : <Invoices />;
    case "owed":
      return <Owed />;
    case "surplus":
      return <Surplus />;
    case "corrections":
      return <Corrections wanted={id} />;
    case "books":
      return <Books />;
  }
}
