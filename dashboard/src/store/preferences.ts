// Language and theme outlive the tab. Storage may be refused: then they just do not.

export type Theme = "auto" | "light" | "dark";

export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(`paceline.${name}`);
  } catch {
    return null;
  }
}

export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`paceline.${name}`, value);
  } catch {
    // A private window: the choice holds for this page only.
  }
}

export function storedTheme(): Theme {
  const theme = remembered("theme");
  return theme === "light" || theme === "dark" ? theme : "auto";
}

export type Language = "en" | "fr";

/** The chosen language, else the browser's, else English. */
export function detectLanguage(): Language {
  const stored = remembered("language");
  if (stored === "en" || stored === "fr") return stored;
  return navigator.language.toLowerCase().startsWith("fr") ? "fr" : "en";
}

const darkScheme = () => window.matchMedia("(prefers-color-scheme: dark)");

export function isDark(theme: Theme): boolean {
  return theme === "auto" ? darkScheme().matches : theme === "dark";
}

export function onSchemeChange(listener: () => void): void {
  darkScheme().addEventListener("change", listener);
}
