// Who is logged in. The access token lives in memory only; the refresh token in sessionStorage, so
// that a reload keeps the login and closing the tab ends it. A courier's phone keeps it for good.
import { ApiError, problemOf, unreachable } from "./problem";
import type { Tokens, User } from "./types";

const STORED = "paceline.refresh";
/** Real milliseconds before its end at which a token is replaced. */
const EARLY_MS = 60_000;

let access: { token: string; until: number } | null = null;
let refreshing: Promise<User> | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
let ended: () => void = () => {};
let storage = () => sessionStorage;

/** Keeps the login after the tab is closed: a phone is its owner's. */
export function keepLogin(): void {
  storage = () => localStorage;
}

/** Called when the server no longer takes our refresh token. */
export function onSessionEnd(listener: () => void): void {
  ended = listener;
}

async function post(path: string, body: unknown): Promise<Response> {
  try {
    return await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(body),
    });
  } catch (cause) {
    throw unreachable(cause);
  }
}

function keep(tokens: Tokens): User {
  const life = tokens.expires_in * 1000;
  access = { token: tokens.access_token, until: Date.now() + life };
  storage().setItem(STORED, tokens.refresh_token);
  clearTimeout(timer);
  const early = Math.min(EARLY_MS, life / 4);
  timer = setTimeout(() => void refresh().catch(() => {}), life - early);
  return tokens.user;
}

function forget(): void {
  access = null;
  clearTimeout(timer);
  storage().removeItem(STORED);
}

export async function login(email: string, password: string): Promise<User> {
  const response = await post("/v1/auth/login", { email, password });
  if (!response.ok) throw await problemOf(response);
  return keep((await response.json()) as Tokens);
}

/** One refresh at a time: the token rotates, and using the old one twice ends the session. */
export function refresh(): Promise<User> {
  refreshing ??= rotate().finally(() => (refreshing = null));
  return refreshing;
}

async function rotate(): Promise<User> {
  const refresh_token = storage().getItem(STORED);
  if (!refresh_token) throw new ApiError({ title: "logged out", status: 401 });
  const response = await post("/v1/auth/refresh", { refresh_token });
  if (response.ok) return keep((await response.json()) as Tokens);
  const error = await problemOf(response);
  if (error.status >= 400 && error.status < 500 && error.status !== 429) {
    forget();
    ended();
  }
  throw error;
}

/** A token good for at least a moment; refreshes when needed. */
export async function accessToken(): Promise<string> {
  if (!access || access.until - Date.now() < 5_000) await refresh();
  if (!access) throw new ApiError({ title: "logged out", status: 401 });
  return access.token;
}

export function hasSession(): boolean {
  return storage().getItem(STORED) !== null;
}

export async function logout(): Promise<void> {
  const refresh_token = storage().getItem(STORED);
  forget();
  if (refresh_token) await post("/v1/auth/logout", { refresh_token }).catch(() => {});
}
