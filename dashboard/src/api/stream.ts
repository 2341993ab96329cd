// The live stream: reads /v1/stream with fetch, resumes by Last-Event-ID, and never gives up.
import { frameParser, type Frame } from "./sse";
import { accessToken, refresh } from "./session";

/** The server sends a comment every 15 s; silence for longer means a dead connection. */
const SILENCE_MS = 40_000;
const BACKOFF_FIRST_MS = 500;
const BACKOFF_MAX_MS = 15_000;

export interface StreamHandlers {
  onFrame(frame: Frame): void;
  onUp(): void;
  onDown(): void;
}

export interface Stream {
  close(): void;
}

/** Full jitter above a floor, so that a restarted server is not met by everybody at once. */
export function backoffMs(attempt: number, chance: number): number {
  const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** attempt);
  return ceiling / 4 + chance * ceiling * 0.75;
}

export function openStream(from: string, handlers: StreamHandlers): Stream {
  let lastEventId = from;
  let attempt = 0;
  let closed = false;
  let abort = new AbortController();
  let wake: () => void = () => {};
  const hurry = () => wake();
  const cut = () => abort.abort(); // Said by the system: no need to wait for the silence.
  window.addEventListener("online", hurry);
  window.addEventListener("offline", cut);

  async function read(): Promise<void> {
    abort = new AbortController();
    let watchdog = setTimeout(() => abort.abort(), SILENCE_MS);
    const fed = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => abort.abort(), SILENCE_MS);
    };
    try {
      const headers: Record<string, string> = {
        accept: "text/event-stream",
        authorization: `Bearer ${await accessToken()}`,
      };
      if (lastEventId) headers["last-event-id"] = lastEventId;
      const init: RequestInit = { headers, signal: abort.signal, cache: "no-store" };
      const response = await fetch("/v1/stream", init);
      if (response.status === 401) await refresh();
      if (!response.ok || !response.body) throw new Error(`stream: HTTP ${response.status}`);
      handlers.onUp();
      const parse = frameParser();
      const text = new TextDecoder();
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done || closed) return;
        fed();
        attempt = 0;
        for (const frame of parse(text.decode(value, { stream: true }))) {
          if (closed) return;
          if (frame.id) lastEventId = frame.id;
          handlers.onFrame(frame);
        }
      }
    } finally {
      clearTimeout(watchdog);
    }
  }

  async function run(): Promise<void> {
    while (!closed) {
      await read().catch(() => {});
      if (closed) return;
      handlers.onDown();
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, backoffMs(attempt, Math.random()));
      });
      attempt += 1;
    }
  }

  void run();
  return {
    close() {
      closed = true;
      window.removeEventListener("online", hurry);
      window.removeEventListener("offline", cut);
      abort.abort();
      wake();
    },
  };
}
