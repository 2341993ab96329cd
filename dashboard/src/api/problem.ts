import type { Problem } from "./types";

/** What the server refused, in its own words. `status` 0: it could not be reached at all. */
export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = "ApiError";
  }

  get status(): number {
    return this.problem.status;
  }

  /** True when nothing was said against the request: the network or the server was away. */
  get isOutage(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

export function unreachable(cause: unknown): ApiError {
  return new ApiError({
    title: "unreachable",
    status: 0,
    code: "unreachable",
    ...(cause instanceof Error ? { detail: cause.message } : {}),
  });
}

/** Reads a refused response; a proxy's HTML page becomes a problem as well. */
export async function problemOf(response: Response): Promise<ApiError> {
  const title = response.statusText || `HTTP ${response.status}`;
  const request_id = response.headers.get("x-request-id");
  const base: Problem = { title, status: response.status, ...(request_id ? { request_id } : {}) };
  try {
    const body = (await response.json()) as Partial<Problem>;
    return new ApiError({ ...base, ...body, status: response.status });
  } catch {
    return new ApiError(base);
  }
}
