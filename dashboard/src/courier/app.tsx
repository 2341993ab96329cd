import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { remember } from "../store/preferences";
import { leave } from "./session";
import { today, update, useCourier } from "./state";
import { Incidents } from "./views/incident";
import { KnockInvitation } from "./views/knocks";
import { LoginView } from "./views/login";
import { OfferCard, PassedOffer } from "./views/offer";
import { OpenListView } from "./views/open";
import { PayView } from "./views/pay";
import { RightsView } from "./views/rights";
import { RosterView } from "./views/roster";
import { BreakDue, OffShift, OnBreak, ShiftBar } from "./views/shift";
import { Route } from "./views/stop";
import { UndoBar } from "./views/undo";
import { follow } from "./whereabouts";
import { dismiss } from "./work";
import { t } from "./words";

const TABS = ["ride", "shifts", "pay", "rights"] as const;
type Tab = (typeof TABS)[number];

function tabOf(hash: string): Tab {
  return TABS.find((tab) => hash === `#${tab}`) ?? "ride";
}

export function App() {
  const { user, known, language } = useCourier();
  const [tab, setTab] = useState<Tab>(tabOf(location.hash));
  useEffect(() => {
    const turn = () => setTab(tabOf(location.hash));
    addEventListener("hashchange", turn);
    return () => removeEventListener("hashchange", turn);
  }, []);
  useLayoutEffect(() => {
    document.documentElement.lang = language;
    document.title = t("app.title");
  }, [language]);
  useEffect(follow); // After every change of the state: the position follows the shift.
  if (!known) return null;
  return (
    <>
      <TopBar />
      <main id="main">{user ? <View tab={tab} /> : <LoginView />}</main>
      <Notices />
      {user && <TabBar tab={tab} />}
    </>
  );
}

function View({ tab }: { tab: Tab }) {
  switch (tab) {
    case "ride":
      return <Ride />;
    case "shifts":
      return <RosterView />;
    case "pay":
      return <PayView />;
    case "rights":
      return <RightsView />;
  }
}

function Ride() {
  const { said, sharing, now, openList } = useCourier();
  const { shift, stops } = today();
  const working = shift && !shift.paused_at;
  const offer = working && said?.offers.find(({ expires_at }) => Date.parse(expires_at) > now);
  return (
    <>
      {sharing === "denied" && <p class="panel warn" role="alert">{t("sharing.denied.why")}</p>}
      {offer && <OfferCard key={offer.id} offer={offer} />}
      <PassedOffer />
      <BreakDue />
      {!shift && <OffShift />}
      {shift?.paused_at && <OnBreak since={shift.paused_at} />}
      {shift && <Route />}
      <UndoBar />
      {working && <OpenListView />}
      {working && !offer && openList === null && stops.length === 0 && (
        <section class="panel"><h1>{t("idle.title")}</h1><p>{t("idle.text")}</p></section>
      )}
      <ShiftBar />
      <KnockInvitation />
      <Incidents />
    </>
  );
}

function TopBar() {
  const { user, online, events, waitingFixes, waitingFiles, sharing, language } = useCourier();
  const waiting = events.length + waitingFiles;
  const other = language === "fr" ? "en" : "fr";
  const turn = () => {
    remember("language", other);
    update({ language: other });
  };
  return (
    <header>
      <p class="states" role="status">
        <span data-net={online ? "online" : "offline"}>{t(online ? "net.online" : "net.offline")}</span>
        <span data-sharing={sharing}>{t(`sharing.${sharing}`)}</span>
        <span data-events={events.length} data-fixes={waitingFixes} data-files={waitingFiles}>
          {waiting > 0 && t("net.waiting", { n: waiting })}</span>
      </p>
      <button type="button" class="plain" lang={other} onClick={turn}>{t("language")}</button>
      {user && <button type="button" class="plain" data-act="logout" onClick={() => void leave()}>
        {t("logout")}</button>}
      {!online && user && <p class="kept">{t("net.kept")}</p>}
    </header>
  );
}

function TabBar({ tab }: { tab: Tab }) {
  return (
    <nav aria-label={t("tab.label")}>
      {TABS.map((one) => (
        <a key={one} href={`#${one}`} aria-current={one === tab ? "page" : undefined}>{t(`tab.${one}`)}</a>
      ))}
    </nav>
  );
}

function Notices() {
  const { notices } = useCourier();
  return (
    <div class="notices" role="alert">
      {notices.map(({ id, tone, text }) => (
        <p key={id} class={tone}>{text}
          <button type="button" class="plain" onClick={() => dismiss(id)}>{t("dismiss")}</button></p>
      ))}
    </div>
  );
}
