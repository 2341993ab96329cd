// Every call to the API goes through here: token, one retry after a 401, problems as errors.
import { problemOf, unreachable } from "./problem";
import { accessToken, refresh } from "./session";

async function send(method: string, path: string, body: unknown, key?: string): Promise<Response> {
  const file = body instanceof Blob;
  const headers: Record<string, string> = {
    accept: "application/json",
    authorization: `Bearer ${await accessToken()}`,
  };
  if (body !== undefined) headers["content-type"] = file ? body.type : "application/json";
  if (key) headers["idempotency-key"] = key;
  const init: RequestInit = { method, headers };
  if (body !== undefined) init.body = file ? body : JSON.stringify(body);
  try {
    return await fetch(path, init);
  } catch (cause) {
    throw unreachable(cause);
  }
}

async function answered(
  method: string, path: string, body?: unknown, key?: string,
): Promise<Response> {
  let response = await send(method, path, body, key);
  if (response.status === 401) {
    await refresh();
    response = await send(method, path, body, key);
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function call<T>(method: string, path: string, body?: unknown, key?: string): Promise<T> {
  const response = await answered(method, path, body, key);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** `crypto.randomUUID` is missing on plain http outside localhost. */
function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const get = <T>(path: string) => call<T>("GET", path);
export const post = <T>(path: string, body: unknown = {}) => call<T>("POST", path, body, freshKey());
export const put = <T>(path: string, body: unknown) => call<T>("PUT", path, body);
export const patch = <T>(path: string, body: unknown) => call<T>("PATCH", path, body);
export const remove = (path: string) => call<void>("DELETE", path);

/** A file, whole. */
export const getFile = async (path: string) => (await answered("GET", path)).blob();

/** A file with the name that the server gives it. */
export async function getNamed(path: string): Promise<{ file: Blob; name: string }> {
  const response = await answered("GET", path);
  const [, name = ""] = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "") ?? [];
  return { file: await response.blob(), name };
}
