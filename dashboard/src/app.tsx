import type { ComponentType } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { Role } from "./api/types";
import { BoardPage } from "./board/board";
import { t } from "./i18n";
import { LoginPage } from "./pages/login";
import { MerchantPage } from "./pages/merchant";
import { OtherPage } from "./pages/other";
import { usePage } from "./store/page";
import { notifyError } from "./store/actions";
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
  useLayoutEffect(() => void (document.documentElement.lang = language), [language]);

  if (session.state === "unknown") return <p class="waiting" role="status">{t("app.waiting")}</p>;
  if (session.state === "out") return <LoginPage expired={session.expired} />;
  const is = (role: Role) => session.user.roles.includes(role);
  if (is("dispatcher") || is("admin")) return <Office admin={is("admin")} />;
  if (is("merchant")) return <MerchantPage />;
  if (is("courier")) return <GoToApp />;
  return <OtherPage />;
}

const office = {
  pulse: () => import("./pages/pulse").then(({ PulsePage }) => PulsePage),
  log: () => import("./pages/log").then(({ LogPage }) => LogPage),
  admin: () => import("./pages/admin").then(({ AdminPage }) => AdminPage),
};

/** The pages of those who run the day. */
function Office({ admin }: { admin: boolean }) {
  const page = usePage();
  if (page === "board" || (page === "admin" && !admin)) return <BoardPage />;
  return <Later key={page} load={office[page]} />;
}

/** A page that is loaded when it is opened: the board should not wait for it. */
function Later({ load }: { load: () => Promise<ComponentType> }) {
  const [Loaded, setLoaded] = useState<ComponentType | null>(null);
  useEffect(() => {
    let gone = false;
    load().then((page) => void (gone || setLoaded(() => page)), notifyError);
    return () => void (gone = true);
  }, [load]);
  return Loaded ? <Loaded /> : <p class="waiting" role="status">{t("app.waiting")}</p>;
}

/** Couriers have an app of their own, for the phone. */
function GoToApp() {
  useEffect(() => location.replace("/app/"), []);
  return null;
}
