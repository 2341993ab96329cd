// The own shifts in a calendar elsewhere, behind a secret link.
import { useEffect, useState } from "preact/hooks";
import { roster } from "../../api/roster";
import { useCourier } from "../state";
import { notify, said } from "../work";
import { dayHour, t } from "../words";

export function CalendarLink() {
  const { online, language } = useCourier();
  const [madeAt, setMadeAt] = useState<string | null | undefined>(undefined);
  const [address, setAddress] = useState("");
  const failed = (error: unknown) => notify("bad", said(error));
  useEffect(() => {
    if (online) void roster.calendar().then(({ made_at }) => setMadeAt(made_at ?? null), failed);
  }, [online]);
  const make = () => void roster.makeCalendar().then(({ path, made_at }) => {
    setMadeAt(made_at);
    setAddress(`${location.origin}${path}?lang=${language}`);
  }, failed);
  const withdraw = () => void roster.withdrawCalendar().then(() => {
    setMadeAt(null);
    setAddress("");
    notify("good", t("calendar.withdrawn"));
  }, failed);
  return (
    <section class="panel" aria-labelledby="calendar-title">
      <h2 id="calendar-title">{t("calendar.title")}</h2>
      <p>{t("calendar.text")}</p>
      {address && (
        <>
          <label>{t("calendar.address")}<input data-calendar readOnly value={address}
            onFocus={(event) => event.currentTarget.select()} /></label>
          <p><a href={address.replace(/^https?:/, "webcal:")}>{t("calendar.subscribe")}</a></p>
        </>
      )}
      {madeAt && <p class="quiet">{t("calendar.since", { time: dayHour(madeAt) })}</p>}
      <button type="button" class="act second" disabled={!online} data-act="make-calendar" onClick={make}>
        {t(madeAt ? "calendar.anew" : "calendar.make")}</button>
      {madeAt && (
        <button type="button" class="plain" disabled={!online} data-act="withdraw-calendar" onClick={withdraw}>
          {t("calendar.withdraw")}</button>
      )}
    </section>
  );
}
