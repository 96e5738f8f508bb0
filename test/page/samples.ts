import type { Denial } from "../../src/customer/standing.ts";
import type { Operator } from "../../src/page/operator.ts";
import { defaultOperator } from "../../src/page/operator.ts";
import { renderPage, type RenderedPage } from "../../src/page/render.ts";
import type { PageReason, OwnPage } from "../../src/page/reason.ts";

export const nowMs = Date.parse("2019-08-05T08:00:00Z");

/** A record that says everything a record can say. */
export const denial: Denial = {
  kind: "deny",
  ground: "policy",
  effectiveAtMs: Date.parse("2019-08-05T07:00:00Z"),
  endsAtMs: null,
  scope: { hosts: null, countries: null },
  reason: "Repeated incitement to violence",
  statement: {
    en: "We served this forum for four years.\n\nWe no longer will.",
    fr: "Nous avons servi ce forum pendant quatre ans.",
  },
  reference: "N-0042",
  noticeUrl: "https://edge.example/notices/N-0042",
  appealUrl: "https://edge.example/appeals?reference=N-0042",
  authority: null,
  clearSiteData: null,
  offboardUntilMs: Date.parse("2019-08-12T07:00:00Z"),
  seq: 42,
};

export const demand: Partial<Denial> = {
  ground: "legal",
  scope: {
    hosts: ["forum.example", "*.forum.example"],
    countries: ["DE", "T1"],
  },
  authority: {
    name: "Landgericht Musterstadt",
    law: "Musterstaatsvertrag § 9",
    jurisdiction: "DE",
    url: "https://court.example/",
  },
};

export const operator: Operator = {
  ...defaultOperator,
  name: "Example Edge",
  url: "https://edge.example/",
  contact: "mailto:abuse@edge.example",
};

export function dropped(
  changes: Partial<Denial> = {},
  status: 402 | 403 | 410 | 451 | 503 = 403,
  retryAfterSeconds: number | null = null,
): PageReason {
  return {
    kind: "dropped",
    host: "forum.example",
    denial: { ...denial, ...changes },
    status,
    retryAfterSeconds,
  };
}

const endsAtMs = nowMs + 90_000;
const host = "shop.example";

/** Each kind of page there is, by a name for tests, with its status and its English headline. */
export const occasions: readonly (readonly [
  name: string,
  PageReason,
  status: number,
  headline: string,
])[] = [
  ["policy", dropped(), 403, "This site is no longer served here"],
  [
    "policy, ending",
    dropped({ endsAtMs }, 503, 90),
    503,
    "This site is suspended for now",
  ],
  [
    "security",
    dropped({ ground: "security" }),
    403,
    "This site is switched off for safety",
  ],
  [
    "billing",
    dropped({ ground: "billing" }, 402),
    402,
    "This site is switched off over a payment",
  ],
  [
    "legal",
    dropped(demand, 451),
    451,
    "This site is unavailable for legal reasons",
  ],
  [
    "legal, ending",
    dropped({ ...demand, endsAtMs }, 451),
    451,
    "This site is unavailable for legal reasons",
  ],
  [
    "site maintenance",
    dropped({ ground: "maintenance" }, 503),
    503,
    "This site is closed for maintenance",
  ],
  [
    "left",
    dropped({ ground: "request" }, 410),
    410,
    "This site has left this provider",
  ],
  [
    "bare deny",
    dropped({ ...bare(), ground: null }),
    403,
    "This site is no longer served here",
  ],
  [
    "unknown host",
    { kind: "unknown-host", host },
    421,
    "There is no site at this address",
  ],
  [
    "misconfigured",
    { kind: "unreachable", host, status: 500, error: "destination_not_found" },
    500,
    "This site could not be served",
  ],
  [
    "refused",
    { kind: "unreachable", host, status: 502, error: "connection_refused" },
    502,
    "The site’s own server did not answer",
  ],
  [
    "private address",
    {
      kind: "unreachable",
      host,
      status: 502,
      error: "destination_ip_prohibited",
    },
    502,
    "This site could not be served",
  ],
  [
    "loop",
    { kind: "unreachable", host, status: 502, error: "proxy_loop_detected" },
    502,
    "This site’s address leads in a circle",
  ],
  [
    "busy",
    {
      kind: "unreachable",
      host,
      status: 503,
      error: "connection_limit_reached",
    },
    503,
    "The site’s own server is not available",
  ],
  [
    "timeout",
    { kind: "unreachable", host, status: 504, error: "connection_timeout" },
    504,
    "The site’s own server took too long",
  ],
  [
    "edge maintenance",
    {
      kind: "maintenance",
      untilMs: endsAtMs,
      message: { en: "New machines." },
    },
    503,
    "We are working on our service",
  ],
  [
    "list unavailable",
    { kind: "unavailable", host, retryAfterSeconds: 30 },
    503,
    "We cannot look up this site right now",
  ],
  [
    "malformed",
    { kind: "malformed", status: 400, problem: "the Host field is missing" },
    400,
    "This request cannot be answered",
  ],
];

/** The pages about no site, by the path of each under our own, with its status. */
export const ownPages: readonly (readonly [
  path: string,
  OwnPage,
  status: number,
])[] = [
  ["", { kind: "about" }, 200],
  ["problems/legal", { kind: "problem-type", topic: "legal" }, 200],
  ["nothing", { kind: "no-page" }, 404],
];

function bare(): Partial<Denial> {
  return {
    effectiveAtMs: null,
    reason: null,
    statement: {},
    reference: null,
    noticeUrl: null,
    appealUrl: null,
    offboardUntilMs: null,
    seq: null,
  };
}

/** What a visitor is told who sends these fields, all in lower case. */
export function told(
  occasion: PageReason | OwnPage,
  fields: Readonly<Record<string, string>> = {},
  options: { method?: string; operator?: Operator } = {},
): RenderedPage {
  const reader = {
    method: options.method ?? "GET",
    fields: new Map(Object.entries(fields)),
    base: "https://forum.example",
    pop: "FRA",
  };
  return renderPage(occasion, reader, options.operator ?? operator, nowMs);
}

export function field(answer: RenderedPage, name: string): string | undefined {
  return answer.fields.find(([each]) => each === name)?.[1];
}
