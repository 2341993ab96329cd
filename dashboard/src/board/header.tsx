import { dayOf, hourMinute, hourMinuteSecond, span, t, type Key } from "../i18n";
import { logOut, showFilter, showTab } from "../store/actions";
import { simulatedNow } from "../store/clock";
import { orders, type Tally } from "../store/derive";
import type { Filter } from "../store/state";
import { useStore } from "../store/store";
import { useTick } from "../ui/hooks";
import { Brand, LeaveIcon } from "../ui/icons";
import { Nav } from "../ui/nav";
import { Switches } from "../ui/switches";

export function Header() {
  const session = useStore((state) => state.session);
  useStore((state) => state.language);
  return (
    <header class="top">
      <h1 class="brand"><Brand />paceline</h1>
      <Nav />
      <BoardClock />
      <Counts />
      <LinkState />
      <Switches />
      {session.state === "in" && (
        <button type="button" class="quiet leave" onClick={() => void logOut()}
          title={`${t("logout")} · ${session.user.name}`}>
          <span class="who">{session.user.name}</span><LeaveIcon /><span class="sr">{t("logout")}</span>
        </button>
      )}
    </header>
  );
}

function BoardClock() {
  const clock = useStore((state) => state.clock);
  const sandbox = useStore((state) => state.sandbox);
  const fast = (clock?.speed ?? 1) !== 1;
  useTick(fast ? 500 : 1_000);
  if (!clock) return <div class="clock" />;
  const now = simulatedNow(clock);
  return (
    <div class="clock" role="group" aria-label={t("clock.label")}>
      <time dateTime={new Date(now).toISOString()}>
        <b>{fast ? hourMinute(now) : hourMinuteSecond(now)}</b> <span>{dayOf(now)}</span>
      </time>
      {sandbox && <em data-sandbox title={t("clock.sandbox.long")}>{t("clock.sandbox")}</em>}
      {fast && <em title={t("clock.speed", { speed: clock.speed })}>×{clock.speed}</em>}
    </div>
  );
}

const counted: { name: keyof Tally & string; label: Key; filter: Filter | null }[] = [
  { name: "open", label: "count.open", filter: "open" },
  { name: "assigned", label: "count.assigned", filter: "assigned" },
  { name: "picked_up", label: "count.picked_up", filter: "picked_up" },
  { name: "late", label: "count.late", filter: "late" },
  { name: "delivered", label: "count.delivered", filter: "done" },
  { name: "failed", label: "count.failed", filter: "done" },
  { name: "on_shift", label: "count.on_shift", filter: null },
];

function Counts() {
  const board = useStore((state) => state.board);
  const minute = useStore((state) => state.minute);
  const now = board ? orders(board, minute) : null;
  return (
    <ul class="counts" aria-label={t("count.label")}>
      {counted.map(({ name, label, filter }) => (
        <li key={name}>
          <button type="button" class={`count count-${name}${now && now[name] > 0 ? " some" : ""}`}
            onClick={() => (filter ? showFilter(filter) : showTab("couriers"))}>
            <b data-count={name}>{now ? now[name] : "–"}</b><span>{t(label)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

const OFFLINE_AFTER_MS = 5_000;

/** Live, reconnecting, or how long the board has been without news. */
function LinkState() {
  const link = useStore((state) => state.link);
  useTick(1_000, link.state !== "live");
  const away = link.state === "live" ? 0 : Date.now() - link.since;
  const offline = away > OFFLINE_AFTER_MS;
  const state = link.state === "live" ? "live" : offline ? "offline" : link.state;
  return (
    <p class={`link link-${state}`} data-link={state}>
      <i aria-hidden="true" />
      {offline ? t("link.offline", { time: span(away) }) : t(`link.${link.state}`)}
      <span class="sr" role="status">{offline ? t("link.offline.long", { time: "5 s" }) : ""}</span>
    </p>
  );
}
