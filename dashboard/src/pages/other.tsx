import { t } from "../i18n";

/** For roles that have no page yet. */
export function OtherPage() {
  return (
    <main class="sheet narrow">
      <h1>{t("other.title")}</h1>
      <p>{t("other.text")}</p>
      <p><a href="/docs">{t("other.docs")}</a></p>
    </main>
  );
}
