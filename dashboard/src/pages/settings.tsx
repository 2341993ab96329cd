import { get } from "../api/call";
import { t } from "../i18n";
import { engineWords } from "../i18n/engine-words";
import { flatRules } from "../store/rules";
import { Table } from "../ui/table";
import { useLoaded } from "./use-loaded";

/** What the server runs by, as whoever runs it has set it; read only. */
export function Settings() {
  const { value } = useLoaded(() => get<object>("/v1/settings"));
  return (
    <details class="card" data-settings={value ? "told" : ""}>
      <summary>{t("settings.show")}</summary>
      <p class="muted">{t("settings.text")}</p>
      {value && (
        <Table label={t("settings.title")} head={[t("settings.setting"), t("rules.value")]}>
          {flatRules(value).map(({ path, value: set }) => (
            <tr key={path}><th scope="row">{path.split(".").map(engineWords).join(" › ")}<small><code>{path}</code></small></th>
              <td class="names">{set}</td></tr>
          ))}
        </Table>
      )}
    </details>
  );
}
