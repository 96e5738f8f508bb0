import type { FieldLine } from "./http/fields.ts";
import type { ProxyError } from "./http/proxy-status.ts";

/** All that the edge may ask of the outside. What goes wrong out there is an answer, never an exception. */
export interface World {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** That many random bytes in lower-case hexadecimal. */
  randomHex(bytes: number): string;
  /** The named keys of the customer list, in one operation and within the list's deadline. */
  readList(keys: readonly string[]): Promise<ListAnswer>;
  /** Text this PoP keeps for later, shared by its isolates: best effort, `null` when it has none. */
  recall(name: string): Promise<string | null>;
  keep(name: string, text: string): Promise<void>;
  forget(name: string): Promise<void>;
  /** Bytes this PoP keeps, likewise. Keeping answers whether all of them arrived and were kept. */
  recallBytes(name: string): Promise<Bytes | null>;
  keepBytes(name: string, bytes: Bytes): Promise<boolean>;
  /** One exchange with an origin, until the response's header section has arrived. */
  send(request: OriginRequest): Promise<OriginAnswer>;
  wait(ms: number): Promise<void>;
  /** Work that may outlive the reply. */
  later(work: Promise<unknown>): void;
  observe(event: EdgeEvent): void;
}

/** A body: at hand, or still on its way. */
export type Bytes = Uint8Array | ReadableStream<Uint8Array>;

/** A key answered with `null` does not exist; a key that is missing could not be read. */
export type ListAnswer = {
  values: ReadonlyMap<string, string | null>;
  problem: string | null;
};

export interface OriginRequest {
  method: string;
  url: URL;
  fields: readonly FieldLine[];
  body: ReadableStream<Uint8Array> | null;
  upgrade: "none" | "websocket";
  /** How long the origin may take to the first byte of its response. */
  timeoutMs: number;
}

export type OriginAnswer =
  | OriginResponse
  | {
      kind: "failed";
      error: ProxyError;
      /** For operators; never shown to a visitor. */
      details: string;
    };

export interface OriginResponse {
  kind: "answered";
  status: number;
  fields: readonly FieldLine[];
  body: Bytes | null;
  /** Set when the origin switched protocols. */
  channel: Channel | null;
}

/** A two-way connection an origin switched to; only the world that opened it can hand it on. */
export interface Channel {
  readonly protocol: "websocket";
  /** Closes it towards the origin, when nobody is to get it. */
  discard(): void;
}

/** One request as it arrived. */
export interface Inbound {
  method: string;
  /** As the runtime gives it: scheme, authority, and the raw target. */
  url: string;
  fields: { get(name: string): string | null } & Iterable<FieldLine>;
  body: ReadableStream<Uint8Array> | null;
  /** ISO 3166-1 alpha-2, or `XX` or `T1` as Cloudflare says; null when nobody vouches for one. */
  country: string | null;
  clientAddress: string | null;
  /** "1.1", "2", "3": as Via names it (RFC 9110 §7.6.3). */
  httpVersion: string;
}

/** What a request is answered with. */
export interface Reply {
  status: number;
  fields: FieldLine[];
  body: ReplyBody;
}

export type ReplyBody =
  | { kind: "none" }
  | { kind: "text"; text: string }
  | { kind: "bytes"; bytes: Uint8Array }
  | { kind: "stream"; stream: ReadableStream<Uint8Array>; watch: Watch }
  | { kind: "channel"; channel: Channel; watch: Watch };

/** To be asked, and asked again, while a reply is being delivered: may it go on? */
export interface Watch {
  firstInMs: number;
  ask(): Promise<{ kind: "go-on"; askAgainInMs: number } | { kind: "cut" }>;
}

/** What operators may know of a request, or of the list. Never a visitor's address. */
export type EdgeEvent =
  | {
      kind: "request";
      host: string | null;
      customer: string | null;
      method: string;
      outcome: Outcome;
      status: number;
      error: ProxyError | null;
      /** Why, when something failed: for operators. */
      details: string | null;
      /** Answered from memory because the list could not be read. */
      degraded: boolean;
      tookMs: number;
    }
  | { kind: "record-malformed"; key: string; problem: string }
  | { kind: "list-unreadable"; problem: string }
  | { kind: "cut"; host: string; customer: string };

export type Outcome =
  | "served"
  | "noticed"
  | "offboarding"
  | "refused"
  | "unknown-host"
  | "unreachable"
  | "maintenance"
  | "unavailable"
  | "malformed";
