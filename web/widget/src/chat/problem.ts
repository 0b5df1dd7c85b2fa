// Everything that can go wrong with a request, as one kind of error that says what to do about it.

/**
 * - `offline`: no answer came; - `busy`: later it will work; - `fault`: the server, or something in front of it, is broken;
 * - `refused`: the server will never take this as it is; - `gone`: the conversation is not there any more.
 */
export type Trouble = "offline" | "busy" | "fault" | "refused" | "gone";

/** A request that failed. `detail` is the server's sentence, if it gave one; `retryAfter` is in seconds. */
export class ChatError extends Error {
  constructor(
    readonly trouble: Trouble,
    readonly detail = "",
    readonly retryAfter = 0,
  ) {
    super(detail || trouble);
  }
}

/** The error behind an HTTP status. `isProblem`: the body is the server's own, not a page of a proxy. */
export function problemOf(status: number, isProblem: boolean, detail: string, retryAfter: number): ChatError {
  if (status === 429 || status === 503 || status === 409) return new ChatError("busy", detail, retryAfter);
  if (!isProblem) return new ChatError("fault");
  if (status === 401 || status === 404) return new ChatError("gone", detail);
  if (status === 400 || status === 413 || status === 422) return new ChatError("refused", detail);
  return new ChatError("fault", detail);
}

export function asChatError(error: unknown): ChatError {
  return error instanceof ChatError ? error : new ChatError("fault");
}
