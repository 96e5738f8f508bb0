import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bareDenial,
  type Denial,
  type Standing,
} from "../../src/customer/standing.ts";
import {
  decide,
  verdictAt,
  type Decision,
  type RecordState,
  type SiteState,
} from "../../src/customer/decide.ts";
import type { Visit } from "../../src/customer/visit.ts";
import {
  parseEdgeSettings,
  type EdgeSettings,
} from "../../src/customer/settings.ts";
import { parseSite } from "../../src/customer/site.ts";
import type { Parsed } from "../../src/parse/parsed.ts";

const startMs = Date.UTC(2019, 7, 5, 7);
const endMs = startMs + 3_600_000;
const deadlineMs = startMs + 60_000;

function deny(members: Partial<Denial>): Denial {
  return { ...bareDenial, ...members };
}

function visit(changed: Partial<Visit> = {}): Visit {
  return {
    method: "GET",
    host: "forum.example",
    country: "DE",
    target: "/",
    upgrade: "none",
    content: "none",
    ...changed,
  };
}

/** The verdict in a few words: "serve ended", "notice", "refuse 503 retry 60". */
function words(
  standing: Standing | null,
  of: Visit,
  defaultVerdict: "allow" | "deny",
  nowMs: number,
): string {
  const verdict = verdictAt(standing, of, defaultVerdict, nowMs);
  if (verdict.kind === "serve") return `serve ${verdict.because}`;
  if (verdict.kind !== "refuse") return verdict.kind;
  const { status, retryAfterSeconds } = verdict;
  return `refuse ${status}${retryAfterSeconds === null ? "" : ` retry ${retryAfterSeconds}`}`;
}

const lasting = [
  ["policy", "refuse 403"],
  ["security", "refuse 403"],
  ["billing", "refuse 402"],
  ["legal", "refuse 451"],
  ["maintenance", "refuse 503"],
  ["request", "refuse 410"],
  [null, "refuse 403"],
] as const;

test.each(
  lasting.flatMap(([ground, refused]) => [
    [ground, "1 ms before effectiveAt", startMs - 1, "notice"] as const,
    [ground, "at effectiveAt", startMs, refused] as const,
    [ground, "long after effectiveAt", startMs + 1e12, refused] as const,
  ]),
)("§2 ground %s without an end, %s", (ground, _, nowMs, expected) => {
  expect(
    words(deny({ ground, effectiveAtMs: startMs }), visit(), "allow", nowMs),
  ).toBe(expected);
});

test.each(lasting)(
  "§2 ground %s without any time is in force",
  (ground, refused) => {
    expect(words(deny({ ground }), visit(), "allow", 0)).toBe(refused);
  },
);

const ending = [
  ["policy", "refuse 503 retry 3600", "refuse 503 retry 1"],
  ["security", "refuse 503 retry 3600", "refuse 503 retry 1"],
  ["billing", "refuse 402 retry 3600", "refuse 402 retry 1"],
  ["legal", "refuse 451", "refuse 451"],
  ["maintenance", "refuse 503 retry 3600", "refuse 503 retry 1"],
  ["request", "refuse 503 retry 3600", "refuse 503 retry 1"],
  [null, "refuse 503 retry 3600", "refuse 503 retry 1"],
] as const;

test.each(
  ending.flatMap(([ground, first, last]) => [
    [ground, "1 ms before effectiveAt", startMs - 1, "notice"] as const,
    [ground, "at effectiveAt", startMs, first] as const,
    [ground, "1 ms after effectiveAt", startMs + 1, first] as const,
    [ground, "1 s before endsAt", endMs - 1000, last] as const,
    [ground, "1 ms before endsAt", endMs - 1, last] as const,
    [ground, "at endsAt", endMs, "serve ended"] as const,
    [ground, "after endsAt", endMs + 1, "serve ended"] as const,
  ]),
)("§2 ground %s with an end, %s", (ground, _, nowMs, expected) => {
  const standing = deny({ ground, effectiveAtMs: startMs, endsAtMs: endMs });
  expect(words(standing, visit(), "allow", nowMs)).toBe(expected);
});

test("a notice carries the denial and the moment it takes effect", () => {
  const standing = deny({ effectiveAtMs: startMs });
  expect(verdictAt(standing, visit(), "allow", startMs - 1)).toEqual({
    kind: "notice",
    denial: standing,
    sunsetAtMs: startMs,
  });
});

test.each([
  [
    "deny-list mode serves a customer without an entry",
    null,
    "allow",
    "serve default",
  ],
  [
    "allow-list mode refuses a customer without an entry",
    null,
    "deny",
    "refuse 403",
  ],
  [
    "allow-list mode serves a customer who is allowed",
    { kind: "allow", effectiveAtMs: null, seq: 1 },
    "deny",
    "serve allowed",
  ],
  [
    "deny-list mode serves a customer who is allowed",
    { kind: "allow", effectiveAtMs: null, seq: null },
    "allow",
    "serve allowed",
  ],
  [
    "deny-list mode refuses a customer who is denied",
    bareDenial,
    "allow",
    "refuse 403",
  ],
  [
    "allow-list mode serves a customer whose denial ended",
    deny({ endsAtMs: startMs }),
    "deny",
    "serve ended",
  ],
  [
    "allow-list mode serves beyond a denial's scope",
    deny({ scope: { hosts: null, countries: ["FR"] } }),
    "deny",
    "serve out-of-scope",
  ],
  [
    "allow-list mode serves a customer who is noticed",
    deny({ effectiveAtMs: startMs + 1 }),
    "deny",
    "notice",
  ],
] as const)("§2 %s", (_, standing, defaultVerdict, expected) => {
  expect(words(standing, visit(), defaultVerdict, startMs)).toBe(expected);
});

const served = "serve out-of-scope";
const refused = "refuse 403";

test.each([
  ["the host itself", ["forum.example"], null, {}, refused],
  ["another host", ["shop.example"], null, {}, served],
  [
    "a host below the one listed",
    ["forum.example"],
    null,
    { host: "www.forum.example" },
    served,
  ],
  [
    "one label below a wildcard",
    ["*.forum.example"],
    null,
    { host: "www.forum.example" },
    refused,
  ],
  ["the parent of a wildcard", ["*.forum.example"], null, {}, served],
  [
    "two labels below a wildcard",
    ["*.forum.example"],
    null,
    { host: "a.www.forum.example" },
    served,
  ],
  ["one of several hosts", ["shop.example", "*.example"], null, {}, refused],
  ["a single label", ["localhost"], null, { host: "localhost" }, refused],
  ["the country", null, ["DE"], {}, refused],
  ["another country", null, ["FR", "XX"], {}, served],
  ["a country not known", null, ["DE"], { country: null }, served],
  ["a country not known, XX listed", null, ["XX"], { country: null }, refused],
  ["country XX, XX listed", null, ["XX"], { country: "XX" }, refused],
  ["country XX, DE listed", null, ["DE"], { country: "XX" }, served],
  ["Tor, T1 listed", null, ["T1"], { country: "T1" }, refused],
  ["Tor, XX listed", null, ["XX"], { country: "T1" }, served],
  ["host and country", ["forum.example"], ["DE"], {}, refused],
  ["the host in another country", ["forum.example"], ["FR"], {}, served],
  ["another host in the country", ["shop.example"], ["DE"], {}, served],
] as const)("§2 scope: %s", (_, hosts, countries, changed, expected) => {
  expect(
    words(
      deny({ scope: { hosts, countries } }),
      visit(changed),
      "allow",
      startMs,
    ),
  ).toBe(expected);
});

test("§2 a visit beyond the scope sees no notice", () => {
  const standing = deny({
    effectiveAtMs: startMs,
    scope: { hosts: ["shop.example"], countries: null },
  });
  expect(words(standing, visit(), "allow", startMs - 1)).toBe(served);
});

const challenge = "/.well-known/acme-challenge/aZ09_-";
const tokenOf = (length: number) =>
  `/.well-known/acme-challenge/${"t".repeat(length)}`;

test.each([
  ["GET of a challenge", {}, "offboard"],
  ["HEAD of a challenge", { method: "HEAD" }, "offboard"],
  ["POST", { method: "POST" }, refused],
  ["OPTIONS", { method: "OPTIONS" }, refused],
  ["a method in lower case", { method: "get" }, refused],
  ["a challenge with an upgrade", { upgrade: "websocket" }, refused],
  ["a challenge with content", { content: "some" }, refused],
  ["a token of 128 characters", { target: tokenOf(128) }, "offboard"],
  ["a token of 129 characters", { target: tokenOf(129) }, refused],
  ["padding after the token", { target: `${challenge}=` }, refused],
  ["an empty token", { target: "/.well-known/acme-challenge/" }, refused],
  ["no token", { target: "/.well-known/acme-challenge" }, refused],
  ["a slash after the token", { target: `${challenge}/` }, refused],
  ["a segment after the token", { target: `${challenge}/x` }, refused],
  ["a query", { target: `${challenge}?x` }, refused],
  ["an empty query", { target: `${challenge}?` }, refused],
  ["a fragment", { target: `${challenge}#x` }, refused],
  [
    "dot segments for a token",
    { target: "/.well-known/acme-challenge/.." },
    refused,
  ],
  [
    "dot segments after the token",
    { target: `${challenge}/../../../` },
    refused,
  ],
  [
    "encoded dot segments",
    { target: "/.well-known/acme-challenge/%2e%2e" },
    refused,
  ],
  [
    "an encoded slash",
    { target: "/.well-known/acme-challenge/a%2fb" },
    refused,
  ],
  ["an encoded letter", { target: "/.well-known/acme-challenge/%61" }, refused],
  ["a backslash", { target: "/.well-known/acme-challenge/a\\b" }, refused],
  [
    "a dot in the token",
    { target: "/.well-known/acme-challenge/a.b" },
    refused,
  ],
  ["a second slash in front", { target: `/${challenge}` }, refused],
  [
    "a second slash inside",
    { target: "/.well-known//acme-challenge/a" },
    refused,
  ],
  ["dot segments in front", { target: `/x/..${challenge}` }, refused],
  ["upper case", { target: "/.well-known/ACME-challenge/a" }, refused],
  ["another well-known path", { target: "/.well-known/security.txt" }, refused],
  ["a path that ends like one", { target: `/x${challenge}` }, refused],
  ["a line break after the token", { target: `${challenge}\n` }, refused],
] as const)("RFC 8555 §8.3 %s", (_, changed, expected) => {
  const standing = deny({ offboardUntilMs: deadlineMs });
  expect(
    words(standing, visit({ target: challenge, ...changed }), "allow", startMs),
  ).toBe(expected);
});

test.each([
  [
    "before the denial it is served like all else",
    deny({ effectiveAtMs: startMs + 1, offboardUntilMs: deadlineMs }),
    startMs,
    "notice",
  ],
  [
    "1 ms before the deadline",
    deny({ offboardUntilMs: deadlineMs }),
    deadlineMs - 1,
    "offboard",
  ],
  [
    "at the deadline",
    deny({ offboardUntilMs: deadlineMs }),
    deadlineMs,
    refused,
  ],
  ["without a deadline", bareDenial, startMs, refused],
  [
    "for a legal denial with a deadline",
    deny({ ground: "legal", offboardUntilMs: deadlineMs }),
    startMs,
    "offboard",
  ],
  ["in allow-list mode without an entry", null, startMs, refused],
] as const)("§2 a challenge %s", (_, standing, nowMs, expected) => {
  expect(words(standing, visit({ target: challenge }), "deny", nowMs)).toBe(
    expected,
  );
});

test("§2 the method and path of any other request change nothing", () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ unit: "binary" }), (method, path) => {
      const standing = deny({ offboardUntilMs: deadlineMs });
      expect(
        words(
          standing,
          visit({ method, target: `/${path}` }),
          "allow",
          startMs,
        ),
      ).toBe(refused);
    }),
  );
});

test("Retry-After is whole seconds, at least 1, and never leads to before the end", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e12 }), (leftMs) => {
      const verdict = verdictAt(
        deny({ ground: "policy", endsAtMs: endMs }),
        visit(),
        "allow",
        endMs - leftMs,
      );
      const seconds =
        verdict.kind === "refuse" ? (verdict.retryAfterSeconds ?? 0) : 0;
      expect(Number.isInteger(seconds)).toBe(true);
      expect(seconds).toBeGreaterThanOrEqual(1);
      expect(seconds * 1000).toBeGreaterThanOrEqual(leftMs);
      expect((seconds - 1) * 1000).toBeLessThan(leftMs);
    }),
  );
});

describe("decide", () => {
  const site = parsed(
    parseSite(
      "host:shop.example",
      '{ "customer": "shop", "origins": ["https://origin.example"] }',
    ),
  );
  const known = (text: string): RecordState<EdgeSettings> => ({
    kind: "record",
    value: parsed(parseEdgeSettings("edge", text)),
  });
  const absent = { kind: "absent" } as const;
  const unreadable = { kind: "unreadable" } as const;
  const denied: RecordState<Standing> = { kind: "record", value: bareDenial };
  const here: SiteState = { kind: "site", site };

  test.each<
    [
      string,
      RecordState<EdgeSettings>,
      SiteState,
      RecordState<Standing>,
      Decision["kind"],
    ]
  >([
    ["a site without an entry", absent, here, absent, "pass"],
    ["a denied customer", absent, here, denied, "refused"],
    ["a malformed entry", absent, here, { kind: "malformed" }, "pass"],
    ["no site", absent, { kind: "unknown-host" }, absent, "unknown-host"],
    [
      "a malformed site",
      absent,
      { kind: "misconfigured", key: "host:shop.example" },
      absent,
      "misconfigured",
    ],
    ["an unreadable site", absent, unreadable, absent, "unavailable"],
    ["a withheld site", absent, { kind: "withheld" }, absent, "unavailable"],
    ["an unreadable entry", absent, here, unreadable, "unavailable"],
    [
      "an unreadable entry, failing open",
      known('{ "failPolicy": "open" }'),
      here,
      unreadable,
      "pass",
    ],
    [
      "unreadable settings and no entry",
      unreadable,
      here,
      absent,
      "unavailable",
    ],
    ["unreadable settings and an entry", unreadable, here, denied, "refused"],
    [
      "a default verdict of deny",
      known('{ "default": "deny" }'),
      here,
      absent,
      "refused",
    ],
    [
      "maintenance, whatever else",
      known('{ "maintenance": true }'),
      { kind: "unknown-host" },
      denied,
      "maintenance",
    ],
    [
      "maintenance that is over",
      known('{ "maintenance": { "until": "2026-01-01T00:00:00Z" } }'),
      here,
      denied,
      "refused",
    ],
  ])("%s", (_, settings, siteOfHost, standing, kind) => {
    const records = { settings, site: siteOfHost, standing };
    const atMs = Date.parse("2026-06-01T00:00:00Z");
    expect(decide(records, visit(), atMs).kind).toBe(kind);
  });
});

function parsed<T>(result: Parsed<T>): T {
  if (!result.ok) throw new Error(result.problem);
  return result.value;
}
