// What a dispatcher does. The server's answer goes on the board at once; a refusal is shown.
import { ApiError } from "../api/problem";
import * as session from "../api/session";
import type { Language } from "../i18n";
import { describe } from "../i18n/problems";
import { remember, type Theme } from "./preferences";
import type { Dialog, Filter, Filters, Notice, Selection, Stage, Tab } from "./state";
import { current, update } from "./store";
import { keepViews, withView, type SavedView } from "./views";

const GOOD_NOTICE_MS = 5_000;
let lastNotice = 0;
let lastDialog = 0;

export function dismiss(id: number): void {
  update(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }));
}

export function notify(notice: Omit<Notice, "id">): void {
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

/** Selects one thing; whatever was marked is let go. */
export function select(selected: Selection | null): void {
  update(({ marked }) => ({ selected, marked: marked.size > 0 ? new Set() : marked }));
}

/** Marks several deliveries for the next act. */
export function mark(ids: Iterable<string>): void {
  const marked = new Set(ids);
  const [only] = marked;
  const selected: Selection | null = marked.size === 1 && only ? { kind: "delivery", id: only } : null;
  update(() => ({ marked, ...(selected ? { selected } : {}) }));
}

export function showStage(stage: Stage): void {
  update(() => ({ stage }));
}

export function narrow(filters: Partial<Filters>): void {
  update((state) => ({ filters: { ...state.filters, ...filters } }));
}

export function showView({ filter, text, filters }: SavedView): void {
  update(() => ({ filter, text, filters, tab: "deliveries" }));
}

export function saveView(name: string): void {
  update((state) => ({ views: withView(state.views, name, state) }));
  keepViews(current().views);
}

export function dropView(name: string): void {
  update(({ views }) => ({ views: views.filter((view) => view.name !== name) }));
  keepViews(current().views);
}

export function ask(question: Dialog["ask"], ids: readonly string[]): void {
  lastDialog += 1;
  if (ids.length > 0 || question === "automation") update(() => ({ dialog: { id: lastDialog, ask: question, ids } }));
}

/** A browser says that a dialog has closed a moment later, when another may be open already. */
export function closeDialog(id: number): void {
  update(({ dialog }) => (dialog?.id === id ? { dialog: null } : {}));
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
    session: { state: "out", expired: false }, board: null, selected: null, marked: new Set(), dialog: null, notices: [],
    inbox: null,
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
