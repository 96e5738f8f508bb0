import * as fc from "fast-check";
import {
  cacheControlOf,
  noPolicy,
  plainRequest,
  type Condition,
  type History,
  type Policy,
  type RequestStep,
  type Resource,
  type Step,
  type VaryField,
  type WriteStep,
} from "./history.ts";

/** What a generated history may hold: all of it in virtual time, less where time is real. */
export interface Range {
  /** Waits between steps, from small to large. */
  waitsMs: readonly number[];
  headsMs: readonly number[];
  chunksMs: readonly number[];
  pausesMs: readonly number[];
  /** Lifetimes, in seconds. */
  seconds: readonly number[];
  lengths: readonly number[];
  timeoutSeconds: number;
  mostSteps: number;
  faults: readonly Extract<Step, { kind: "fault" }>["fault"][];
  decisions: readonly (
    "purge" | "drop" | "restore" | "restart" | "pop-cache" | "clock"
  )[];
  mostIsolates: number;
}

const mebibyte = 1_048_576;

export const virtualRange: Range = {
  waitsMs: [0, 0, 1, 20, 50, 300, 999, 1000, 1001, 2300, 5000, 11_000, 61_000],
  headsMs: [0, 20, 400],
  chunksMs: [0, 0, 0, 10, 2000],
  pausesMs: [1000, 20_000, 90_000],
  seconds: [0, 1, 2, 10, 60],
  lengths: [
    0,
    1,
    2,
    100,
    1000,
    65_535,
    65_536,
    65_537,
    mebibyte - 1,
    mebibyte,
    mebibyte + 1,
    3 * mebibyte,
  ],
  timeoutSeconds: 30,
  mostSteps: 14,
  faults: [
    "healthy",
    "status-500",
    "status-503",
    "refuses",
    "breaks",
    "stalls",
    "stalls-in-body",
  ],
  decisions: ["purge", "drop", "restore", "restart", "pop-cache", "clock"],
  mostIsolates: 3,
};

/** For sockets and real time: nothing that takes long, and no isolate or PoP cache to meddle with. */
export const realRange: Range = {
  ...virtualRange,
  waitsMs: [0, 0, 20, 50, 300, 1100, 2300],
  headsMs: [0, 20, 400],
  chunksMs: [0, 0, 0, 10, 300],
  pausesMs: [1000, 5000],
  seconds: [0, 1, 2, 10],
  // More than sockets take up, so that readers do hold up writers.
  lengths: [...virtualRange.lengths, 8 * mebibyte],
  timeoutSeconds: 3,
  mostSteps: 10,
  decisions: ["purge", "drop", "restore"],
  mostIsolates: 1,
};

/** Up to so many resources; steps that speak of others speak of the first. */
const mostResources = 2;

export function historyWithin(range: Range): fc.Arbitrary<History> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 3, arbitrary: historyOf(range, often(null, ...ranges)) },
    // Parts meet only where many are asked for.
    {
      weight: 1,
      arbitrary: historyOf(range, fc.constantFrom(null, ...ranges)),
    },
  );
}

function historyOf(
  range: Range,
  asked: fc.Arbitrary<RequestStep["range"]>,
): fc.Arbitrary<History> {
  return fc
    .record({
      isolates: fc.oneof(
        { withCrossShrink: true },
        { weight: 2, arbitrary: fc.constant(1) },
        {
          weight: 1,
          arbitrary: fc.integer({ min: 1, max: range.mostIsolates }),
        },
      ),
      site: fc.record({
        serveStaleSeconds: fc.constantFrom(86_400, 5, 0),
        timeoutSeconds: fc.constant(range.timeoutSeconds),
      }),
      resources: fc.array(resourceWithin(range), {
        minLength: 1,
        maxLength: mostResources,
      }),
      steps: fc.array(stepWithin(range, asked), {
        minLength: 1,
        maxLength: range.mostSteps,
        size: "max",
      }),
    })
    .map(sensible);
}

/** Steps speak of resources that there are; visitors send what the resource goes by, for it is what tells answers apart. */
function sensible({ isolates, site, resources, steps }: History): History {
  const settled = resources.map(settledResource);
  return {
    isolates,
    site,
    resources: settled,
    steps: onOneClock(steps).map((step): Step => {
      if (!("resource" in step)) return step;
      const index = step.resource % settled.length;
      const resource = settled[index];
      if (step.kind !== "request" || resource === undefined)
        return { ...step, resource: index };
      const has = (field: VaryField) => resource.vary.includes(field);
      return {
        ...step,
        resource: index,
        language: has("accept-language") ? step.language : null,
        gzip: has("accept-encoding") && step.gzip,
        origin: has("origin") ? step.origin : null,
        variant: has("x-variant") ? step.variant : null,
      };
    }),
  };
}

/**
 * A moment that the operator states is by the operator's clock: an edge with another one may be early or late with it. To an
 * edge whose clock was set back, what it learned before is later than what is decided afterwards; that is a known gap.
 */
function onOneClock(steps: readonly Step[]): readonly Step[] {
  const clocks = steps.filter((step) => step.kind === "clock");
  if (clocks.length === 0) return steps;
  const left: ReadonlySet<Step["kind"]> = new Set(
    clocks.some(({ byMs }) => byMs < 0)
      ? ["purge", "drop", "restore", "write"]
      : ["purge"],
  );
  return steps
    .filter(({ kind }) => !left.has(kind))
    .map((step) => {
      if (step.kind === "drop") return { ...step, inMs: null, forMs: null };
      return step.kind === "restore" ? { ...step, dated: false } : step;
    });
}

/**
 * An origin that could be meant: one whose answers are one visitor's each says so, and one that changes its directives says
 * all of them each time, for a 304 keeps what it does not say.
 */
function settledResource(resource: Resource): Resource {
  const { audience } = resource;
  const policies = resource.policies.map((policy) =>
    audience === "all"
      ? policy
      : {
          ...policy,
          public: false,
          private: policy.private || !policy.noStore,
        },
  );
  const isWhole = (policy: Policy) =>
    cacheControlOf(policy) !== null && policy.expires === null;
  return {
    ...resource,
    policies: policies.every(isWhole) ? policies : policies.slice(0, 1),
  };
}

/** The usual value four times in five. */
function often<T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 4, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: fc.constantFrom(usual, ...others) },
  );
}
/** Small ones most of the time: large ones take long. */
function lengthWithin({ lengths }: Range): fc.Arbitrary<number> {
  const small = lengths.filter((length) => length <= 1000);
  return fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...small) },
    { weight: 2, arbitrary: fc.constantFrom(...lengths) },
  );
}

function policyWithin({ seconds }: Range): fc.Arbitrary<Policy> {
  const time = fc.constantFrom(...seconds);
  const maybe = fc.option(time, { freq: 1 });
  const rarely = fc.option(time, { freq: 1, nil: null });
  const seldom = fc.oneof(
    { weight: 6, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  );
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        ...constants(noPolicy),
        maxAge: fc.oneof(
          { weight: 5, arbitrary: time },
          { weight: 1, arbitrary: fc.constant(null) },
        ),
        sMaxage: fc.oneof(
          { weight: 5, arbitrary: fc.constant(null) },
          { weight: 1, arbitrary: time },
        ),
        staleWhileRevalidate: maybe,
        staleIfError: rarely,
        public: fc.boolean(),
        noCache: seldom,
        mustRevalidate: seldom,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ ...constants(noPolicy), expires: time }),
    },
    { weight: 1, arbitrary: fc.constant(noPolicy) },
    {
      weight: 1,
      arbitrary: fc.record({
        ...constants(noPolicy),
        maxAge: maybe,
        noStore: fc.boolean(),
        private: fc.boolean(),
      }),
    },
  );
}

function constants<T extends object>(
  values: T,
): { [K in keyof T]: fc.Arbitrary<T[K]> } {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, fc.constant(value)]),
  ) as { [K in keyof T]: fc.Arbitrary<T[K]> };
}

function resourceWithin(range: Range): fc.Arbitrary<Resource> {
  const vary: readonly VaryField[] = [
    "accept-language",
    "accept-encoding",
    "origin",
    "cookie",
    "x-variant",
  ];
  return fc.record({
    lengths: fc.array(lengthWithin(range), { minLength: 1, maxLength: 2 }),
    policies: fc.array(policyWithin(range), { minLength: 1, maxLength: 2 }),
    audience: often<Resource["audience"]>("all", "visitor"),
    vary: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 3, arbitrary: fc.constantFrom(...vary.map((one) => [one])) },
      { weight: 1, arbitrary: fc.subarray([...vary], { maxLength: 2 }) },
    ),
    etag: fc.constantFrom<Resource["etag"]>(
      "strong",
      "none",
      "weak",
      "weak-shared",
    ),
    lastModified: fc.boolean(),
    validates: fc.constantFrom<Resource["validates"]>(
      "both",
      "etag",
      "modified",
      "never",
    ),
    codesLast: often(false, true),
    ranges: often<Resource["ranges"]>(
      "served",
      "served",
      "served",
      "ignored",
      "other-part",
      "wrong-length",
      "no-content-range",
      "unknown-total",
      "unasked-part",
    ),
    framing: fc.constantFrom<Resource["framing"]>("length", "chunked"),
    setCookie: often(false, true),
    upstreamAgeSeconds: often(0, 1),
    headMs: fc.constantFrom(...range.headsMs),
    chunkMs: fc.constantFrom(...range.chunksMs),
  });
}

type Weighted<T> = { weight: number; arbitrary: fc.Arbitrary<T> };

function stepWithin(
  range: Range,
  asked: fc.Arbitrary<RequestStep["range"]>,
): fc.Arbitrary<Step> {
  const resource = fc.nat({ max: mostResources - 1 });
  const steps: Weighted<WithoutWait>[] = [
    { weight: 12, arbitrary: requestWithin(range, resource, asked) },
    { weight: 2, arbitrary: writeTo(resource) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant("change" as const), resource }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("fault" as const),
        fault: fc.constantFrom(...range.faults),
      }),
    },
    { weight: 2, arbitrary: decisionWithin(range, resource) },
  ];
  return fc
    .tuple(
      fc.constantFrom(...range.waitsMs),
      fc.oneof({ withCrossShrink: true }, ...steps),
    )
    .map(([waitMs, step]) => ({ waitMs, ...step }));
}

type WithoutWait = Step extends infer S
  ? S extends Step
    ? Omit<S, "waitMs">
    : never
  : never;

function writeTo(resource: fc.Arbitrary<number>): fc.Arbitrary<WriteStep> {
  return fc.record({
    kind: fc.constant("write" as const),
    method: fc.constantFrom("PUT", "POST", "DELETE"),
    resource,
    isolate,
    outcome: often<WriteStep["outcome"]>("done", "failed"),
    invalidatesGroup: often(false, true),
  });
}

function decisionWithin(
  { decisions }: Range,
  resource: fc.Arbitrary<number>,
): fc.Arbitrary<WithoutWait> {
  const made: Record<Range["decisions"][number], fc.Arbitrary<WithoutWait>> = {
    purge: fc.record({
      kind: fc.constant("purge" as const),
      what: fc.oneof(
        fc.constant({ kind: "all" as const }),
        fc.record({ kind: fc.constant("url" as const), resource }),
        fc.record({
          kind: fc.constant("prefix" as const),
          prefix: fc.constantFrom("/a/", "/b/", "/", "/a/r0", "/nowhere"),
        }),
        fc.constant({ kind: "host" as const }),
        fc.constant({ kind: "group" as const }),
      ),
      how: fc.constantFrom("hard" as const, "soft" as const),
      inMs: often(0, 300, 2000),
    }),
    drop: fc.record({
      kind: fc.constant("drop" as const),
      inMs: fc.constantFrom(null, 300, 2000),
      forMs: often<number | null>(null, 1000, 5000),
    }),
    restore: fc.record({
      kind: fc.constant("restore" as const),
      dated: fc.boolean(),
    }),
    clock: fc.record({
      kind: fc.constant("clock" as const),
      byMs: fc.constantFrom(3_600_000, -3_600_000, 2000, -2000),
    }),
    restart: fc.constant({ kind: "restart" as const }),
    "pop-cache": fc.record({
      kind: fc.constant("pop-cache" as const),
      state: fc.constantFrom(
        "keeps" as const,
        "refuses" as const,
        "fails-midway" as const,
        "dawdles" as const,
        "forgets" as const,
      ),
    }),
  };
  return fc.oneof(...decisions.map((kind) => made[kind]));
}

/** Taken modulo the number of isolates that there are. */
const isolate = fc.nat({ max: 2 });

const ranges = [
  "bytes=0-0",
  "bytes=0-9",
  "bytes=10-",
  "bytes=-5",
  "bytes=0-65535",
  "bytes=65536-",
  "bytes=65530-65545",
  "bytes=1048576-",
  "bytes=0-9,20-29",
  "bytes=0-0,-1",
  "bytes=99999999-",
  "bytes=5-2",
];

const conditions: readonly Condition[] = (
  ["if-none-match", "if-modified-since", "if-range", "if-match"] as const
).flatMap((field) =>
  (["current", "previous", "other-language", "bogus", "any"] as const).map(
    (of) => ({ field, of }),
  ),
);

const directives = [
  "no-cache",
  "no-store",
  "max-age=0",
  "max-age=1",
  "min-fresh=5",
  "max-stale",
  "max-stale=5",
  "stale-if-error=60",
  "only-if-cached",
];

function requestWithin(
  { pausesMs }: Range,
  resource: fc.Arbitrary<number>,
  asked: fc.Arbitrary<RequestStep["range"]>,
): fc.Arbitrary<RequestStep> {
  return fc.record({
    ...constants(plainRequest),
    resource,
    method: often<RequestStep["method"]>("GET", "GET", "HEAD"),
    copies: often(1, 2, 20),
    spacingMs: fc.constantFrom(0, 1, 10),
    visitor: fc.nat({ max: 2 }),
    visitors: fc.constantFrom("one" as const, "each" as const),
    isolate,
    isolates: fc.constantFrom("one" as const, "each" as const),
    cookie: often(false, true, true),
    authorization: often(false, true),
    language: fc.constantFrom(null, "en", "de", "de, en;q=0.5"),
    gzip: fc.boolean(),
    origin: fc.constantFrom(null, "https://a.example", "https://b.example"),
    variant: often<string | null>(null, "a", "b"),
    range: asked,
    condition: often<RequestStep["condition"]>(null, ...conditions),
    cacheControl: often<string | null>(null, ...directives),
    emptyContent: often<RequestStep["emptyContent"]>(
      "none",
      "length",
      "chunks",
    ),
    reader: often<RequestStep["reader"]>(
      { kind: "fast" },
      ...pausesMs.map((pauseMs) => ({ kind: "pausing" as const, pauseMs })),
      { kind: "aborting", afterChunks: 0 },
      { kind: "aborting", afterChunks: 1 },
      { kind: "aborting", afterChunks: 3 },
    ),
  });
}
