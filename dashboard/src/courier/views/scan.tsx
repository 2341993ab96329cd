// Codes of parcels: by the camera where the browser reads them itself, and typed anywhere.
import { useEffect, useRef, useState } from "preact/hooks";
import type { RouteStop } from "../../api/types";
import { EMPTY, readCode, type Reading } from "../parcels";
import { current } from "../state";
import { draft } from "../work";
import { t } from "../words";

const LOOK_MS = 250;
const FORMATS = ["qr_code", "code_128", "data_matrix"];

interface Detector {
  detect(from: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}

type DetectorMaker = new (options: { formats: string[] }) => Detector;

const maker = () => (globalThis as { BarcodeDetector?: DetectorMaker }).BarcodeDetector;

/** Writes a code down where it belongs, and gives what it says. */
function take(text: string, here: readonly RouteStop[], route: readonly RouteStop[]): Reading {
  const { drafts } = current();
  const scanned = new Set(here.flatMap(({ task_id }) => drafts[task_id]?.scanned ?? []));
  const reading = readCode(text, here, route, scanned);
  if (reading.kind === "here") {
    const now = drafts[reading.stop.task_id] ?? EMPTY;
    draft(reading.stop.task_id, {
      scanned: [...now.scanned, reading.code],
      missing: now.missing.filter(({ parcel }) => parcel !== reading.number),
    });
    navigator.vibrate?.(40);
  }
  return reading;
}

function words(reading: Reading): string {
  switch (reading.kind) {
    case "here":
    case "again":
      return t(`scan.${reading.kind}`, { n: reading.number });
    case "elsewhere":
      return t("scan.elsewhere", {
        n: reading.number, stop: t(`stop.${reading.stop.kind}`),
        where: reading.stop.address ?? reading.stop.merchant_name,
      });
    case "foreign":
    case "unknown":
      return t(`scan.${reading.kind}`);
  }
}

export function Scan({ here, route }: { here: readonly RouteStop[]; route: readonly RouteStop[] }) {
  const [reading, setReading] = useState<Reading | null>(null);
  const [looking, setLooking] = useState(false);
  const typed = useRef<HTMLInputElement>(null);
  const say = (text: string) => setReading(take(text, here, route));
  function enter(): void {
    if (!typed.current || typed.current.value.trim() === "") return;
    say(typed.current.value);
    typed.current.value = "";
    typed.current.focus();
  }
  return (
    <div class="scan">
      {maker() && <button type="button" class="act second" data-act="scan" onClick={() => setLooking(!looking)}>
        {t(looking ? "scan.stop" : "scan.start")}</button>}
      {looking && <Camera onCode={say} onFail={() => setLooking(false)} />}
      <label>{t("scan.typed")}
        <input ref={typed} name="code" autocomplete="off" autocapitalize="off" spellcheck={false} maxLength={40}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            enter();
          }} /></label>
      <button type="button" class="plain" data-act="enter-code" onClick={enter}>{t("scan.enter")}</button>
      <p role="status" data-reading={reading?.kind}>{reading && words(reading)}</p>
    </div>
  );
}

/** Looks through the camera until it is taken away. A code that stays in view is told once. */
function Camera({ onCode, onFail }: { onCode: (text: string) => void; onFail: () => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const told = useRef(onCode);
  told.current = onCode;
  useEffect(() => {
    const Maker = maker();
    if (!Maker) return;
    const detector = new Maker({ formats: FORMATS });
    let stream: MediaStream | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let gone = false;
    let last = "";
    async function look(): Promise<void> {
      if (gone || !video.current) return;
      const [seen] = await detector.detect(video.current).catch(() => []);
      if (gone) return;
      if (seen && seen.rawValue !== last) told.current(seen.rawValue);
      last = seen?.rawValue ?? "";
      timer = setTimeout(() => void look(), LOOK_MS);
    }
    const wanted = { video: { facingMode: "environment" } };
    navigator.mediaDevices.getUserMedia(wanted).then(async (given) => {
      stream = given;
      if (gone || !video.current) return given.getTracks().forEach((track) => track.stop());
      video.current.srcObject = given;
      await video.current.play();
      await look();
    }).catch(onFail);
    return () => {
      gone = true;
      clearTimeout(timer);
      stream?.getTracks().forEach((track) => track.stop());
    };
  }, []);
  return <video ref={video} class="camera" muted playsInline aria-label={t("scan.camera")} />;
}
