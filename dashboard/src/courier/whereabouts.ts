// The phone's position: asked for while a shift is open, and neither during a break nor otherwise.
import { coopNow, current, today, update } from "./state";
import { keepFix } from "./work";

/** Real time between two fixes. */
const EVERY_MS = 5_000;

let timer: ReturnType<typeof setInterval> | undefined;
let awake: WakeLockSentinel | null = null;

function ask(): void {
  navigator.geolocation.getCurrentPosition(
    (found) => {
      update({ sharing: "on" });
      void keepFix(coopNow(), found.coords);
    },
    (error) => update({ sharing: error.code === error.PERMISSION_DENIED ? "denied" : "seeking" }),
    { enableHighAccuracy: true, maximumAge: EVERY_MS - 1_000, timeout: 10_000 },
  );
}

async function stayAwake(): Promise<void> {
  // The screen may go dark all the same; then positions come late, and the board says so.
  awake = await navigator.wakeLock?.request("screen").catch(() => null) ?? null;
}

/** Starts and stops with the shift, and rests with its breaks. */
export function follow(): void {
  const { shift } = today();
  const working = current().user !== null && shift !== null && !shift.paused_at;
  if (working && timer === undefined) {
    update({ sharing: "seeking" });
    timer = setInterval(ask, EVERY_MS);
    ask();
    void stayAwake();
  } else if (!working && timer !== undefined) {
    clearInterval(timer);
    timer = undefined;
    void awake?.release();
    awake = null;
    update({ sharing: "off" });
  }
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && timer !== undefined) {
    ask();
    void stayAwake();
  }
});
