// What went wrong and is not closed, with a delivery or a courier.
import type { IncidentMark } from "../api/incidents";
import { t } from "../i18n";
import { useStore } from "../store/store";
import { AlertIcon } from "../ui/icons";

interface About {
  delivery?: string;
  courier?: string;
}

function useMarks({ delivery, courier }: About): readonly IncidentMark[] {
  const incidents = useStore(({ board }) => board?.incidents);
  return (incidents ?? []).filter(({ delivery_id, courier_id }) =>
    delivery ? delivery_id === delivery : courier_id === courier);
}

const tone = ({ priority }: IncidentMark) => (priority === "urgent" ? "tag bad-text" : "tag");

/** In a row of a list, where nothing can be pressed but the row. */
export function IncidentTag(about: About) {
  const [first, ...more] = useMarks(about);
  if (!first) return null;
  const text = more.length > 0 ? t("incidents.mark.n", { n: more.length + 1 })
    : t("incidents.mark", { kind: t(`incident.${first.incident_kind}`) });
  return <span class={tone(first)} data-incident={first.incident_id}><AlertIcon /> {text}</span>;
}

/** The way to each file. */
export function IncidentLinks(about: About) {
  const found = useMarks(about);
  return (
    <>
      {found.map((one) => (
        <a key={one.incident_id} class={tone(one)} href={`#incidents/${one.incident_id}`}>
          <AlertIcon /> {t("incidents.mark", { kind: t(`incident.${one.incident_kind}`) })}</a>
      ))}
    </>
  );
}
