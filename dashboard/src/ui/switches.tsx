import { languages, t } from "../i18n";
import { setLanguage, setTheme } from "../store/actions";
import type { Language, Theme } from "../store/preferences";
import { useStore } from "../store/store";

/** Language and theme, as two plain selects. */
export function Switches() {
  const language = useStore((state) => state.language);
  const theme = useStore((state) => state.theme);
  return (
    <div class="switches">
      <select class="quiet" aria-label={t("language.label")} value={language}
        onChange={(event) => setLanguage(event.currentTarget.value as Language)}>
        {languages.map(({ id, name }) => <option key={id} value={id} lang={id}>{name}</option>)}
      </select>
      <select class="quiet" aria-label={t("theme.label")} value={theme}
        onChange={(event) => setTheme(event.currentTarget.value as Theme)}>
        {(["auto", "light", "dark"] as const).map((id) =>
          <option key={id} value={id}>{t(`theme.${id}`)}</option>)}
      </select>
    </div>
  );
}
