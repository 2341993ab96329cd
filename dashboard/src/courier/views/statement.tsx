import { useState } from "preact/hooks";
import { check, type Outcome } from "../../verify/check";
import { keptKey } from "../../verify/kept";
import { Result } from "../../verify/result";
import { speaker } from "../../verify/words";
import { api } from "../api";
import { useCourier } from "../state";
import { notify, said } from "../work";
import { t } from "../words";
import { save } from "../../ui/save";

/** The own statement: checked against what this phone has seen before, and taken along. */
export function StatementCheck() {
  const { online, language } = useCourier();
  const [file, setFile] = useState<Blob | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const look = async () => {
    const [bundle, { key }] = await Promise.all([api.statement(), api.ledgerKey()]);
    setFile(bundle);
    // The key of the first time stays: a server that names another one later is found out.
    setOutcome(check(await bundle.text(), keptKey() ?? key));
  };
  return (
    <section aria-labelledby="proof-title">
      <h2 id="proof-title">{t("proof.title")}</h2>
      <p>{t("proof.text")}</p>
      <button type="button" class="plain" disabled={!online} data-act="check-statement"
        onClick={() => void look().catch((error) => notify("bad", said(error)))}>
        {t("proof.check")}</button>
      <div role="status">
        {outcome && <Result say={speaker(language)} language={language} outcome={outcome} />}
      </div>
      {file && (
        <button type="button" class="plain" data-act="save-statement"
          onClick={() => save(file, "paceline-statement.json")}>{t("proof.save")}</button>
      )}
      <p class="quiet"><a href="/verify/">{t("proof.page")}</a></p>
    </section>
  );
}
