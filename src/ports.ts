import type { FieldLine, NamedFields } from "./http/fields.ts";
import type { ProxyError } from "./http/proxy-status.ts";

/** All that the edge may ask of the outside. What goes wrong out there is an answer, never an exception. */
export interface World {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** That many random bytes in lower-case hexadecimal. */
  randomHex(bytes: number): string;
  /** The text of a key of the customer list: one billed read. */
  readRecord(key: string): Promise<RecordAnswer>;
  /** What the registry has decided after an entry of its ledger: a page of its feed, as text. Asked only of an edge that has one. */
  readFeed(after: number): Promise<FeedAnswer>;
  /** Text this PoP keeps for later, shared by its isolates: best effort, for so many seconds at most, `null` when it has none. */
  recall(name: string): Promise<string | null>;
  keep(name: string, text: string, seconds?: number): Promise<void>;
  /** Text or bytes. */
  forget(name: string): Promise<void>;
  /** Bytes this PoP keeps, likewise. Keeping answers whether all of them arrived and were kept. */
  recallBytes(name: string): Promise<Bytes | null>;
  keepBytes(name: string, bytes: Bytes, seconds?: number): Promise<boolean>;
  /** One exchange with an origin, until the response's header section has arrived. */
  send(request: OriginRequest): Promise<OriginAnswer>;
  wait(ms: number): Promise<void>;
  /** Work that may outlive the reply. */
  later(work: Promise<unknown>): void;
  observe(event: EdgeEvent): void;
}

/** A body: at hand, or still on its way. */
export type Bytes = Uint8Array | ReadableStream<Uint8Array>;

export type RecordAnswer =
  /** Null for a key that does not exist. */
  { kind: "read"; text: string | null } | { kind: "failed"; problem: string };

export type FeedAnswer =
  { kind: "read"; text: string } | { kind: "failed"; problem: string };

export interface OriginRequest {
  method: string;
  /** Where it goes. Its host is also the name that the origin's certificate must have. */
  url: URL;
  /** The Host to ask under, with a port where it has one; null for the URL's own. */
  host: string | null;
  fields: readonly FieldLine[];
  /** Null for a request without content (RFC 9110 §6.4). */
  body: RequestBody | null;
  upgrade: "none" | "websocket";
  /** How long the origin may take to the first byte of its response, from when it has got the request. */
  timeoutMs: number;
  /** The longest pause in the content that the visitor sends. */
  betweenBytesMs: number;
  /** "first" tries a connection before anything is sent, so that a refused connection is known to be one. */
  probe: "none" | "first";
  /** When it resolves `cut`, the exchange ends wherever it is. Null for an exchange that several visitors wait for. */
  watch: Watch | null;
}

/** The content of a request, still on its way from the visitor. Nobody has read from it. */
export interface RequestBody {
  stream: ReadableStream<Uint8Array>;
  /** From Content-Length; null when the content comes in chunks. It is sent on as it came. */
  lengthBytes: number | null;
}

export type OriginAnswer = OriginResponse | OriginFailure;

export interface OriginFailure {
  kind: "failed";
  /**
   * RFC 9209 §2.3. `http_request_error`: the visitor's content broke off or is malformed. `http_request_denied`: the
   * watch cut the exchange. Neither is the origin's failure.
   */
  error: ProxyError;
  /** For operators; never shown to a visitor. */
  details: string;
  /** "nothing" when it is known that the origin got none of the request, and that none of the content has been read. */
  sent: "nothing" | "perhaps";
}

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
  fields: NamedFields;
  body: ReadableStream<Uint8Array> | null;
  /** ISO 3166-1 alpha-2, or `XX` or `T1` as Cloudflare says; null when nobody vouches for one. */
  country: string | null;
  clientAddress: string | null;
  /** The point of presence, as the platform calls it; null where it does not say. */
  pop: string | null;
  /** "1.1", "2", "3": as Via names it (RFC 9110 §7.6.3). */
  httpVersion: string;
}

/** What a request is answered with. */
export interface Reply {
  status: number;
  fields: readonly FieldLine[];
  body: ReplyBody;
}

export type ReplyBody =
  | { kind: "none" }
  | { kind: "bytes"; bytes: Uint8Array }
  | { kind: "stream"; stream: ReadableStream<Uint8Array>; watch: Watch }
  | { kind: "channel"; channel: Channel; watch: Watch };

/** Checks a customer's standing again and again while something of one visitor's request is under way. */
export interface Watch {
  /** Resolves when the customer is no longer served. Whoever moves bytes stops then. */
  readonly cut: Promise<unknown>;
  /** Checks for as long as `work` is under way; returns `work`. */
  during<Value>(work: Promise<Value>): Promise<Value>;
}

/** What operators may know of a request, or of the list. Never a visitor's address. */
export type EdgeEvent =
  | {
      kind: "request";
      host: string | null;
      customer: string | null;
      method: string;
      outcome: RequestOutcome;
      status: number;
      error: ProxyError | null;
      /** Why, when something failed: for operators. */
      details: string | null;
      /** Answered from memory because the list could not be read, or without knowing what the registry decided last. */
      degraded: boolean;
      /** What the cache did, in the words of Cache-Status (RFC 9211 §2); null where it had no part. */
      cache: CacheOutcome | null;
      /** What the origin answered last, and how long it took to the head of its response; null when it was not asked. */
      origin: { status: number | null; tookMs: number | null } | null;
      /** The `seq` of the customer's entry by which it was decided, where it has one. */
      recordSeq: number | null;
      /** The point of presence, as the platform calls it; null where it does not say. */
      pop: string | null;
      /** W3C Trace Context: what the origin was told, or would have been. */
      traceId: string | null;
      tookMs: number;
    }
  | { kind: "record-malformed"; key: string; problem: string }
  | { kind: "list-unreadable"; problem: string }
  /** The registry does not answer: decisions come by the list alone. */
  | { kind: "feed-unreadable"; problem: string }
  /** The Cache API of the PoP failed; the request went on without it. */
  | {
      kind: "pop-cache-failed";
      operation: "read" | "write" | "delete";
      problem: string;
      /** How often it has failed in this isolate since the last such line. */
      times: number;
    }
  /** A response that was to be stored was not, and why. */
  | {
      kind: "not-stored";
      host: string;
      customer: string;
      because: "broken" | "too-large" | "no-memory" | "not-written" | "unread";
    }
  | { kind: "cut"; host: string; customer: string };

export interface CacheOutcome {
  /** Null for a hit. */
  fwd: string | null;
  stored: boolean;
  collapsed: boolean;
  ttlSeconds: number | null;
  detail: string | null;
}

/** What became of a request. */
export const requestOutcomes = [
  "served",
  /** only-if-cached, and nothing stored to answer with (RFC 9111 §5.2.1.7). */
  "not-cached",
  "noticed",
  "offboarding",
  "refused",
  "unknown-host",
  "unreachable",
  "maintenance",
  "unavailable",
  "malformed",
  /** The visitor broke off the content of a request, or sent it malformed. */
  "upload-broken",
] as const;

export type RequestOutcome = (typeof requestOutcomes)[number];
