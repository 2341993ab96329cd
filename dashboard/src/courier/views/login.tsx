import { useState } from "preact/hooks";
import { ApiError } from "../../api/problem";
import { useCourier } from "../state";
import { enter } from "../session";
import { said } from "../work";
import { t } from "../words";

export function LoginView() {
  const { expired } = useCourier();
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setWrong("");
    try {
      const known = await enter(String(form.get("email")).trim(), String(form.get("password")));
      if (!known) setWrong(t("login.notCourier"));
    } catch (error) {
      const refused = error instanceof ApiError && error.status === 401;
      setWrong(refused ? t("login.wrong") : said(error));
    } finally {
      setBusy(false);
    }
  }
  return (
    <form class="panel login" aria-labelledby="login-title" onSubmit={(event) => void submit(event)}>
      <h1 id="login-title">{t("login.title")}</h1>
      {expired && <p role="status">{t("login.expired")}</p>}
      <label>{t("login.email")}
        <input name="email" type="email" autocomplete="username" required /></label>
      <label>{t("login.password")}
        <input name="password" type="password" autocomplete="current-password" required /></label>
      <p role="alert">{wrong}</p>
      <button type="submit" class="act" disabled={busy}>{t(busy ? "login.busy" : "login.submit")}</button>
    </form>
  );
}
