import { useEffect, useState } from "preact/hooks";
import type { Frame } from "../api/sse";
import { openStream } from "../api/stream";
import { notifyError } from "../store/actions";

const SETTLE_MS = 300;

/**
 * Loads something once and again after each event of one's own stream: enough for a page that
 * shows a few lines, and never wrong for long.
 */
export function useLive<T>(load: () => Promise<T>, key = ""): { value: T | null; reload: () => void } {
  const [value, setValue] = useState<T | null>(null);
  const [asked, ask] = useState(0);
  const reload = () => ask((n) => n + 1);

  useEffect(() => {
    let gone = false;
    load().then((fresh) => !gone && setValue(() => fresh), (error) => !gone && notifyError(error));
    return () => (gone = true);
  }, [asked, key]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(reload, SETTLE_MS);
    };
    // `onUp` as well: what happened while away is only known by loading.
    const onFrame = ({ event }: Frame) => event !== "positions" && soon();
    const stream = openStream("", { onFrame, onUp: soon, onDown: () => {} });
    return () => {
      clearTimeout(timer);
      stream.close();
    };
  }, []);

  return { value, reload };
}
