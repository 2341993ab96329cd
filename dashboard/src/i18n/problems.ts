import { ApiError } from "../api/problem";
import { t } from ".";

/** An error in words a dispatcher can act on, with the request id to quote to support. */
export function describe(error: unknown): { text: string; request_id?: string } {
  if (!(error instanceof ApiError)) return { text: String(error) };
  const { status, problem } = error;
  const request = problem.request_id ? { request_id: problem.request_id } : {};
  if (error.isOutage && status === 0) return { text: t("error.unreachable") };
  if (status >= 500) return { text: t("error.server"), ...request };
  if (status === 429) return { text: t("error.rate"), ...request };
  if (status === 403 && !problem.detail) return { text: t("error.forbidden"), ...request };
  const fields = problem.errors?.map(({ pointer, detail }) => `${pointer} ${detail}`) ?? [];
  return { text: [problem.detail ?? problem.title, ...fields].join(" · "), ...request };
}
