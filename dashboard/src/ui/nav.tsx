import { t } from "../i18n";
import { pages, usePage, type Page } from "../store/page";
import { useStore } from "../store/store";

/** The pages of dispatchers; what only admins may do is not shown to others. */
export function Nav() {
  const session = useStore((state) => state.session);
  const page = usePage();
  if (session.state !== "in") return null;
  const { roles } = session.user;
  const mayOpen = (one: Page) => one !== "admin" || roles.includes("admin");
  return (
    <nav class="nav" aria-label={t("nav.label")}>
      {pages.filter(mayOpen).map((one) => (
        <a key={one} href={`#${one}`} aria-current={one === page ? "page" : undefined}>{t(`nav.${one}`)}</a>
      ))}
    </nav>
  );
}
