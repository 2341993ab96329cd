import { useState } from "preact/hooks";
import type { OpenJob } from "../../api/types";
import { take } from "../work";
import { useCourier } from "../state";
import { money, t } from "../words";
import { Terms } from "./offer";

/** What may be taken without being asked, where the members have voted for it. */
export function OpenListView() {
  const { openList } = useCourier();
  if (openList === null) return null;
  return (
    <section class="panel" aria-labelledby="open-title">
      <h1 id="open-title">{t("open.title")}</h1>
      {openList === "unseen" && <p role="status">{t("open.unseen")}</p>}
      {openList.length === 0 && <p role="status">{t("open.none")}</p>}
      {openList !== "unseen" && (
        <ul>{openList.map((job) => <Job key={job.deliveries[0]?.id} job={job} />)}</ul>
      )}
    </section>
  );
}

function Job({ job }: { job: OpenJob }) {
  const { online } = useCourier();
  const [busy, setBusy] = useState(false);
  const delivery = job.deliveries[0];
  if (!delivery) return null;
  const reach = () => {
    setBusy(true);
    void take(delivery.id).finally(() => setBusy(false));
  };
  return (
    <li class="panel offer" data-job={delivery.id}>
      <Terms of={job} />
      <button type="button" class="act" data-act="take" disabled={busy || !online} onClick={reach}
        aria-label={t("open.take.this", { shop: delivery.merchant_name, pay: money(job.pay) })}>
        {t("open.take")}</button>
      {!online && <p>{t("offer.offline")}</p>}
    </li>
  );
}
