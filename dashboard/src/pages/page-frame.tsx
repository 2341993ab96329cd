import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "../i18n";
import { logOut } from "../store/actions";
import { useStore } from "../store/store";
import { Brand, LeaveIcon } from "../ui/icons";
import { Nav } from "../ui/nav";
import { Notices } from "../ui/notices";
import { Switches } from "../ui/switches";

interface FrameProps {
  children: ComponentChildren;
  ready: boolean;
  /** With the way to the other pages of dispatchers. */
  office?: boolean;
}

/** The header and the notices around a plain page. */
export function PageFrame({ children, ready, office }: FrameProps) {
  const session = useStore((state) => state.session);
  useStore((state) => state.language);
  useEffect(() => {
    if (ready) document.body.dataset.ready = "page";
  }, [ready]);
  useEffect(() => () => void delete document.body.dataset.ready, []);
  return (
    <>
      <header class="top">
        <p class="brand"><Brand />paceline</p>
        {office && <Nav />}
        <span class="spring" />
        <Switches />
        <button type="button" class="quiet leave" onClick={() => void logOut()}>
          {session.state === "in" && <span class="who">{session.user.name}</span>}
          <LeaveIcon /><span class="sr">{t("logout")}</span>
        </button>
      </header>
      {children}
      <Notices />
    </>
  );
}
