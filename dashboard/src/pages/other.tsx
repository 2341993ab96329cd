import { t } from "../i18n";
import { PageFrame } from "./page-frame";

/** For roles that have no page yet. */
export function OtherPage() {
  return (
    <PageFrame ready>
      <main class="sheet narrow">
        <h1>{t("other.title")}</h1>
        <p>{t("other.text")}</p>
        <p><a href="/docs">{t("other.docs")}</a></p>
      </main>
    </PageFrame>
  );
}
