// How long to wait before a message is sent again, and when to give up and tell the visitor.

import type { ChatError } from "./problem";

// A restart of the server takes some seconds; after half a minute a visitor should hear that it did not work.
const OFFLINE = [1000, 2000, 4000, 8000, 8000, 8000];
const FAULT = [2000, 4000];
const BUSY = [2000, 4000, 8000, 8000];
const LONGEST_ASKED = 30;

// Longer than anybody waits; ends when the connection returns.
const UNTIL_ONLINE = 24 * 60 * 60 * 1000;

/** Milliseconds until the next attempt; undefined: give up. `attempt` counts from 0. */
export function delayBefore(attempt: number, problem: ChatError, isOnline: boolean): number | undefined {
  if (problem.trouble === "offline") return isOnline ? OFFLINE[attempt] : UNTIL_ONLINE;
  if (problem.trouble === "fault") return FAULT[attempt];
  if (problem.trouble !== "busy" || problem.retryAfter > LONGEST_ASKED) return undefined;
  if (attempt >= BUSY.length) return undefined;
  return problem.retryAfter ? problem.retryAfter * 1000 : BUSY[attempt];
}
