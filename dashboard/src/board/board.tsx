import { useEffect, useState } from "preact/hooks";
import { span, t } from "../i18n";
import { MapView } from "../map/map-view";
import { select, showStage, showTab } from "../store/actions";
import { followBoard } from "../store/live";
import type { BoardState, Stage as StageName, Tab } from "../store/state";
import { useStore } from "../store/store";
import { useTick } from "../ui/hooks";
import { Notices } from "../ui/notices";
import { ManualBar } from "./automation";
import { Couriers } from "./couriers";
import { Deliveries } from "./deliveries";
import { DeskBar, onBoardKey } from "./desk-bar";
import { Detail } from "./detail";
import { Dialogs } from "./dialogs";
import { Header } from "./header";
import { Routes } from "./routes";
import { Tours } from "./tours";

const tabs: Tab[] = ["deliveries", "couriers", "tours"];
const tabOf = { delivery: "deliveries", courier: "couriers", tour: "tours" } as const;

/** The dispatcher's page: where everybody is, what is waiting, and what to do about it. */
export function BoardPage() {
  const board = useStore((state) => state.board);
  const selected = useStore((state) => state.selected);
  const stage = useStore((state) => state.stage);
  useStore((state) => state.language);
  const [mapReady, setMapReady] = useState(false);

  useEffect(followBoard, []);
  useEffect(() => {
    window.addEventListener("keydown", onBoardKey);
    return () => window.removeEventListener("keydown", onBoardKey);
  }, []);
  useEffect(() => {
    if (board && mapReady) document.body.dataset.ready = "board";
  }, [board !== null, mapReady]);
  useEffect(() => () => void delete document.body.dataset.ready, []);
  useEffect(() => {
    // Selecting on the map shows the list the selection belongs to.
    if (selected) showTab(tabOf[selected.kind]);
  }, [selected?.kind]);

  return (
    <div class="board">
      <Header />
      <Stale />
      {board && <ManualBar board={board} />}
      <main class={`stage on-${stage}${selected ? " with-detail" : ""}`}>
        <Stage board={board} onReady={() => setMapReady(true)} />
        {board && <Detail board={board} />}
        <Side />
      </main>
      <Notices />
      {board && <Dialogs board={board} />}
    </div>
  );
}

const stages: StageName[] = ["map", "routes"];

/** The large part: the map, or every courier's route. The map stays where it was while hidden. */
function Stage({ board, onReady }: { board: BoardState | null; onReady: () => void }) {
  const stage = useStore((state) => state.stage);
  return (
    <div class="stage-main">
      <div class="tabs stage-tabs" role="tablist" aria-label={t("stage.label")}
        onKeyDown={(event) => {
          if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
          const next = stage === "map" ? "routes" : "map";
          showStage(next);
          document.getElementById(`stage-${next}`)?.focus();
        }}>
        {stages.map((name) => (
          <button key={name} type="button" role="tab" id={`stage-${name}`} data-spring=""
            aria-selected={name === stage} aria-controls="stage-panel"
            tabIndex={name === stage ? 0 : -1} onClick={() => showStage(name)}>
            {t(`stage.${name}`)}</button>
        ))}
      </div>
      {board && <DeskBar board={board} />}
      <div class="stage-panel" id="stage-panel" role="tabpanel" aria-labelledby={`stage-${stage}`}>
        <div class={`stage-map${stage === "map" ? "" : " away"}`}><MapView onReady={onReady} /></div>
        {board && stage === "routes" && <Routes board={board} />}
      </div>
    </div>
  );
}

function Side() {
  const board = useStore((state) => state.board);
  const tab = useStore((state) => state.tab);
  return (
    <section class="side" aria-label={t("tab.label")}>
      <div class="tabs" role="tablist" aria-label={t("tab.label")}
        onKeyDown={(event) => {
          if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
          const by = event.key === "ArrowRight" ? 1 : tabs.length - 1;
          const next = tabs[(tabs.indexOf(tab) + by) % tabs.length] ?? "deliveries";
          select(null);
          showTab(next);
          document.getElementById(`tab-${next}`)?.focus();
        }}>
        {tabs.map((name) => (
          <button key={name} type="button" role="tab" id={`tab-${name}`} aria-selected={name === tab}
            data-spring="" aria-controls="side-panel" tabIndex={name === tab ? 0 : -1}
            onClick={() => showTab(name)}>{t(`tab.${name}`)}</button>
        ))}
      </div>
      <div class="side-panel" id="side-panel" role="tabpanel" aria-labelledby={`tab-${tab}`}>
        {!board && <p class="list-empty">{t("app.loading")}</p>}
        {board && tab === "deliveries" && <Deliveries board={board} />}
        {board && tab === "couriers" && <Couriers board={board} />}
        {board && tab === "tours" && <Tours board={board} />}
      </div>
    </section>
  );
}

const SAY_AFTER_MS = 10_000;

/** A longer silence is said across the page: nobody should dispatch on old data unknowingly. */
function Stale() {
  const link = useStore((state) => state.link);
  useTick(1_000, link.state !== "live");
  const away = link.state === "live" ? 0 : Date.now() - link.since;
  if (away < SAY_AFTER_MS) return null;
  return <p class="stale-bar">{t("link.offline.long", { time: span(away) })}</p>;
}
