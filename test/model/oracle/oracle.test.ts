import { describe, expect, test } from "vitest";
import { bytesOf, type Content } from "../content.ts";
import type { Exchange } from "../exchange.ts";
import {
  noPolicy,
  plainRequest,
  plainResource,
  plainSite,
  type Policy,
  type RequestStep,
  type Resource,
} from "../history.ts";
import type { Decision, Observation, Run } from "../run.ts";
import type { Terms } from "./knowledge.ts";
import { judge } from "./oracle.ts";

const terms: Terms = {
  slackMs: 0,
  slowness: 1,
  waitMs: 2000,
  watchMs: 500,
  resets: "keep-heads",
};

const content = (more: Partial<Content> = {}): Content => ({
  resource: 0,
  representation: "plain",
  version: 0,
  length: 100,
  ...more,
});

const tags = {
  etag: '"v0+plain"',
  lastModified: "Thu, 01 Jan 1970 00:00:00 GMT",
};

/** What the origin said to request 0, ten milliseconds after it came. */
function exchange(
  policy: Partial<Policy> = { maxAge: 60 },
  more: Partial<Exchange> = {},
): Exchange {
  return {
    number: 0,
    request: 0,
    method: "GET",
    resource: 0,
    fields: new Map(),
    arrivedAtMs: 10,
    headAtMs: 30,
    endedAtMs: 30,
    answer: { kind: "full", status: 200, content: content(), tags },
    policy: { ...noPolicy, ...policy },
    setCookie: null,
    upstreamAgeSeconds: 0,
    body: "sound",
    bodyMs: 0,
    cancelled: false,
    ...more,
  };
}

/** A GET that got the whole of what exchange 0 brought. */
function observation(
  number: number,
  startedAtMs: number,
  more: Partial<Observation> & {
    asks?: Partial<RequestStep>;
    says?: Record<string, string>;
    bytes?: Uint8Array;
  } = {},
): Observation {
  const { asks, says, bytes, ...rest } = more;
  const atMs = startedAtMs + 40;
  return {
    number,
    step: { ...plainRequest, ...asks },
    isolate: 0,
    fields: new Map(),
    startedAtMs,
    headAtMs: atMs,
    endedAtMs: atMs,
    status: 200,
    received: new Map(
      Object.entries({
        "x-exchange": "0",
        "content-length": "100",
        "content-type": "application/octet-stream",
        etag: tags.etag,
        "last-modified": tags.lastModified,
        ...says,
      }),
    ),
    chunks: [{ atMs, bytes: bytes ?? bytesOf(content()) }],
    outcome: "complete",
    ...rest,
  };
}

function run(
  observations: Observation[],
  exchanges: Exchange[],
  {
    resource = {},
    decisions = [],
  }: { resource?: Partial<Resource>; decisions?: Decision[] } = {},
): Run {
  const resources = [{ ...plainResource, ...resource }];
  const history = { isolates: 1, site: plainSite, resources, steps: [] };
  return { history, observations, exchanges, decisions };
}

const rulesOf = (judged: Run) => [
  ...new Set(judge(judged, terms).map(({ rule }) => rule)),
];

const first = observation(0, 0);
const restored: Decision = {
  kind: "restore",
  effectiveAtMs: 500,
  writtenAtMs: 500,
  visibleAtMs: 500,
};
const dropped: Decision = {
  kind: "drop",
  effectiveAtMs: 500,
  endsAtMs: null,
  writtenAtMs: 500,
  visibleAtMs: 500,
};
const purged = {
  kind: "purge",
  what: { kind: "all" },
  how: "hard",
  atMs: 500,
  writtenAtMs: 500,
  visibleAtMs: 500,
} as const satisfies Decision;
const written = exchange(
  {},
  {
    number: 1,
    request: 1,
    method: "PUT",
    arrivedAtMs: 510,
    answer: { kind: "written", status: 204 },
  },
);
const part = bytesOf(content()).subarray(10, 20);
const refusal = {
  status: 403,
  received: new Map([["content-type", "text/html"]]),
};

describe("what the origin could have meant is right", () => {
  test.each<[string, Run]>([
    ["the first answer", run([first], [exchange()])],
    [
      "a fresh one from the cache",
      run([first, observation(1, 59_000)], [exchange()]),
    ],
    [
      "a stale one while revalidating",
      run(
        [first, observation(1, 61_000)],
        [exchange({ maxAge: 60, staleWhileRevalidate: 5 })],
      ),
    ],
    [
      "a stale one when the origin fails",
      run(
        [first, observation(1, 61_000)],
        [
          exchange(),
          exchange(
            {},
            {
              number: 1,
              arrivedAtMs: 61_010,
              endedAtMs: 61_010,
              answer: { kind: "refused" },
            },
          ),
        ],
      ),
    ],
    [
      "a part, as it was asked for",
      run(
        [
          first,
          observation(1, 1000, {
            status: 206,
            fields: new Map([["range", "bytes=10-19"]]),
            says: {
              "content-range": "bytes 10-19/100",
              "content-length": "10",
            },
            bytes: part,
          }),
        ],
        [exchange()],
      ),
    ],
    [
      "a 304 to the tag that is current",
      run(
        [
          first,
          observation(1, 1000, {
            status: 304,
            fields: new Map([["if-none-match", tags.etag]]),
            received: new Map([["etag", tags.etag]]),
            chunks: [],
          }),
        ],
        [exchange()],
      ),
    ],
    [
      "a HEAD with the fields of a GET",
      run(
        [first, observation(1, 1000, { asks: { method: "HEAD" }, chunks: [] })],
        [exchange()],
      ),
    ],
    [
      "what a write by another isolate made old, where this one may hold it in memory",
      run(
        [first, { ...write(), isolate: 1 }, observation(2, 1000)],
        [exchange(), written],
      ),
    ],
    [
      "what a purge will make old at a moment to come",
      run([first, observation(1, 1000)], [exchange()], {
        decisions: [{ ...purged, atMs: 2000 }],
      }),
    ],
    [
      "content after the end of a drop",
      run(
        [{ ...first, number: 0, startedAtMs: 2100, headAtMs: 2140 }],
        [exchange({ maxAge: 60 }, { arrivedAtMs: 2110, headAtMs: 2130 })],
        { decisions: [{ ...dropped, endsAtMs: 2000 }] },
      ),
    ],
    [
      "a refusal after a drop",
      run([first, observation(1, 1000, refusal)], [exchange()], {
        decisions: [dropped],
      }),
    ],
  ])("%s", (_, judged) => {
    expect(judge(judged, terms)).toEqual([]);
  });
});

describe("what no origin could have meant is found", () => {
  test.each<[string, string, Run]>([
    [
      "a byte of another version",
      "bytes",
      run(
        [observation(0, 0, { bytes: bytesOf(content({ version: 1 })) })],
        [exchange()],
      ),
    ],
    ...[1, 2, 100].map((length): [string, string, Run] => {
      const meant = content({ length });
      const other = bytesOf(content({ length, version: 1 }));
      const bytes = Uint8Array.from(bytesOf(meant));
      bytes.set(other.subarray(0, 1));
      return [
        `one byte of another version at the beginning of ${length}`,
        "bytes",
        run(
          [
            observation(0, 0, {
              says: { "content-length": `${length}` },
              bytes,
            }),
          ],
          [
            exchange(
              {},
              { answer: { kind: "full", status: 200, content: meant, tags } },
            ),
          ],
        ),
      ];
    }),
    [
      "a byte too few",
      "bytes",
      run(
        [observation(0, 0, { bytes: bytesOf(content()).subarray(0, 99) })],
        [exchange()],
      ),
    ],
    [
      "a body that breaks off by itself",
      "bytes",
      run([observation(0, 0, { outcome: "broken" })], [exchange()]),
    ],
    [
      "another visitor's representation",
      "bytes",
      run(
        [
          first,
          observation(1, 1000, {
            fields: new Map([["accept-language", "de"]]),
          }),
        ],
        [exchange({ maxAge: 60 }, { answer: inEnglish() })],
        { resource: { vary: ["accept-language"] } },
      ),
    ],
    [
      "206 to a GET without Range",
      "status",
      run(
        [
          observation(0, 0, {
            status: 206,
            says: {
              "content-range": "bytes 10-19/100",
              "content-length": "10",
            },
            bytes: part,
          }),
        ],
        [exchange()],
      ),
    ],
    [
      "another part than Content-Range says",
      "bytes",
      run(
        [
          observation(0, 0, {
            status: 206,
            fields: new Map([["range", "bytes=11-20"]]),
            says: {
              "content-range": "bytes 11-20/100",
              "content-length": "10",
            },
            bytes: part,
          }),
        ],
        [exchange()],
      ),
    ],
    [
      "Content-Range in a 200",
      "fields",
      run(
        [observation(0, 0, { says: { "content-range": "bytes 0-99/100" } })],
        [exchange()],
      ),
    ],
    [
      "the tag of another version",
      "fields",
      run([observation(0, 0, { says: { etag: '"v1+plain"' } })], [exchange()]),
    ],
    [
      "502 without a failure",
      "status",
      run([observation(0, 0, { ...refusal, status: 502 })], [exchange()]),
    ],
    [
      "a stale answer",
      "stale",
      run([first, observation(1, 60_100)], [exchange()]),
    ],
    [
      "no-cache that nobody validated",
      "stale",
      run([first, observation(1, 1000)], [exchange({ noCache: true })]),
    ],
    [
      "a private answer for another request",
      "shared",
      run(
        [first, observation(1, 1000)],
        [exchange({ private: true, maxAge: 60 })],
      ),
    ],
    [
      "an answer to Authorization for another request",
      "shared",
      run(
        [first, observation(1, 1000)],
        [
          exchange(
            { maxAge: 60 },
            { fields: new Map([["authorization", "a"]]) },
          ),
        ],
      ),
    ],
    [
      "another visitor's Set-Cookie",
      "shared",
      run(
        [first, observation(1, 1000, { says: { "set-cookie": "sid=x0" } })],
        [exchange({ maxAge: 60 }, { setCookie: "sid=x0" })],
      ),
    ],
    [
      "what a write made old",
      "invalidated",
      run([first, write(), observation(2, 1000)], [exchange(), written]),
    ],
    [
      "what a write by another isolate made old, after this one began anew",
      "invalidated",
      run(
        [first, { ...write(), isolate: 1 }, observation(2, 1000)],
        [exchange(), written],
        {
          decisions: [{ kind: "restart", writtenAtMs: 900, visibleAtMs: 900 }],
        },
      ),
    ],
    [
      "what a purge made old",
      "invalidated",
      run([first, observation(1, 1000)], [exchange()], {
        decisions: [purged],
      }),
    ],
    [
      "what was stored before a restore",
      "invalidated",
      run([first, observation(1, 1000)], [exchange()], {
        decisions: [restored],
      }),
    ],
    [
      "content after a drop",
      "dropped",
      run([first, observation(1, 1000)], [exchange()], {
        decisions: [dropped],
      }),
    ],
    [
      "bytes long after a drop",
      "dropped",
      run(
        [
          observation(0, 0, {
            endedAtMs: 5000,
            chunks: [{ atMs: 1100, bytes: bytesOf(content()) }],
          }),
        ],
        [exchange({ maxAge: 60 }, { bodyMs: 5000 })],
        { decisions: [dropped] },
      ),
    ],
    [
      "a refusal of a customer who is served",
      "dropped",
      run([first, observation(1, 1000, refusal)], [exchange()]),
    ],
    [
      "content in the time of a drop with an end",
      "dropped",
      run([first, observation(1, 1000)], [exchange()], {
        decisions: [{ ...dropped, endsAtMs: 2000 }],
      }),
    ],
    [
      "what was stored before the end of a drop",
      "invalidated",
      run([first, observation(1, 3000)], [exchange()], {
        decisions: [{ ...dropped, endsAtMs: 2000 }],
      }),
    ],
    [
      "what a purge with a moment to come has made old",
      "invalidated",
      run([first, observation(1, 1000)], [exchange()], {
        decisions: [{ ...purged, atMs: 900 }],
      }),
    ],
    [
      "a 304 that nobody asked for",
      "not-modified",
      run(
        [observation(0, 0, { status: 304, received: new Map(), chunks: [] })],
        [exchange()],
      ),
    ],
    [
      "a 304 for a tag that is not current",
      "not-modified",
      run(
        [
          first,
          observation(1, 1000, {
            status: 304,
            fields: new Map([["if-none-match", '"other"']]),
            received: new Map([["etag", tags.etag]]),
            chunks: [],
          }),
        ],
        [exchange()],
      ),
    ],
    [
      "an Age that cannot be",
      "age",
      run(
        [first, observation(1, 10_000, { says: { age: "3" } })],
        [exchange()],
      ),
    ],
    [
      "a wait for others",
      "wait",
      run(
        [observation(0, 0, { headAtMs: 9000, endedAtMs: 9000 })],
        [exchange()],
      ),
    ],
    [
      "a request that never ends",
      "hang",
      run(
        [observation(0, 0, { endedAtMs: null, outcome: "unfinished" })],
        [exchange()],
      ),
    ],
    [
      "three exchanges at once for the same",
      "stampede",
      run(
        [first],
        [0, 1, 2].map((number) => exchange({ maxAge: 60 }, { number })),
      ),
    ],
  ])("%s", (_, rule, judged) => {
    expect(rulesOf(judged)).toContain(rule);
  });
});

function inEnglish(): Exchange["answer"] {
  return {
    kind: "full",
    status: 200,
    content: content({ representation: "language=en" }),
    tags,
  };
}

function write(): Observation {
  return observation(1, 500, {
    step: {
      kind: "write",
      method: "PUT",
      resource: 0,
      isolate: 0,
      outcome: "done",
      invalidatesGroup: false,
    },
    status: 204,
    received: new Map(),
    chunks: [],
  });
}
