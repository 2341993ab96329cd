import { useEffect } from "preact/hooks";
import { t } from "../i18n";
import { watchInbox } from "../store/inbox";
import { pagesOf, useAddress } from "../store/page";
import { useStore } from "../store/store";

/** The pages of the office; what somebody may not open is not shown. */
export function Nav() {
  const session = useStore((state) => state.session);
  const { page } = useAddress();
  const mine = session.state === "in" ? pagesOf(session.user.roles) : [];
  const here = mine.find((one) => one === page) ?? mine[0];
  const reviews = mine.includes("reviews");
  useEffect(() => (reviews ? watchInbox() : undefined), [reviews]);
  return (
    <nav class="nav" aria-label={t("nav.label")}>
      {mine.map((one) => (
        <a key={one} href={`#${one}`} aria-current={one === here ? "page" : undefined}>
          {t(`nav.${one}`)}{one === "reviews" && <Waiting />}</a>
      ))}
    </nav>
  );
}

/** How many reviews wait for an answer. */
function Waiting() {
  const inbox = useStore((state) => state.inbox);
  if (!inbox || inbox.waiting === 0) return null;
  const { waiting, overdue } = inbox;
  return (
    <b class={`badge${overdue > 0 ? " bad" : ""}`} data-waiting={waiting}>
      <span aria-hidden="true">{waiting}</span>
      <span class="sr">{overdue > 0 ? t("reviews.count.overdue", { n: waiting, overdue }) : t("reviews.count", { n: waiting })}</span>
    </b>
  );
}
