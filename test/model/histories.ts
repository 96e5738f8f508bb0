import {
  noPolicy,
  plainRequest,
  plainResource,
  plainSite,
  type History,
  type Policy,
  type RequestStep,
  type Resource,
  type Step,
} from "./history.ts";

/** More than the sockets between an origin and a visitor who does not read take up. */
const beyondSocketBuffers = 16 * 1_048_576;

/** Histories in which the edge once gave an answer that no origin could have meant. */
export const histories: readonly [name: string, history: History][] = [
  ...(["accept-language", "accept-encoding", "origin", "cookie"] as const).map(
    (field): [string, History] => [
      `a 304 to If-Modified-Since is not about another ${field}`,
      of(resource({ maxAge: 60 }, { vary: [field], etag: "none" }), [
        get(0),
        get(1000, {
          language: "de",
          gzip: true,
          origin: "https://a.example",
          cookie: true,
        }),
        get(1000, { language: "de", gzip: true, cookie: true }),
      ]),
    ],
  ),
  [
    "a 304 that names a weak tag is not about another language",
    of(
      resource(
        { maxAge: 60 },
        { vary: ["accept-language"], etag: "weak-shared" },
      ),
      [get(0), get(1000, { language: "de" })],
    ),
  ],
  [
    "a client without gzip does not take compression from one with it",
    of(
      resource({ maxAge: 60 }, { vary: ["accept-encoding"], codesLast: true }),
      [get(0), get(1000, { gzip: true }), get(1000, { gzip: true })],
    ),
  ],
  [
    "a header on no list selects a variant when Vary names it",
    of(resource({ maxAge: 60 }, { vary: ["x-variant"] }), [
      get(0, { variant: "a" }),
      get(1000, { variant: "b" }),
      get(1000, { variant: "a" }),
      get(1000),
    ]),
  ],
  ...(
    [
      ["of one body", "strong", false],
      ["of two bodies", "strong", true],
      ["of two bodies with one weak tag", "weak-shared", true],
      ["of two bodies without a tag", "none", true],
    ] as const
  ).flatMap(([title, etag, changes]) =>
    [100, 1_048_577].map((length): [string, History] => [
      `two parts ${title} of ${length} bytes are answered with what the origin has`,
      of(
        resource(
          { maxAge: 60 },
          { lengths: [length], etag, lastModified: etag !== "none" },
        ),
        [
          get(0, { range: "bytes=0-9" }),
          ...(changes
            ? [{ waitMs: 100, kind: "change" as const, resource: 0 }]
            : []),
          get(1000, { range: "bytes=10-" }),
          get(1000),
          get(1000, { range: "bytes=5-15" }),
        ],
      ),
    ]),
  ),
  ...(
    ["other-part", "wrong-length", "no-content-range", "unknown-total"] as const
  ).map((lie): [string, History] => [
    `a part (${lie}) is not taken for what the next visitor asks for`,
    of(resource({ maxAge: 60 }, { ranges: lie }), [
      get(0, { range: "bytes=50-59" }),
      get(1000, { range: "bytes=50-59" }),
      get(1000),
    ]),
  ]),
  ...[100, 1_048_576, 1_048_577].map((length): [string, History] => [
    `a GET after a range brings all ${length} bytes`,
    of(resource({ maxAge: 60 }, { lengths: [length] }), [
      get(0, { range: "bytes=0-0" }),
      get(1000),
      get(1000),
    ]),
  ]),
  [
    "a 206 that nobody asked for is not passed on as one",
    of(resource({ maxAge: 60 }, { ranges: "unasked-part" }), [get(0)]),
  ],
  [
    "a background refresh of a large body comes to an end",
    of(
      resource(
        { maxAge: 2, staleWhileRevalidate: 2 },
        { lengths: [1_048_577], validates: "never" },
      ),
      [get(0), get(2300), get(2500)],
    ),
  ],
  [
    "a slow reader of a large body holds nobody up",
    of(resource({ maxAge: 60 }, { lengths: [beyondSocketBuffers] }), [
      get(0, { reader: { kind: "pausing", pauseMs: 90_000 } }),
      get(100),
    ]),
  ],
  [
    "the rest of a body that the PoP cache forgot is not taken of another version",
    of(resource({ maxAge: 60 }, { lengths: [3_145_728] }), [
      get(0),
      get(1000, { reader: { kind: "pausing", pauseMs: 20_000 } }),
      { waitMs: 1000, kind: "pop-cache", state: "forgets" },
      { waitMs: 0, kind: "change", resource: 0 },
    ]),
  ],
  [
    "a change within the second of Last-Modified is told from what was before",
    of(resource({ maxAge: 60 }, { etag: "none" }), [
      { waitMs: 0, kind: "change", resource: 0 },
      get(0, { range: "bytes=0-9" }),
      { waitMs: 50, kind: "change", resource: 0 },
      get(50, { range: "bytes=10-" }),
      get(1000),
    ]),
  ],
  ...(["refuses", "fails-midway", "dawdles"] as const).map(
    (state): [string, History] => [
      `a large body arrives although the PoP cache ${state}`,
      of(resource({ maxAge: 60 }, { lengths: [3_145_728] }), [
        { waitMs: 0, kind: "pop-cache", state },
        get(0),
        get(1000),
      ]),
    ],
  ),
  ...Object.entries({
    "a GET": {},
    "a GET with Authorization": { authorization: true },
    "a GET with no-cache": { cacheControl: "no-cache" },
    "a GET of a part": { range: "bytes=0-9" },
    "a HEAD": { method: "HEAD" as const },
  }).flatMap(([title, more]): [string, History][] => {
    const script = resource(
      { maxAge: 60, public: true },
      { headMs: 400, etag: "none", lastModified: false },
    );
    const write: Step = { ...put(50), method: "PUT" };
    return [
      [
        `a write is not undone by ${title} under way`,
        of(script, [get(0, more), write, get(1000)]),
      ],
      [
        `a write is not undone by ${title} under way, with something stored`,
        of(script, [get(0), get(1000, more), write, get(1000)]),
      ],
    ];
  }),
  ...(
    [
      ["a validation", "both", "GET"],
      ["a validation by HEAD", "both", "HEAD"],
      ["a HEAD that freshens", "never", "HEAD"],
    ] as const
  ).map(([title, validates, method]): [string, History] => [
    `a write is not undone by ${title} under way`,
    of(resource({ maxAge: 2 }, { headMs: 400, validates }), [
      get(0),
      get(2500, { method }),
      put(50),
      get(1000),
      get(10),
    ]),
  ]),
  [
    "a write is not undone by those who ask after it while a GET is under way",
    of(
      resource(
        { maxAge: 60 },
        { headMs: 400, etag: "none", lastModified: false },
      ),
      [get(0), put(50), get(50), get(1000)],
    ),
  ],
  [
    "a write is not undone by a body that is still arriving",
    of(
      resource(
        { maxAge: 60 },
        { lengths: [1000], chunkMs: 200, etag: "none", lastModified: false },
      ),
      [get(0), put(100), get(2000)],
    ),
  ],
  [
    "a write is not undone when a reload breaks off",
    of(
      resource(
        { maxAge: 60 },
        { lengths: [1000], chunkMs: 200, etag: "none", lastModified: false },
      ),
      [
        get(0),
        { waitMs: 2000, kind: "fault", fault: "breaks" },
        get(0, { cacheControl: "no-cache" }),
        put(100),
        { waitMs: 2000, kind: "fault", fault: "healthy" },
        get(0),
      ],
    ),
  ],
  [
    "a write holds while it is written down",
    of(resource({ maxAge: 60 }), [
      get(0),
      put(1000),
      get(15, { copies: 20, spacingMs: 1 }),
    ]),
  ],
  ...[0, 1].map((restarts): [string, History] => [
    `a write to one resource reaches the group of another, after ${restarts} restarts`,
    {
      ...of(resource({ maxAge: 60 }), [
        get(0),
        { ...put(1000), resource: 1, invalidatesGroup: true },
        ...(restarts === 1 ? [{ waitMs: 300, kind: "restart" as const }] : []),
        get(300),
      ]),
      resources: [resource({ maxAge: 60 }), resource({ maxAge: 60 })],
    },
  ]),
  ...(["a write", "a write that names the group"] as const).map(
    (title, index): [string, History] => [
      `${title} reaches an isolate that begins afterwards`,
      of(resource({ maxAge: 60 }), [
        get(0),
        { ...put(1000), resource: 0, invalidatesGroup: index === 1 },
        { waitMs: 300, kind: "restart" },
        get(0),
      ]),
    ],
  ),
  [
    "what is under way in another isolate does not undo a write in the PoP's cache",
    {
      ...of(
        resource(
          { maxAge: 60 },
          { headMs: 400, etag: "none", lastModified: false },
        ),
        [
          get(0, { isolate: 1 }),
          put(50),
          { waitMs: 1000, kind: "restart" },
          get(0),
        ],
      ),
      isolates: 2,
    },
  ],
  ...[0, 300].flatMap((inMs) =>
    (["hard", "soft"] as const).map((how): [string, History] => [
      `what is under way does not undo a ${how} purge in ${inMs} ms`,
      of(
        resource(
          { maxAge: 60 },
          { headMs: 400, etag: "none", lastModified: false },
        ),
        [
          get(0),
          { waitMs: 50, kind: "purge", what: { kind: "host" }, how, inMs },
          get(1000),
        ],
      ),
    ]),
  ),
  ...(["healthy", "refuses"] as const).map((fault): [string, History] => [
    `what was stored before a refusal is not answered with after it (origin ${fault})`,
    of(resource({ maxAge: 60 }), [
      get(0),
      { waitMs: 1000, kind: "drop", inMs: null, forMs: null },
      get(300),
      { waitMs: 300, kind: "restore", dated: false },
      { waitMs: 0, kind: "fault", fault },
      get(300),
    ]),
  ]),
  [
    "what was stored before a drop with an end is no stand-in after it",
    of(resource({ maxAge: 60, staleIfError: 60 }), [
      get(0),
      { waitMs: 1000, kind: "drop", inMs: null, forMs: 1000 },
      { waitMs: 0, kind: "fault", fault: "refuses" },
      get(500),
      get(1000),
    ]),
  ],
  [
    "a HEAD does not freshen what was purged",
    of(resource({ maxAge: 60 }), [
      get(0),
      {
        waitMs: 300,
        kind: "purge",
        what: { kind: "all" },
        how: "hard",
        inMs: 0,
      },
      get(300, { method: "HEAD" }),
      get(300),
    ]),
  ],
  [
    "a GET without content is a GET",
    of(
      resource({ maxAge: 60 }),
      (["length", "chunks"] as const).flatMap((emptyContent) => [
        get(0, { emptyContent }),
        get(0, { emptyContent, method: "HEAD" }),
      ]),
    ),
  ],
  ...(["refuses", "status-503", "stalls"] as const).flatMap(
    (fault): [string, History][] => {
      const script = resource({ maxAge: 60, staleIfError: 60 });
      return [
        [
          `what was stored before a restore is no stand-in for an origin that ${fault}`,
          of(script, [
            get(0),
            { waitMs: 1000, kind: "restore", dated: true },
            { waitMs: 0, kind: "fault", fault },
            get(1000),
          ]),
        ],
        [
          `what was purged is no stand-in for an origin that ${fault}`,
          of(script, [
            get(0),
            {
              waitMs: 1000,
              kind: "purge",
              what: { kind: "all" },
              how: "soft",
              inMs: 0,
            },
            { waitMs: 0, kind: "fault", fault },
            get(1000),
          ]),
        ],
      ];
    },
  ),
  ...(["status-500", "status-503", "refuses", "stalls", "breaks"] as const).map(
    (fault): [string, History] => [
      `an origin (${fault}) is not asked by a whole crowd at once`,
      of(resource({ maxAge: 60 }), [
        { waitMs: 0, kind: "fault", fault },
        get(0, { copies: 20 }),
        get(10, { copies: 20 }),
      ]),
    ],
  ),
  ...(["status-503", "refuses"] as const).map((fault): [string, History] => [
    `an origin (${fault}) is not asked by a whole crowd with something stale`,
    of(resource({ maxAge: 3, staleIfError: 60 }, { headMs: 400 }), [
      get(0),
      { waitMs: 4300, kind: "fault", fault },
      get(0, { copies: 20 }),
    ]),
  ]),
  [
    "answers that must be validated queue nobody",
    of(resource({ noCache: true }, { headMs: 2000 }), [
      get(0),
      get(1000, { copies: 20 }),
    ]),
  ],
  [
    "answers for one visitor each queue nobody",
    of(resource({ private: true }, { headMs: 2000, audience: "visitor" }), [
      get(0, { copies: 20, visitors: "each", cookie: true }),
    ]),
  ],
  ...(
    [
      [1000, 1000],
      [1_048_577, 200],
    ] as const
  ).map(([length, chunkMs]): [string, History] => [
    `nobody waits for the last of ${length} bytes that come slowly`,
    of(resource({ maxAge: 60 }, { lengths: [length], chunkMs }), [
      get(0),
      get(100),
    ]),
  ]),
  [
    "a write does not send a whole crowd to the origin",
    of(resource({ maxAge: 60 }, { headMs: 400 }), [
      get(0, { copies: 20 }),
      put(50),
    ]),
  ],
  [
    "whoever comes as the answer does finds it",
    of(resource({ maxAge: 60 }, { headMs: 20 }), [
      get(0, { copies: 20, spacingMs: 1 }),
      get(0, { copies: 20, spacingMs: 1 }),
    ]),
  ],
  [
    "a visitor who leaves does not leave those behind who wait for the same",
    of(resource({ maxAge: 60 }, { headMs: 400 }), [
      get(0, { reader: { kind: "aborting", afterChunks: 0 } }),
      get(5, { copies: 20 }),
    ]),
  ],
  ...Object.entries({
    "no-cache": { noCache: true },
    private: { private: true },
    "no-store": { noStore: true },
  }).map(([title, policy]): [string, History] => [
    `nobody waits for another's answer that is known to be ${title}`,
    of(resource(policy, { headMs: 400 }), [get(0), get(1000, { copies: 20 })]),
  ]),
  [
    "a visitor with a cookie does not send those who wait to the origin",
    of(resource({ maxAge: 60 }, { headMs: 400 }), [
      get(0, { cookie: true }),
      get(10, { copies: 20 }),
    ]),
  ],
  [
    "many large bodies at once all arrive whole",
    of(
      resource(
        { maxAge: 0 },
        { lengths: [3_145_728], etag: "weak", lastModified: false },
      ),
      [get(0, { copies: 20 }), get(0)],
    ),
  ],
  [
    "a GET after a range does not wait for the last byte",
    of(resource({ maxAge: 60 }, { lengths: [1000], chunkMs: 1000 }), [
      get(0, { range: "bytes=0-0" }),
      get(2000),
    ]),
  ],
  [
    "a 206 that nobody asked for is not passed on to a request with no-store",
    of(resource({ maxAge: 60 }, { ranges: "unasked-part" }), [
      get(0, { cacheControl: "no-store" }),
    ]),
  ],
  [
    "bytes end within the watch after a drop that came while the origin was thinking",
    of(
      resource(
        { maxAge: 60 },
        { lengths: [3_145_728], headMs: 400, chunkMs: 150 },
      ),
      [get(0), { waitMs: 50, kind: "drop", inMs: null, forMs: null }],
    ),
  ],
];

function of(script: Resource, steps: readonly Step[]): History {
  return { isolates: 1, site: plainSite, resources: [script], steps };
}

function resource(
  policy: Partial<Policy>,
  more: Partial<Resource> = {},
): Resource {
  return { ...plainResource, policies: [{ ...noPolicy, ...policy }], ...more };
}

function get(waitMs: number, more: Partial<RequestStep> = {}): Step {
  return { waitMs, ...plainRequest, ...more };
}

function put(waitMs: number): Extract<Step, { kind: "write" }> {
  return {
    waitMs,
    kind: "write",
    method: "PUT",
    resource: 0,
    isolate: 0,
    outcome: "done",
    invalidatesGroup: false,
  };
}
