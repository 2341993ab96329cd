import { useEffect, useState } from "preact/hooks";

/** Draws the component again every `ms`, for what depends on a clock and nothing else. */
export function useTick(ms: number, active = true): void {
  const [, redraw] = useState(0);
  useEffect(() => {
    if (!active) return undefined;
    const timer = setInterval(() => redraw((n) => n + 1), ms);
    return () => clearInterval(timer);
  }, [ms, active]);
}
