// What travels between widget and server (DESIGN, contracts), checked on arrival: a proxy may answer with anything.

export interface Button {
  title: string;
  payload: string;
}

export interface Source {
  organisation: string;
  document: string;
}

export type Severity = "emergency" | "urgent" | "crisis" | "advice";

/** A reply of the bot. `id` is empty where the server gave it none. */
export interface Reply {
  id: string;
  text: string;
  buttons: Button[];
  kind: string;
  topics: string[];
  severity: Severity | undefined;
  sources: Source[];
}

/** A message as the server's log has it; `state` says what became of a visitor's message. */
export interface LoggedMessage {
  seq: number;
  clientId: string;
  at: string;
  text: string;
  state: string;
  reply: Reply | undefined;
}

/** The conversation's key: whoever holds the token may read it. */
export interface Conversation {
  id: string;
  token: string;
}

/** What came is not what was agreed. */
export class NonsenseError extends Error {}

type Json = Record<string, unknown>;

export function readConversation(value: unknown): Conversation {
  const { id, token } = asObject(value);
  if (typeof id !== "string" || typeof token !== "string" || !id || !token) throw new NonsenseError("no conversation");
  return { id, token };
}

export function readReplies(value: unknown): Reply[] {
  return asList(value).map(readReply);
}

export function readHistory(value: unknown): LoggedMessage[] {
  return asList(asObject(value).messages).map(readLogged);
}

function readLogged(value: unknown): LoggedMessage {
  const message = asObject(value);
  const { seq, role, at } = message;
  if (typeof seq !== "number" || (role !== "visitor" && role !== "bot")) throw new NonsenseError("no message");
  return {
    seq,
    clientId: asText(message.client_message_id),
    at: asText(at),
    text: asText(message.text),
    state: asText(isObject(message.metadata) ? message.metadata.state : ""),
    reply: role === "bot" ? readReply(message) : undefined,
  };
}

/** Takes the server's replies and those of a bare Rasa, which have no metadata and sometimes no text. */
function readReply(value: unknown): Reply {
  const message = asObject(value);
  const metadata = isObject(message.metadata) ? message.metadata : {};
  const text = asText(message.text) || asText(message.image);
  const buttons = optionalList(message.buttons).flatMap(readButton);
  if (!text && buttons.length === 0) throw new NonsenseError("an empty reply");
  return {
    id: asText(metadata.message_id),
    text,
    buttons,
    kind: asText(metadata.kind),
    topics: optionalList(metadata.topics).filter((topic) => typeof topic === "string"),
    severity: readSeverity(metadata.severity),
    sources: optionalList(metadata.sources).flatMap(readSource),
  };
}

function readButton(value: unknown): Button[] {
  if (!isObject(value) || typeof value.title !== "string") return [];
  return [{ title: value.title, payload: asText(value.payload) || value.title }];
}

function readSource(value: unknown): Source[] {
  if (!isObject(value) || typeof value.organisation !== "string") return [];
  return [{ organisation: value.organisation, document: asText(value.document) }];
}

function readSeverity(value: unknown): Severity | undefined {
  return value === "emergency" || value === "urgent" || value === "crisis" || value === "advice" ? value : undefined;
}

function asObject(value: unknown): Json {
  if (!isObject(value)) throw new NonsenseError("not an object");
  return value;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asList(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new NonsenseError("not a list");
  return value;
}

function optionalList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}
