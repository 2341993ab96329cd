import { useState } from "preact/hooks";
import { ApiError } from "../api/problem";
import { t } from "../i18n";
import { describe } from "../i18n/problems";
import { logIn } from "../store/actions";
import { useStore } from "../store/store";
import { Brand } from "../ui/icons";
import { Switches } from "../ui/switches";

export function LoginPage({ expired }: { expired: boolean }) {
  useStore((state) => state.language);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<{ text: string; request_id?: string } | null>(null);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setError(null);
    try {
      await logIn(String(form.get("email")).trim(), String(form.get("password")));
    } catch (cause) {
      const wrong = cause instanceof ApiError && cause.status === 401;
      setError(wrong ? { ...describe(cause), text: t("error.login") } : describe(cause));
      setBusy(false);
    }
  }

  return (
    <main class="login">
      <form onSubmit={(event) => void submit(event)} aria-labelledby="login-title">
        <p class="brand"><Brand />paceline</p>
        <p class="muted">{t("login.tagline")}</p>
        <h1 id="login-title">{t("login.title")}</h1>
        {expired && !error && <p class="login-note" role="status">{t("login.expired")}</p>}
        <label>{t("login.email")}
          <input name="email" type="email" autocomplete="username" required autofocus />
        </label>
        <label>{t("login.password")}
          <input name="password" type="password" autocomplete="current-password" required />
        </label>
        <div role="alert">
          {error && <p class="login-error">{error.text}
            {error.request_id && <small>{t("error.request", { id: error.request_id })}</small>}</p>}
        </div>
        <button type="submit" class="primary" disabled={busy}>
          {t(busy ? "login.busy" : "login.submit")}
        </button>
      </form>
      <Switches />
    </main>
  );
}
