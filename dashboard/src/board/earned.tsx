import { useEffect, useState } from "preact/hooks";
import { api } from "../api/http";
import type { Earnings } from "../api/earnings";
import { money, t } from "../i18n";

/** What a courier earns an hour, beside everybody on duty; asked for when the courier is looked at. */
export function Earned({ courier }: { courier: string }) {
  const [told, tell] = useState<Earnings | null>(null);
  const [refused, refuse] = useState(false);
  useEffect(() => {
    let gone = false;
    api.earnings(courier).then((earned) => void (gone || tell(earned)), () => void (gone || refuse(true)));
    return () => void (gone = true);
  }, [courier]);
  return (
    <div class="earned" data-earned={told?.couriers ?? ""}>
      <h3>{t("earned.label")}</h3>
      {refused && <p class="muted">{t("earned.unknown")}</p>}
      {!refused && !told && <p class="muted">{t("app.loading")}</p>}
      {told && <Told told={told} />}
    </div>
  );
}

function Told({ told: { hourly, on_duty, couriers, currency } }: { told: Earnings }) {
  const amount = (minor: number) => money({ amount: minor, currency });
  if (!on_duty) return <p class="muted">{t("earned.nobody")}</p>;
  const { lowest, median, highest } = on_duty;
  return (
    <>
      <p><b>{hourly === null ? t("earned.none") : t("earned.hour", { amount: amount(hourly) })}</b></p>
      <p class="muted">{t("earned.others", {
        n: couriers, lowest: amount(lowest), median: amount(median), highest: amount(highest),
      })}</p>
    </>
  );
}
