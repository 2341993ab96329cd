import { useEffect, useState } from "preact/hooks";
import { hubs, type Hub } from "../api/hub";
import { t } from "../i18n";
import { notifyError, notifyGood } from "../store/actions";

/** Where goods change from one courier to another: opened, closed and opened again. */
export function Hubs() {
  const [known, setKnown] = useState<readonly Hub[]>([]);
  const [busy, setBusy] = useState(false);
  const load = async () => setKnown((await hubs.list()).items);
  useEffect(() => {
    load().catch(notifyError);
  }, []);
  const change = async (run: () => Promise<unknown>) => {
    setBusy(true);
    try {
      await run();
      await load();
    } catch (error) {
      notifyError(error);
    } finally {
      setBusy(false);
    }
  };
  const open = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const data = new FormData(form);
    const text = (name: string) => String(data.get(name) ?? "").trim();
    const instructions = text("instructions");
    void change(async () => {
      await hubs.open({
        name: text("name"), address: text("address"),
        place: { latitude: Number(text("latitude")), longitude: Number(text("longitude")) },
        ...(instructions ? { instructions } : {}),
      });
      form.reset();
      notifyGood(t("admin.made"));
    });
  };
  return (
    <>
      {known.length === 0 && <p class="muted">{t("hubs.none")}</p>}
      <ul class="cards">
        {known.map((hub) => (
          <li key={hub.id} class="card" data-hub={hub.id}>
            <b>{hub.name}</b> <small>{hub.address}</small> {hub.closed_at && <span class="tag">{t("hubs.closed")}</span>}
            {hub.instructions && <p>{hub.instructions}</p>}
            <button type="button" disabled={busy}
              aria-label={t(hub.closed_at ? "hubs.reopen.label" : "hubs.close.label", { name: hub.name })}
              onClick={() => void change(() => hubs.close(hub.id, !hub.closed_at))}>
              {t(hub.closed_at ? "hubs.reopen" : "hubs.close")}</button>
          </li>
        ))}
      </ul>
      <form class="card fields" aria-labelledby="new-hub" data-form="new-hub" onSubmit={open}>
        <h3 id="new-hub">{t("hubs.new")}</h3>
        <label>{t("admin.name")}<input name="name" required maxLength={200} autocomplete="off" /></label>
        <label>{t("shop.address")}<input name="address" required maxLength={500} autocomplete="off" /></label>
        <div class="pair">
          <label>{t("admin.latitude")}<input name="latitude" type="number" step="any" min="-90" max="90" required /></label>
          <label>{t("admin.longitude")}<input name="longitude" type="number" step="any" min="-180" max="180" required /></label>
        </div>
        <label>{t("hubs.instructions")}<textarea name="instructions" rows={2} maxLength={2000} /></label>
        <button type="submit" class="primary" disabled={busy}>{t("admin.make")}</button>
      </form>
    </>
  );
}
