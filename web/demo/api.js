// The server's native API. Every failure comes out as an ApiError, so callers have one thing to catch.

const BASE = "/api/v1";

// The server itself gives up on the bot after about 8 seconds; a visitor on a slow line may need more.
const PATIENCE_MS = 30_000;

/** A request that failed. `status` is 0 if no answer came at all; `detail` is the server's sentence, if any. */
export class ApiError extends Error {
  constructor(status, detail = "") {
    super(detail || `status ${status}`);
    this.status = status;
    this.detail = detail;
  }

  /** The conversation does not exist any more, or not for us. */
  get isGone() {
    return this.status === 401 || this.status === 404;
  }

  /** The server will never take this message as it is, so sending it again is no use. */
  get isRefusal() {
    return this.status === 413 || this.status === 422;
  }
}

export function readClinic() {
  return request("/clinic");
}

/** Resolves to `{id, token, replies}`. */
export function openConversation() {
  return request("/conversations", { method: "POST" });
}

export async function readHistory(conversation) {
  const { messages } = await request(messagesOf(conversation), { token: conversation.token });
  return messages;
}

/** The same id and text may be sent again: the server answers once and then repeats that answer. */
export function sendMessage(conversation, { id, text }) {
  const body = { client_message_id: id, text };
  return request(messagesOf(conversation), { method: "POST", token: conversation.token, body });
}

function messagesOf({ id }) {
  return `/conversations/${encodeURIComponent(id)}/messages`;
}

async function request(path, { method = "GET", token, body } = {}) {
  // Not AbortSignal.timeout: phones from before 2022 lack it.
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PATIENCE_MS);
  try {
    const response = await fetch(BASE + path, {
      method,
      headers: headersFor(token, body),
      body: body && JSON.stringify(body),
      cache: "no-store",
      signal: abort.signal,
    });
    return await readBody(response);
  } catch (error) {
    throw error instanceof ApiError ? error : new ApiError(0);
  } finally {
    clearTimeout(timer);
  }
}

function headersFor(token, body) {
  const headers = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  return headers;
}

async function readBody(response) {
  const text = await response.text();
  const body = parsed(text);
  if (!response.ok) throw new ApiError(response.status, body?.detail);
  // A proxy or a hotel's log-in page can answer 200 with something else.
  if (body === undefined) throw new ApiError(502);
  return body;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
