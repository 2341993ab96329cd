import type { ComponentType } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { Role } from "./api/types";
import { BoardPage } from "./board/board";
import { t } from "./i18n";
import { LoginPage } from "./pages/login";
import { MerchantPage } from "./pages/merchant";
import { pagesOf, useAddress } from "./store/page";
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
  const { roles } = session.user;
  if (roles.some((role) => IN_OFFICE.includes(role))) return <Office roles={roles} />;
  if (roles.includes("merchant")) return <MerchantPage />;
  if (roles.includes("courier")) return <GoToApp />;
  return <Office roles={roles} />;
}

/** Whoever also works here in the office comes to it, and not to the own deliveries. */
const IN_OFFICE: readonly Role[] = ["dispatcher", "treasurer", "admin"];

const later = {
  pulse: () => import("./pages/pulse").then(({ PulsePage }) => PulsePage),
  log: () => import("./pages/log").then(({ LogPage }) => LogPage),
  reviews: () => import("./pages/reviews").then(({ ReviewsPage }) => ReviewsPage),
  incidents: () => import("./pages/incidents").then(({ IncidentsPage }) => IncidentsPage),
  shifts: () => import("./pages/shift-plan").then(({ ShiftPlanPage }) => ShiftPlanPage),
  money: () => import("./pages/money/page").then(({ MoneyPage }) => MoneyPage),
  summary: () => import("./pages/summary").then(({ SummaryPage }) => SummaryPage),
  admin: () => import("./pages/admin").then(({ AdminPage }) => AdminPage),
  rules: () => import("./pages/rules").then(({ RulesPage }) => RulesPage),
};

/** The pages of those who run the co-op, and of its members. */
function Office({ roles }: { roles: readonly Role[] }) {
  const { page } = useAddress();
  const mine = pagesOf(roles);
  const here = mine.find((one) => one === page) ?? mine[0] ?? "rules";
  if (here === "board") return <BoardPage />;
  return <Later key={here} load={later[here]} />;
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
