import { useEffect, useState } from "preact/hooks";
import { knocking, turnOff, turnOn, type Knocking } from "../push";
import { useCourier } from "../state";
import { notify, said } from "../work";
import { t } from "../words";

function useKnocking(): [Knocking | null, (turn: () => Promise<Knocking>) => void] {
  const [now, set] = useState<Knocking | null>(null);
  useEffect(() => void knocking().then(set), []);
  return [now, (turn) => void turn().then(set, (error) => notify("bad", said(error)))];
}

function On({ turn }: { turn: (to: () => Promise<Knocking>) => void }) {
  const { online, language } = useCourier();
  return (
    <button type="button" class="plain" disabled={!online} data-act="knock-on"
      onClick={() => turn(() => turnOn(language))}>{t("knock.on")}</button>
  );
}

/** Offered on the first screen as long as it is off. */
export function KnockInvitation() {
  const [now, turn] = useKnocking();
  if (now !== "off") return null;
  return <section class="shift-bar"><span>{t("knock.invite")}</span><On turn={turn} /></section>;
}

/** Whether this phone says something while the app is closed, and how to change that. */
export function Knocks() {
  const [now, turn] = useKnocking();
  if (now === null) return null;
  return (
    <>
      <h2>{t("knock.title")}</h2>
      <p>{t("knock.text")}</p>
      <p role="status" data-knocking={now}>{t(`knock.is.${now}`)}</p>
      {now === "off" && <On turn={turn} />}
      {now === "on" && (
        <button type="button" class="plain" data-act="knock-off"
          onClick={() => turn(() => turnOff().then(knocking))}>{t("knock.off")}</button>
      )}
    </>
  );
}
