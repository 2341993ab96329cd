import { useEffect } from "preact/hooks";
import type { Role } from "./api/types";
import { BoardPage } from "./board/board";
import { t } from "./i18n";
import { LoginPage } from "./pages/login";
import { MerchantPage } from "./pages/merchant";
import { OtherPage } from "./pages/other";
import { isDark, onSchemeChange } from "./store/preferences";
import { current, useStore } from "./store/store";

function applyTheme(): void {
  document.documentElement.dataset.theme = isDark(current().theme) ? "dark" : "light";
}
onSchemeChange(applyTheme);

export function App() {
  const session = useStore((state) => state.session);
  const theme = useStore((state) => state.theme);
  const language = useStore((state) => state.language);
  useEffect(applyTheme, [theme]);
  useEffect(() => void (document.documentElement.lang = language), [language]);

  if (session.state === "unknown") return <p class="waiting" role="status">{t("app.waiting")}</p>;
  if (session.state === "out") return <LoginPage expired={session.expired} />;
  const is = (role: Role) => session.user.roles.includes(role);
  if (is("dispatcher") || is("admin")) return <BoardPage />;
  if (is("merchant")) return <MerchantPage />;
  if (is("courier")) return <GoToApp />;
  return <OtherPage />;
}

/** Couriers have an app of their own, for the phone. */
function GoToApp() {
  useEffect(() => location.replace("/app/"), []);
  return null;
}
