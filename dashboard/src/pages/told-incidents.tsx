import { useState } from "preact/hooks";
import { incidents, type ToldIncident } from "../api/incidents";
import { hourMinute, t } from "../i18n";
import { notifyError } from "../store/actions";

/** What went wrong with a delivery, as far as dispatchers have told its shop; asked for when it is opened. */
export function ToldIncidents({ delivery }: { delivery: string }) {
  const [told, setTold] = useState<ToldIncident[] | null>(null);
  const opened = (event: Event) => {
    if ((event.currentTarget as HTMLDetailsElement).open)
      void incidents.told(delivery).then(({ items }) => setTold(items), notifyError);
  };
  return (
    <details data-told onToggle={opened}>
      <summary>{t("shop.incidents")}</summary>
      {told?.length === 0 && <p class="muted">{t("shop.incidents.none")}</p>}
      <ul>
        {told?.map(({ id, kind, happened_at, text, closed }) => (
          <li key={id}>
            {hourMinute(happened_at)} <b>{t(`incident.${kind}`)}</b>: {text}
            {closed && <small> {t("shop.incidents.closed")}</small>}
          </li>
        ))}
      </ul>
    </details>
  );
}
