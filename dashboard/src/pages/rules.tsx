import { office } from "../api/office";
import { dayTime, t } from "../i18n";
import { engineWords } from "../i18n/engine-words";
import { ruleWords } from "../i18n/rule-words";
import { flatRules } from "../store/rules";
import { Table } from "../ui/table";
import { PageFrame } from "./page-frame";
import { useLoaded } from "./use-loaded";

const PARTS = ["tariff", "prices", "split", "surplus", "shifts"] as const;

/** What is in force, whole and readable for every member: nothing here is a secret. */
export function RulesPage() {
  const { value } = useLoaded(office.rules);
  return (
    <PageFrame ready={value !== null} office>
      <main class="sheet rules">
        <h1>{t("nav.rules")}</h1>
        <p class="muted">{t("rules.text")}</p>
        {!value && <p class="muted empty" role="status">{t("app.loading")}</p>}
        {value && (
          <>
            <dl class="facts" data-rules={value.dispatch.version}>
              <dt>{t("rules.program")}</dt><dd>paceline {value.program.version}, {t("rules.engine")} {value.program.engine}</dd>
              <dt>{t("rules.zone")}</dt><dd>{value.coop.time_zone}</dd>
              <dt>{t("rules.currency")}</dt><dd>{value.coop.currency}</dd>
              <dt>{t("rules.dispatch")}</dt><dd>{value.dispatch.version}</dd>
            </dl>
            {value.changes.map(({ rule, version, since, says }) => says && (
              <details key={version + since} class="card" open data-announced={rule}>
                <summary><h2>{t("rules.ahead", { rule: t(`rules.${rule}`), time: dayTime(since) })}</h2></summary>
                <pre tabIndex={0}>{says}</pre>
              </details>
            ))}
            <Rules title={t("rules.dispatch")} rules={value.dispatch.policy} open />
            {PARTS.map((part) => <Rules key={part} title={t(`rules.${part}`)} rules={value[part]} />)}
            <h2>{t("rules.never_used")}</h2>
            <ul class="bullets">{value.never_used.map((one) => <li key={one}>{ruleWords(one)}</li>)}</ul>
            <h2>{t("rules.people_only")}</h2>
            <ul class="bullets">{value.decided_by_people_only.map((one) => <li key={one}>{ruleWords(one)}</li>)}</ul>
            <p><a href="/v1/transparency">{t("rules.raw")}</a></p>
          </>
        )}
      </main>
    </PageFrame>
  );
}

function Rules({ title, rules, open }: { title: string; rules: object; open?: boolean }) {
  return (
    <details class="card" open={open ?? false}>
      <summary><h2>{title}</h2></summary>
      <Table label={title} head={[t("rules.rule"), t("rules.value")]}>
        {flatRules(rules).map(({ path, value }) => (
          <tr key={path}><th scope="row">{path.split(".").map(engineWords).join(" › ")}<small><code>{path}</code></small></th>
            <td class="names">{value}</td></tr>
        ))}
      </Table>
    </details>
  );
}
