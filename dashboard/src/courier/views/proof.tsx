// Pictures of a handing over: a photo, a drawn signature. Both are kept on the phone until they are sent.
import { useRef, useState } from "preact/hooks";
import { useCourier, type State } from "../state";
import type { ProofFile } from "../storage";
import { attach } from "../work";
import { t } from "../words";

/** Longest side of what is sent, in pixels: a street number can still be read. */
const SIDE_MAX = 1_600;
const QUALITY = 0.8;

function jpegOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/jpeg", QUALITY));
}

/** Drawn anew and smaller: what the camera wrote beside the picture stays on the phone. */
export async function shrink(file: File): Promise<Blob> {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, SIDE_MAX / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return jpegOf(canvas);
}

/** How many pictures of a kind have been taken for a stop. */
function keptOf(drafts: State["drafts"], task: string, kind: ProofFile["kind"]): number {
  return (drafts[task]?.pictures ?? []).filter((picture) => picture.kind === kind).length;
}

/** A photo from the camera, or a file where there is none. */
export function Photo({ task }: { task: string }) {
  const kept = keptOf(useCourier().drafts, task, "photo");
  const [wrong, setWrong] = useState(false);
  async function take(input: HTMLInputElement): Promise<void> {
    const [file] = input.files ?? [];
    if (!file) return;
    try {
      await attach(task, "photo", await shrink(file));
      setWrong(false);
    } catch {
      setWrong(true);
    }
    input.value = "";
  }
  return (
    <>
      <label class="act second file">{t("proof.photo")}
        <input class="sr" type="file" accept="image/*" capture="environment" data-act="photo"
          onChange={(event) => void take(event.currentTarget)} /></label>
      <p role="status">{kept > 0 && t("proof.photo.kept", { n: kept })}</p>
      <p role="alert">{wrong && t("proof.photo.wrong")}</p>
    </>
  );
}

/** A signature by finger. The name in words stands beside it, for whoever cannot draw. */
export function Signature({ task }: { task: string }) {
  const pad = useRef<HTMLCanvasElement>(null);
  const [state, setState] = useState<"empty" | "drawn" | "kept">("empty");
  const kept = keptOf(useCourier().drafts, task, "signature");
  function draw(event: PointerEvent): void {
    const canvas = pad.current;
    const pen = canvas?.getContext("2d");
    if (!canvas || !pen || (event.type === "pointermove" && event.buttons === 0)) return;
    const scale = canvas.width / canvas.clientWidth;
    const [x, y] = [event.offsetX * scale, event.offsetY * scale];
    if (event.type === "pointerdown") {
      if (state !== "drawn") {
        pen.fillStyle = "#ffffff";
        pen.fillRect(0, 0, canvas.width, canvas.height);
      }
      canvas.setPointerCapture(event.pointerId);
      pen.lineWidth = 4;
      pen.lineCap = "round";
      pen.beginPath();
      pen.moveTo(x, y);
      setState("drawn");
    } else {
      pen.lineTo(x, y);
      pen.stroke();
    }
  }
  async function keep(): Promise<void> {
    if (!pad.current) return;
    await attach(task, "signature", await jpegOf(pad.current));
    setState("kept");
  }
  return (
    <details>
      <summary data-act="sign">{t("proof.signature")}</summary>
      <canvas ref={pad} class="pad" width={640} height={240} role="img"
        aria-label={t("proof.signature.pad")} onPointerDown={draw} onPointerMove={draw} />
      <button type="button" class="plain" data-act="keep-signature" disabled={state !== "drawn"}
        onClick={() => void keep()}>{t("proof.signature.keep")}</button>
      <p role="status">{kept > 0 && state !== "drawn" && t("proof.signature.kept")}</p>
    </details>
  );
}
