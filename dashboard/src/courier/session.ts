// Logging in and staying in. A phone without a network stays in as whom it knows.
import { ApiError } from "../api/problem";
import * as login from "../api/session";
import type { User } from "../api/types";
import { detectLanguage } from "../store/preferences";
import { renew, turnOff } from "./push";
import { update } from "./state";
import { begin, end } from "./work";

const KNOWN = "paceline.courier";

login.keepLogin();
login.onSessionEnd(() => {
  end();
  update({ known: true, expired: true });
});

/** False when the login is not a courier's. */
export async function enter(email: string, password: string): Promise<boolean> {
  const user = await login.login(email, password);
  if (!user.courier_id) {
    await login.logout();
    return false;
  }
  await welcome(user);
  return true;
}

async function welcome(user: User): Promise<void> {
  localStorage.setItem(KNOWN, JSON.stringify(user));
  update({ expired: false });
  await start(user);
}

async function start(user: User): Promise<void> {
  await begin(user);
  // Without a network: next time.
  void renew(detectLanguage()).catch(() => undefined);
}

/** Goes on where the phone was, without asking anybody first. */
export async function resume(): Promise<void> {
  const known = localStorage.getItem(KNOWN);
  if (login.hasSession() && known) {
    await start(JSON.parse(known) as User);
    return;
  }
  update({ known: true });
}

export async function leave(): Promise<void> {
  end();
  await turnOff();
  localStorage.removeItem(KNOWN);
  await login.logout().catch((error) => {
    if (!(error instanceof ApiError)) throw error;
  });
}
