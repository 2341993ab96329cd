// What a dispatcher does. The server's answer goes on the board at once; a refusal is shown.
import { api } from "../api/http";
import { ApiError } from "../api/problem";
import * as session from "../api/session";
import type { Delivery } from "../api/types";
import { t, type Language } from "../i18n";
import { describe } from "../i18n/problems";
import { remember, type Theme } from "./preferences";
import { applyEvents } from "./reduce";
import type { Filter, Notice, Selection, Tab } from "./state";
import { current, update } from "./store";

const GOOD_NOTICE_MS = 5_000;
let lastNotice = 0;

export function dismiss(id: number): void {
  update(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }));
}

function notify(notice: Omit<Notice, "id">): void {
  const id = (lastNotice += 1);
  update(({ notices }) => ({ notices: [...notices.slice(-3), { id, ...notice }] }));
  if (notice.tone === "good") setTimeout(() => dismiss(id), GOOD_NOTICE_MS);
}

export function notifyGood(text: string): void {
  notify({ tone: "good", text });
}

export function notifyError(error: unknown): void {
  const { text, request_id } = describe(error);
  notify({ tone: "bad", text, ...(request_id ? { request_id } : {}) });
}

export function adopt(delivery: Delivery): void {
  update(({ board }) =>
    board ? { board: applyEvents(board, [{ kind: "delivery", delivery }]) } : {},
  );
}

/** Runs an act on a delivery; true when the server took it. After a conflict, shows the truth. */
async function act(id: string, run: () => Promise<Delivery>, done: string): Promise<boolean> {
  try {
    adopt(await run());
    notifyGood(done);
    return true;
  } catch (error) {
    notifyError(error);
    const outdated = error instanceof ApiError && (error.status === 409 || error.status === 412);
    if (outdated) await api.delivery(id).then(adopt, () => {});
    return false;
  }
}

export const assign = (id: string, courier: string, name: string) =>
  act(id, () => api.assign(id, courier), t("did.assigned", { name }));
export const unassign = (id: string) =>
  act(id, () => api.unassign(id), t("did.unassigned"));
export const cancel = (id: string, reason: string) =>
  act(id, () => api.cancel(id, reason), t("did.cancelled"));

export function select(selected: Selection | null): void {
  update(() => ({ selected }));
}

export function showTab(tab: Tab): void {
  update(() => ({ tab }));
}

export function showFilter(filter: Filter): void {
  update(() => ({ filter, tab: "deliveries" }));
}

export function search(text: string): void {
  update(() => ({ text }));
}

export function setLanguage(language: Language): void {
  remember("language", language);
  document.documentElement.lang = language;
  update(() => ({ language }));
}

export function setTheme(theme: Theme): void {
  remember("theme", theme);
  update(() => ({ theme }));
}

export async function logIn(email: string, password: string): Promise<void> {
  const user = await session.login(email, password);
  update(() => ({ session: { state: "in", user } }));
}

export async function logOut(): Promise<void> {
  await session.logout();
  update(() => ({
    session: { state: "out", expired: false }, board: null, selected: null, notices: [],
  }));
}

/** At page load: takes up the login of this tab, if there is one. */
export async function resume(): Promise<void> {
  session.onSessionEnd(() => {
    if (current().session.state === "in") {
      update(() => ({ session: { state: "out", expired: true }, board: null, selected: null }));
    }
  });
  if (!session.hasSession()) {
    update(() => ({ session: { state: "out", expired: false } }));
    return;
  }
  try {
    const user = await session.refresh();
    update(() => ({ session: { state: "in", user } }));
  } catch (error) {
    const outage = error instanceof ApiError && error.isOutage;
    if (outage && session.hasSession()) setTimeout(() => void resume(), 2_000);
    else update(() => ({ session: { state: "out", expired: true } }));
  }
}
