// Keeps the board current: loads it, follows the stream, loads it again when asked to.
import { api } from "../api/http";
import { openStream, type Stream } from "../api/stream";
import type { Frame } from "../api/sse";
import { anchor, simulatedNow } from "./clock";
import { forgetPosition, resetPositions, takeFixes } from "./positions";
import { applyEvents, boardFrom, readEvent, readFixes, withoutOld, type BoardEvent } from "./reduce";
import { current, update } from "./store";

const RETRY_MS = 3_000;
const CLOCK_EVERY_MS = 60_000;

/** Starts following the board; returns how to stop. */
export function followBoard(): () => void {
  let stopped = false;
  let stream: Stream | null = null;
  let queue: BoardEvent[] = [];
  let scheduled = false;
  let loading = false;

  function down(): void {
    if (stopped || current().link.state !== "live") return;
    update(() => ({ link: { state: "reconnecting", since: Date.now() } }));
  }

  /** Events of one frame are applied together; a hidden tab has no frames, so a timer stands in. */
  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    if (document.hidden) setTimeout(flush, 250);
    else requestAnimationFrame(flush);
  }

  function flush(): void {
    scheduled = false;
    const events = queue;
    queue = [];
    if (stopped || events.length === 0) return;
    update(({ board }) => (board ? { board: applyEvents(board, events) } : {}));
  }

  function onFrame({ event, data }: Frame): void {
    if (event === "resync") {
      void load();
      return;
    }
    let body: unknown;
    try {
      body = JSON.parse(data);
    } catch {
      return;
    }
    const fixes = readFixes(event, body);
    if (fixes) return takeFixes(fixes);
    const read = readEvent(event, body);
    if (!read) return;
    const gone = read.kind === "courier" && (read.courier.on_shift === false || read.courier.paused_at);
    if (gone) forgetPosition(read.courier.id);
    queue.push(read);
    schedule();
  }

  /** Loads the whole board, then resumes the stream from where the board stands. */
  async function load(): Promise<void> {
    if (loading || stopped) return;
    loading = true;
    stream?.close();
    stream = null;
    try {
      const board = await api.board();
      if (stopped) return;
      queue = [];
      const clock = anchor(board, performance.now());
      resetPositions(board.couriers);
      update(() => ({ board: boardFrom(board), clock, minute: minuteOf(clock.now) }));
      void readZones();
      stream = openStream(board.last_event_id, { onFrame, onUp, onDown: down });
    } catch {
      down();
      if (!stopped) setTimeout(() => void load(), RETRY_MS);
    } finally {
      loading = false;
    }
  }

  function onUp(): void {
    if (!stopped) update(() => ({ link: { state: "live" } }));
  }

  function tick(): void {
    const { clock, minute } = current();
    const now = minuteOf(simulatedNow(clock));
    if (now === minute) return;
    update(({ board }) => ({ minute: now, ...(board ? { board: withoutOld(board, now) } : {}) }));
  }

  /** Beside the board, which can be worked with before. */
  async function readZones(): Promise<void> {
    const zones = await api.zones().catch(() => null);
    if (zones && !stopped) update(() => ({ zones: zones.items }));
  }

  async function readClock(): Promise<void> {
    const clock = await api.clock().catch(() => null);
    if (!clock || stopped) return;
    update(() => ({ clock: anchor(clock, performance.now()), sandbox: clock.sandbox }));
  }

  update(() => ({ board: null, link: { state: "connecting", since: Date.now() } }));
  void load();
  void readClock();
  const ticking = setInterval(tick, 500);
  const reading = setInterval(() => void readClock(), CLOCK_EVERY_MS);
  return () => {
    stopped = true;
    stream?.close();
    clearInterval(ticking);
    clearInterval(reading);
  };
}

function minuteOf(now: number): number {
  return Math.floor(now / 60_000) * 60_000;
}
