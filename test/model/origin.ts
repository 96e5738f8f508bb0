import { bytesOf, type Content } from "./content.ts";
import type { Answered, Exchange, FieldMap, Tags } from "./exchange.ts";
import {
  cacheControlOf,
  group,
  isEven,
  pathOf,
  type Fault,
  type History,
  type Policy,
  type Resource,
} from "./history.ts";

/** One request as it reached the origin. */
export interface Visit {
  method: string;
  path: string;
  fields: FieldMap;
}

/** What the origin does about a request; whoever runs the history does it, at this pace. */
export interface Script {
  exchange: Exchange;
  delivery:
    | { kind: "refuse" }
    /** Closes the connection after so long, without a word. */
    | { kind: "silence"; ms: number }
    | {
        kind: "answer";
        headInMs: number;
        status: number;
        fields: [string, string][];
        chunks: Uint8Array[];
        chunkMs: number;
        /** Waits so long after half of the chunks. */
        pauseMs: number;
        /** Closes after half of the chunks. */
        breaks: boolean;
      };
}

interface Version {
  number: number;
  atMs: number;
  isGone: boolean;
}

/** Chunks are so large, and larger in a body of more than so many. */
const usualChunk = 65_536;
const mostChunks = 16;

/** How long a silent origin is silent beyond the site's timeout, and for which part of it one that stalls in a body does. */
const beyondTimeoutMs = 5000;
const stalledPart = 0.4;

/** An origin with a scripted history: it knows every version that there was, and writes down every exchange. */
export class Origin {
  readonly exchanges: Exchange[] = [];
  fault: Fault = "healthy";
  readonly #history: History;
  readonly #versions: Version[][];

  constructor(history: History, nowMs: number) {
    this.#history = history;
    this.#versions = history.resources.map(() => [
      { number: 0, atMs: nowMs - 3_600_000, isGone: false },
    ]);
  }

  change(resource: number, nowMs: number): void {
    this.#add(resource, nowMs, { isGone: false });
  }

  /** The validators that a visitor may know, of the present version or the one before. */
  tagsOf(resource: number, fields: FieldMap, of: "current" | "previous"): Tags {
    const versions = this.#versions[resource] ?? [];
    const version = versions.at(of === "current" ? -1 : -2) ?? versions[0];
    const script = this.#history.resources[resource];
    return version === undefined || script === undefined
      ? { etag: null, lastModified: null }
      : tagsOf(script, version, representationOf(script, fields));
  }

  respond(visit: Visit, nowMs: number): Script {
    const resource = this.#history.resources.findIndex(
      (_, index) => pathOf(index) === visit.path,
    );
    const script = this.#history.resources[resource];
    if (script === undefined)
      throw new Error(`the edge asked for ${visit.path}`);
    return visit.method === "GET" || visit.method === "HEAD"
      ? this.#read(visit, resource, script, nowMs)
      : this.#write(visit, resource, script, nowMs);
  }

  #read(
    visit: Visit,
    resource: number,
    script: Resource,
    nowMs: number,
  ): Script {
    const version = this.#current(resource);
    const representation = representationOf(script, visit.fields);
    const content: Content = {
      resource,
      representation,
      version: version.number,
      length: version.isGone ? 30 : cycled(script.lengths, version.number),
    };
    const policy = cycled(script.policies, version.number);
    const tags = tagsOf(script, version, representation);
    const exchange = this.#begin(visit, resource, nowMs, policy);
    if (this.fault === "refuses" || this.fault === "stalls")
      return this.#unanswered(exchange);
    const status = statusOf(this.fault);
    exchange.answer =
      status === null
        ? (uncoded(visit, script, version, content) ??
          answerTo(visit, script, content, tags, version.isGone ? 404 : 200))
        : errorOf(exchange, status);
    const { answer } = exchange;
    if (answer.kind !== "error") {
      exchange.setCookie = script.setCookie ? `sid=x${exchange.number}` : null;
      exchange.upstreamAgeSeconds = script.upstreamAgeSeconds;
    }
    const body = visit.method === "HEAD" ? null : bodyOf(answer);
    return this.#answered(exchange, script, body, [
      ...ownFields(exchange, script, nowMs),
      ...framing(answer, script, visit.method),
    ]);
  }

  #write(
    visit: Visit,
    resource: number,
    script: Resource,
    nowMs: number,
  ): Script {
    const policy = cycled(script.policies, this.#current(resource).number);
    const exchange = this.#begin(visit, resource, nowMs, policy);
    const status = statusOf(this.fault);
    const fails =
      status ?? (visit.fields.get("x-outcome") === "failed" ? 500 : null);
    if (this.fault === "refuses") return this.#unanswered(exchange);
    if (fails === null)
      this.#add(resource, nowMs, { isGone: visit.method === "DELETE" });
    if (this.fault === "stalls") return this.#unanswered(exchange);
    const done = visit.method === "POST" ? 200 : 204;
    exchange.answer = { kind: "written", status: fails ?? done };
    const groups: [string, string][] =
      visit.fields.has("x-invalidate-group") && fails === null
        ? [["Cache-Group-Invalidation", `"${group}"`]]
        : [];
    const length: [string, string][] =
      exchange.answer.status === 204 ? [] : [["Content-Length", "0"]];
    // Reads may take longer, so that a write can overtake them.
    const pace = { headMs: Math.min(script.headMs, 20), chunkMs: 0 };
    return this.#answered(exchange, pace, null, [
      ["Date", new Date(nowMs).toUTCString()],
      ...length,
      ...groups,
    ]);
  }

  #begin(
    { method, fields }: Visit,
    resource: number,
    nowMs: number,
    policy: Policy,
  ): Exchange {
    const exchange: Exchange = {
      number: this.exchanges.length,
      request: requestOf(fields),
      method,
      resource,
      fields,
      arrivedAtMs: nowMs,
      headAtMs: null,
      endedAtMs: null,
      answer: { kind: "refused" },
      policy,
      setCookie: null,
      upstreamAgeSeconds: 0,
      body: "sound",
      bodyMs: 0,
      cancelled: false,
    };
    this.exchanges.push(exchange);
    return exchange;
  }

  #unanswered(exchange: Exchange): Script {
    if (this.fault === "refuses")
      return { exchange, delivery: { kind: "refuse" } };
    exchange.answer = { kind: "silent" };
    const ms = this.#history.site.timeoutSeconds * 1000 + beyondTimeoutMs;
    return { exchange, delivery: { kind: "silence", ms } };
  }

  #answered(
    exchange: Exchange,
    { headMs, chunkMs }: Pick<Resource, "headMs" | "chunkMs">,
    body: Uint8Array | null,
    fields: [string, string][],
  ): Script {
    const chunks = chunksOf(body);
    const breaks = this.fault === "breaks" && chunks.length > 0;
    const stalls = this.fault === "stalls-in-body" && chunks.length > 0;
    exchange.body = breaks ? "breaks" : stalls ? "stalls" : "sound";
    const pauseMs = stalls
      ? this.#history.site.timeoutSeconds * 1000 * stalledPart
      : 0;
    exchange.bodyMs = chunks.length * chunkMs + pauseMs;
    const { answer } = exchange;
    return {
      exchange,
      delivery: {
        kind: "answer",
        headInMs: headMs,
        status: codeOf(answer),
        fields,
        chunks,
        chunkMs,
        pauseMs,
        breaks,
      },
    };
  }

  #current(resource: number): Version {
    const version = this.#versions[resource]?.at(-1);
    if (version === undefined) throw new Error("no such resource");
    return version;
  }

  #add(
    resource: number,
    atMs: number,
    { isGone }: Pick<Version, "isGone">,
  ): void {
    const number = this.#current(resource).number + 1;
    this.#versions[resource]?.push({ number, atMs, isGone });
  }
}

/** The representation that an origin selects for a request with these fields. */
export function representationOf(
  { audience, vary }: Pick<Resource, "audience" | "vary">,
  fields: FieldMap,
): string {
  const parts = vary.map((field): string => {
    switch (field) {
      case "accept-language":
        return `language=${languageOf(fields)}`;
      case "accept-encoding":
        return acceptsGzip(fields) ? "gzip" : "identity";
      case "origin":
        return `origin=${fields.get("origin") ?? "none"}`;
      case "cookie":
        return `cookie=${fields.get("cookie") ?? "none"}`;
      case "x-variant":
        return `variant=${fields.get("x-variant") ?? "none"}`;
    }
  });
  if (audience === "visitor")
    parts.push(
      `visitor=${fields.get("authorization") ?? fields.get("cookie") ?? "nobody"}`,
    );
  return parts.length === 0 ? "plain" : parts.join("+").replaceAll(" ", "-");
}

/** The number of the visitor's request, which travels in its trace id. */
export function traceparentOf(request: number): string {
  const id = (request + 1).toString(16);
  return `00-${id.padStart(32, "0")}-${id.padStart(16, "0")}-01`;
}

function requestOf(fields: FieldMap): number | null {
  const id = /^00-([0-9a-f]{32})-/.exec(fields.get("traceparent") ?? "")?.[1];
  return id === undefined ? null : Number.parseInt(id, 16) - 1;
}

function languageOf(fields: FieldMap): string {
  return /^[a-z]+/.exec(fields.get("accept-language") ?? "")?.[0] ?? "en";
}

function acceptsGzip(fields: FieldMap): boolean {
  return /\bgzip\b/.test(fields.get("accept-encoding") ?? "");
}

function tagsOf(
  script: Resource,
  { number, atMs, isGone }: Version,
  representation: string,
): Tags {
  if (isGone) return { etag: null, lastModified: null };
  const pair = Math.floor(number / 2);
  const etags: Record<Resource["etag"], string | null> = {
    none: null,
    strong: `"v${number}+${representation}"`,
    weak: `W/"p${pair}+${representation}"`,
    "weak-shared": `W/"p${pair}"`,
  };
  return {
    etag: etags[script.etag],
    lastModified: script.lastModified ? new Date(atMs).toUTCString() : null,
  };
}

function statusOf(fault: Fault): number | null {
  if (fault === "status-500") return 500;
  return fault === "status-503" ? 503 : null;
}

/** RFC 9110 §13.2.2, for an origin that knows the conditions that its script says. */
function answerTo(
  { method, fields }: Visit,
  script: Resource,
  content: Content,
  tags: Tags,
  status: number,
): Answered {
  const full: Answered = { kind: "full", status, content, tags };
  if (status !== 200) return full;
  const match = fields.get("if-match");
  if (
    match !== undefined &&
    match !== "*" &&
    !lists(match, tags.etag, "strong")
  )
    return { kind: "precondition-failed" };
  const by = notModifiedBy(fields, script.validates, tags);
  if (by !== null) return { kind: "not-modified", content, tags, by };
  if (method === "HEAD") return full;
  return partOf(fields, script.ranges, content, tags) ?? full;
}

/** The 304 of an origin that compares tags before it chooses a coding. */
function uncoded(
  { fields }: Visit,
  script: Resource,
  version: Version,
  content: Content,
): Answered | null {
  if (!script.codesLast || !acceptsGzip(fields)) return null;
  const representation = representationOf(
    script,
    new Map(fields).set("accept-encoding", "identity"),
  );
  const tags = tagsOf(script, version, representation);
  return notModifiedBy(fields, script.validates, tags) === "etag"
    ? {
        kind: "not-modified",
        content: { ...content, representation },
        tags,
        by: "etag",
      }
    : null;
}

function notModifiedBy(
  fields: FieldMap,
  validates: Resource["validates"],
  tags: Tags,
): "etag" | "modified" | null {
  const knowsTags = validates === "etag" || validates === "both";
  const knowsDates = validates === "modified" || validates === "both";
  const noneMatch = fields.get("if-none-match");
  if (noneMatch !== undefined && knowsTags)
    return noneMatch === "*" || lists(noneMatch, tags.etag, "weak")
      ? "etag"
      : null;
  const since = Date.parse(fields.get("if-modified-since") ?? "");
  const modified = Date.parse(tags.lastModified ?? "");
  return knowsDates && modified <= since ? "modified" : null;
}

function lists(
  condition: string,
  etag: string | null,
  comparison: "weak" | "strong",
): boolean {
  if (etag === null) return false;
  const listed = condition.match(/(?:W\/)?"[^"]*"/g) ?? [];
  const opaque = (tag: string) => tag.replace(/^W\//, "");
  return listed.some((tag) =>
    comparison === "weak"
      ? opaque(tag) === opaque(etag)
      : tag === etag && !tag.startsWith("W/"),
  );
}

function partOf(
  fields: FieldMap,
  ranges: Resource["ranges"],
  content: Content,
  tags: Tags,
): Answered | null {
  const { length } = content;
  if (ranges === "ignored") return null;
  const range = fields.get("range");
  if (range === undefined)
    return ranges === "unasked-part" && length > 0
      ? part(content, tags, 0, length - 1, { honest: true })
      : null;
  const condition = fields.get("if-range");
  if (
    condition !== undefined &&
    !lists(condition, tags.etag, "strong") &&
    condition !== tags.lastModified
  )
    return null;
  const asked = resolvedRange(range, length);
  if (asked === null) return null;
  if (asked === "unsatisfiable") return { kind: "unsatisfiable", content };
  const { first, last } = asked;
  if (ranges === "other-part")
    return part(content, tags, Math.floor(first / 2), last, { honest: false });
  return part(content, tags, first, last, { honest: ranges === "served" });
}

function part(
  content: Content,
  tags: Tags,
  first: number,
  last: number,
  { honest }: { honest: boolean },
): Answered {
  return { kind: "part", content, tags, first, last, honest };
}

/** RFC 9110 §14.1.2 for a single range; null for what is to be ignored. */
export function resolvedRange(
  range: string,
  length: number,
): { first: number; last: number } | "unsatisfiable" | null {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
  if (from === undefined || to === undefined || from + to === "") return null;
  if (from === "") {
    const suffix = Math.min(Number(to), length);
    return suffix === 0
      ? "unsatisfiable"
      : { first: length - suffix, last: length - 1 };
  }
  if (to !== "" && Number(to) < Number(from)) return null;
  if (Number(from) >= length) return "unsatisfiable";
  const last = to === "" ? length - 1 : Math.min(Number(to), length - 1);
  return { first: Number(from), last };
}

function errorOf({ number, resource }: Exchange, status: number): Answered {
  const content = {
    resource,
    representation: `status=${status}`,
    version: number,
    length: 40,
  };
  return { kind: "error", status, content };
}

function bodyOf(answer: Answered): Uint8Array | null {
  switch (answer.kind) {
    case "full":
    case "error":
      return bytesOf(answer.content);
    case "part":
      return bytesOf(answer.content).subarray(answer.first, answer.last + 1);
    case "not-modified":
    case "unsatisfiable":
    case "precondition-failed":
    case "written":
    case "refused":
    case "silent":
      return null;
  }
}

function codeOf(answer: Answered): number {
  switch (answer.kind) {
    case "full":
    case "error":
    case "written":
      return answer.status;
    case "part":
      return 206;
    case "not-modified":
      return 304;
    case "unsatisfiable":
      return 416;
    case "precondition-failed":
      return 412;
    case "refused":
    case "silent":
      throw new Error("there is no status where there is no answer");
  }
}

/** All fields but those of framing. A 304 and an answer to HEAD are numbered by a name of their own, as they bring no content. */
function ownFields(
  { number, answer, policy, method, setCookie, upstreamAgeSeconds }: Exchange,
  script: Resource,
  nowMs: number,
): [string, string][] {
  const isNews = method !== "HEAD" && answer.kind !== "not-modified";
  const fields: [string, string][] = [
    ["Date", new Date(nowMs).toUTCString()],
    [isNews ? "X-Exchange" : "X-Validated", String(number)],
  ];
  if (answer.kind === "error" || answer.kind === "precondition-failed")
    return [...fields, ["Content-Type", "text/plain"]];
  const cacheControl = cacheControlOf(policy);
  if (cacheControl !== null) fields.push(["Cache-Control", cacheControl]);
  if (policy.expires !== null)
    fields.push([
      "Expires",
      new Date(nowMs + policy.expires * 1000).toUTCString(),
    ]);
  if (script.vary.length > 0) fields.push(["Vary", script.vary.join(", ")]);
  if ("content" in answer && isEven(answer.content.resource))
    fields.push(["Cache-Groups", `"${group}"`]);
  if (setCookie !== null) fields.push(["Set-Cookie", setCookie]);
  if (upstreamAgeSeconds > 0) fields.push(["Age", String(upstreamAgeSeconds)]);
  if ("tags" in answer) {
    const { etag, lastModified } = answer.tags;
    if (etag !== null) fields.push(["ETag", etag]);
    if (lastModified !== null) fields.push(["Last-Modified", lastModified]);
  }
  if (answer.kind === "full" || answer.kind === "part")
    fields.push(...representationFields(answer.content));
  return fields;
}

/** The fields that say of which representation a content is. */
export function representationFields({
  representation,
}: Content): [string, string][] {
  const fields: [string, string][] = [
    ["Content-Type", "application/octet-stream"],
  ];
  const language = /language=([a-z]+)/.exec(representation)?.[1];
  if (language !== undefined) fields.push(["Content-Language", language]);
  if (/(?:^|\+)gzip(?:\+|$)/.test(representation))
    fields.push(["Content-Encoding", "gzip"]);
  return fields;
}

function framing(
  answer: Answered,
  { framing: form, ranges }: Resource,
  method: string,
): [string, string][] {
  const length = bodyOf(answer)?.byteLength ?? 0;
  const stated: [string, string][] =
    form === "length" && answer.kind !== "not-modified"
      ? [["Content-Length", String(length)]]
      : [];
  if (method === "HEAD") return stated;
  if (answer.kind === "unsatisfiable")
    return [...stated, ["Content-Range", `bytes */${answer.content.length}`]];
  if (answer.kind !== "part" || ranges === "no-content-range") return stated;
  const total = ranges === "unknown-total" ? "*" : answer.content.length;
  const last = answer.last + (ranges === "wrong-length" ? 1 : 0);
  return [
    ...stated,
    ["Content-Range", `bytes ${answer.first}-${last}/${total}`],
  ];
}

function chunksOf(body: Uint8Array | null): Uint8Array[] {
  if (body === null || body.byteLength === 0) return [];
  const size = Math.max(
    Math.min(usualChunk, Math.ceil(body.byteLength / 4)),
    Math.ceil(body.byteLength / mostChunks),
  );
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < body.byteLength; at += size)
    chunks.push(body.subarray(at, at + size));
  return chunks;
}

function cycled<T>(values: readonly T[], index: number): T {
  const value = values[index % values.length];
  if (value === undefined) throw new Error("an empty list");
  return value;
}
