// One request. Whatever goes wrong comes out as a ChatError, so that callers have one thing to catch.

import { ChatError, problemOf } from "./problem";

// The server gives up on the bot after about 8 seconds; a visitor on a slow line may need more.
const PATIENCE_MS = 30_000;

export interface Call {
  method?: "GET" | "POST" | "DELETE";
  token?: string;
  body?: unknown;
}

/** Resolves to the parsed JSON body, or to undefined if the answer has none (204). */
export async function requestJson(url: string, call: Call = {}): Promise<unknown> {
  const { text } = await request(url, call);
  if (!text) return undefined;
  const body = parsed(text);
  // A proxy or a hotel's log-in page can answer 200 with a page of its own.
  if (body === undefined) throw new ChatError("fault");
  return body;
}

/** Resolves to the body of an answer that is plain text; a page of a proxy is none. */
export async function requestText(url: string, call: Call = {}): Promise<string> {
  const { text, type } = await request(url, call);
  if (!type.startsWith("text/plain")) throw new ChatError("fault");
  return text;
}

async function request(url: string, call: Call): Promise<{ text: string; type: string }> {
  // Not AbortSignal.timeout: phones from before 2022 lack it.
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PATIENCE_MS);
  try {
    const response = await fetch(url, options(call, abort.signal));
    const text = await response.text();
    const type = response.headers.get("Content-Type") ?? "";
    if (!response.ok) throw failure(response, type, text);
    return { text, type };
  } catch (error) {
    throw error instanceof ChatError ? error : new ChatError("offline");
  } finally {
    clearTimeout(timer);
  }
}

function options({ method = "GET", token, body }: Call, signal: AbortSignal): RequestInit {
  const headers: Record<string, string> = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  // No cookies: the token is all that the server needs to know of a visitor.
  const common: RequestInit = { method, headers, signal, cache: "no-store", credentials: "omit" };
  return body === undefined ? common : { ...common, body: JSON.stringify(body) };
}

function failure(response: Response, type: string, text: string): ChatError {
  const isProblem = type.startsWith("application/problem+json");
  const body = isProblem ? parsed(text) : undefined;
  const detail = (body as { detail?: unknown } | undefined)?.detail;
  const retryAfter = Number(response.headers.get("Retry-After")) || 0;
  return problemOf(response.status, isProblem, typeof detail === "string" ? detail : "", retryAfter);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
