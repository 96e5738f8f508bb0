/** A history: what an origin is like, and what happens to it and to its visitors, one step after the other. */
export interface History {
  /** So many isolates of one PoP share its cache; requests say by which of them they are taken. */
  isolates: number;
  site: { serveStaleSeconds: number; timeoutSeconds: number };
  resources: readonly Resource[];
  steps: readonly Step[];
}

/** How the origin answers for one resource. Lists go by version, over and over. */
export interface Resource {
  lengths: readonly number[];
  policies: readonly Policy[];
  /** Whether every visitor, known by cookie or Authorization, has an answer of their own. */
  audience: "all" | "visitor";
  /** The request fields by which the representation is selected; Vary names them. */
  vary: readonly VaryField[];
  /** A weak tag stands for two versions each. A shared one is the same for all representations of a version. */
  etag: "none" | "strong" | "weak" | "weak-shared";
  lastModified: boolean;
  /** The conditions that the origin answers with 304. */
  validates: "never" | "etag" | "modified" | "both";
  /** Compares entity tags before it chooses a coding, as Apache's mod_deflate does: the tag of the identity is good for gzip. */
  codesLast: boolean;
  ranges: RangeSupport;
  framing: "length" | "chunked";
  setCookie: boolean;
  /** Age as a cache nearer to the origin would state it, in seconds. */
  upstreamAgeSeconds: number;
  /** How long the origin takes to the head of its answer. */
  headMs: number;
  /** How long it takes over each chunk of the body, if not none. */
  chunkMs: number;
}

export type VaryField =
  | "accept-language"
  | "accept-encoding"
  | "origin"
  | "cookie"
  /** One that no browser sends and the edge has on no list. */
  | "x-variant";

type RangeSupport =
  | "served"
  | "ignored"
  /** Lies: 206 of another part than was asked for, truly named. */
  | "other-part"
  /** Content-Range says one byte more than comes. */
  | "wrong-length"
  | "no-content-range"
  /** The complete length as `*`. */
  | "unknown-total"
  /** 206 for all bytes although nobody asked for a part. */
  | "unasked-part";

/** The directives of an answer; absent ones are false or null. Times are seconds. */
export interface Policy {
  maxAge: number | null;
  sMaxage: number | null;
  staleWhileRevalidate: number | null;
  staleIfError: number | null;
  noCache: boolean;
  noStore: boolean;
  private: boolean;
  public: boolean;
  mustRevalidate: boolean;
  /** Seconds from Date. */
  expires: number | null;
}

export type Step = { waitMs: number } & (
  | RequestStep
  | WriteStep
  /** The content changes at the origin by itself. */
  | { kind: "change"; resource: number }
  | { kind: "fault"; fault: Fault }
  /** Written now, with a moment `inMs` later. */
  | { kind: "purge"; what: PurgeScope; how: "hard" | "soft"; inMs: number }
  /** Written now; it takes effect `inMs` later, and ends `forMs` after that, when these are numbers. */
  | { kind: "drop"; inMs: number | null; forMs: number | null }
  /** `dated` states `effectiveAt`, now. */
  | { kind: "restore"; dated: boolean }
  /** The clock of the edge's machine is set; others keep theirs. */
  | { kind: "clock"; byMs: number }
  /** The isolates begin anew, with nothing in memory; their PoP cache stays. */
  | { kind: "restart" }
  | { kind: "pop-cache"; state: PopCacheState }
);

export interface RequestStep {
  kind: "request";
  method: "GET" | "HEAD";
  resource: number;
  /** So many visitors ask the same, `spacingMs` apart. */
  copies: number;
  spacingMs: number;
  /** Who asks first; copies may be visitors of their own. */
  visitor: number;
  visitors: "one" | "each";
  /** The isolate that takes the first; copies may go to others. */
  isolate: number;
  isolates: "one" | "each";
  /** Which of the fields that tell visitors apart are sent. */
  cookie: boolean;
  authorization: boolean;
  language: string | null;
  gzip: boolean;
  origin: string | null;
  /** X-Variant. */
  variant: string | null;
  range: string | null;
  condition: Condition | null;
  cacheControl: string | null;
  /** `Content-Length: 0`, or chunks that hold nothing. */
  emptyContent: "none" | "length" | "chunks";
  reader: Reader;
}

export interface Condition {
  field: "if-none-match" | "if-modified-since" | "if-range" | "if-match";
  /** Of which version, as it stands when the request is sent. */
  of: "current" | "previous" | "other-language" | "bogus" | "any";
}

type Reader =
  | { kind: "fast" }
  /** Pauses once, after its first chunk. */
  | { kind: "pausing"; pauseMs: number }
  /** Goes away after so many chunks; 0 is before the head. */
  | { kind: "aborting"; afterChunks: number };

export interface WriteStep {
  kind: "write";
  method: "PUT" | "POST" | "DELETE";
  resource: number;
  isolate: number;
  outcome: "done" | "failed";
  /** Cache-Group-Invalidation of the one group that every other resource is in. */
  invalidatesGroup: boolean;
}

export type Fault =
  | "healthy"
  | "status-500"
  | "status-503"
  | "refuses"
  /** Closes after half of the body. */
  | "breaks"
  /** Says nothing for longer than the site's timeout. */
  | "stalls"
  /** Says nothing for a while after half of the body, then goes on. */
  | "stalls-in-body";

export type PurgeScope =
  | { kind: "all" }
  | { kind: "url"; resource: number }
  | { kind: "prefix"; prefix: string }
  | { kind: "host" }
  | { kind: "group" };

/**
 * What the PoP cache does with bodies: keeps them; refuses at once; refuses half way; takes very long over each; forgets all
 * that it has.
 */
export type PopCacheState =
  "keeps" | "refuses" | "fails-midway" | "dawdles" | "forgets";

/** Resources with an even number are under `/a/`, and in the group. */
export function pathOf(resource: number): string {
  return `${resource % 2 === 0 ? "/a/" : "/b/"}r${resource}`;
}

export const group = "even";

export function isEven(resource: number): boolean {
  return resource % 2 === 0;
}

export const noPolicy: Policy = {
  maxAge: null,
  sMaxage: null,
  staleWhileRevalidate: null,
  staleIfError: null,
  noCache: false,
  noStore: false,
  private: false,
  public: false,
  mustRevalidate: false,
  expires: null,
};

export const plainResource: Resource = {
  lengths: [100],
  policies: [{ ...noPolicy, maxAge: 60 }],
  audience: "all",
  vary: [],
  etag: "strong",
  lastModified: true,
  validates: "both",
  codesLast: false,
  ranges: "served",
  framing: "length",
  setCookie: false,
  upstreamAgeSeconds: 0,
  headMs: 20,
  chunkMs: 0,
};

export const plainRequest: RequestStep = {
  kind: "request",
  method: "GET",
  resource: 0,
  copies: 1,
  spacingMs: 0,
  visitor: 0,
  visitors: "one",
  isolate: 0,
  isolates: "one",
  cookie: false,
  authorization: false,
  language: null,
  gzip: false,
  origin: null,
  variant: null,
  range: null,
  condition: null,
  cacheControl: null,
  emptyContent: "none",
  reader: { kind: "fast" },
};

export const plainSite: History["site"] = {
  serveStaleSeconds: 86_400,
  timeoutSeconds: 30,
};

export function cacheControlOf(policy: Policy): string | null {
  const timed = (name: string, value: number | null) =>
    value === null ? [] : [`${name}=${value}`];
  const bare = (name: string, is: boolean) => (is ? [name] : []);
  const members = [
    ...bare("public", policy.public),
    ...bare("private", policy.private),
    ...bare("no-store", policy.noStore),
    ...bare("no-cache", policy.noCache),
    ...timed("max-age", policy.maxAge),
    ...timed("s-maxage", policy.sMaxage),
    ...bare("must-revalidate", policy.mustRevalidate),
    ...timed("stale-while-revalidate", policy.staleWhileRevalidate),
    ...timed("stale-if-error", policy.staleIfError),
  ];
  return members.length === 0 ? null : members.join(", ");
}
