import { describe, expect, test } from "vitest";
import { planReuse } from "../../src/cache/reuse.ts";
import type { CacheSettings } from "../../src/cache/settings.ts";
import type { Stored } from "../../src/cache/stored.ts";
import {
  after,
  fields,
  settings,
  settingsWith,
  startDate,
  storedWith,
} from "./sample.ts";

interface Circumstances {
  request?: string;
  method?: string;
  chosen?: CacheSettings;
  seconds?: number;
  purge?: "none" | "soft" | "hard";
  suffices?: (stored: Stored) => boolean;
}

function plan(candidates: Stored[], circumstances: Circumstances = {}) {
  const {
    request = "",
    method = "GET",
    chosen = settings,
    seconds = 0,
  } = circumstances;
  return planReuse({ method, fields: fields(request) }, candidates, chosen, {
    nowMs: after(seconds),
    purge: () => ({ kind: circumstances.purge ?? "none" }),
    suffices: circumstances.suffices ?? ((stored) => stored.range === null),
  });
}

function withControl(directives: string, more = ""): Stored {
  return storedWith(
    `Date: ${startDate}\nCache-Control: ${directives}\n${more}`,
  );
}

/** The outcome in one line: "serve 59 1" is age and time to live, "validate stale" the reason. */
function outcome(
  candidates: Stored[],
  circumstances: Circumstances = {},
): string {
  const found = plan(candidates, circumstances);
  switch (found.kind) {
    case "serve":
    case "serve-stale":
      return `${found.kind} ${found.ageSeconds} ${found.ttlSeconds}`;
    case "validate":
    case "forward":
      return `${found.kind} ${found.because}`;
    case "gateway-timeout":
      return found.kind;
  }
}

describe("RFC 9111 §4", () => {
  test.each([
    ["§4.2 fresh a second before", "max-age=60", 59, "serve 59 1"],
    ["§4.2 stale at exactly max-age", "max-age=60", 60, "validate stale"],
    ["§4.2 max-age=0 is never fresh", "max-age=0", 0, "validate stale"],
    [
      "§5.2.2.10 s-maxage outranks max-age",
      "max-age=60, s-maxage=10",
      11,
      "validate stale",
    ],
    [
      "§5.2.2.4 no-cache is validated while fresh",
      "max-age=60, no-cache",
      0,
      "validate stale",
    ],
    [
      "§5.2.2.4 no-cache for some fields is not",
      'max-age=60, no-cache="a"',
      0,
      "serve 0 60",
    ],
    [
      "§5.2.2.2 must-revalidate is used while fresh",
      "max-age=60, must-revalidate",
      59,
      "serve 59 1",
    ],
    [
      "§5.2.2.2 must-revalidate is validated when stale",
      "max-age=60, must-revalidate",
      60,
      "validate stale",
    ],
    [
      "RFC 5861 §3 stale while revalidated, from the first second",
      "max-age=60, stale-while-revalidate=30",
      60,
      "serve-stale 60 0",
    ],
    [
      "RFC 5861 §3 to the last",
      "max-age=60, stale-while-revalidate=30",
      89,
      "serve-stale 89 -29",
    ],
    [
      "RFC 5861 §3 and no longer",
      "max-age=60, stale-while-revalidate=30",
      90,
      "validate stale",
    ],
    [
      "§5.2.2.2 must-revalidate forbids it",
      "max-age=60, must-revalidate, stale-while-revalidate=30",
      60,
      "validate stale",
    ],
    [
      "§5.2.2.8 proxy-revalidate forbids it",
      "max-age=60, proxy-revalidate, stale-while-revalidate=30",
      60,
      "validate stale",
    ],
    [
      "§5.2.2.10 s-maxage forbids it",
      "s-maxage=60, stale-while-revalidate=30",
      60,
      "validate stale",
    ],
  ])("%s", (_, directives, seconds, expected) => {
    expect(outcome([withControl(directives)], { seconds })).toBe(expected);
  });

  test.each([
    [
      "§5.2.1.1 max-age not reached",
      "max-age=60",
      "max-age=10",
      10,
      "serve 10 50",
    ],
    [
      "§5.2.1.1 max-age passed",
      "max-age=60",
      "max-age=10",
      11,
      "validate request",
    ],
    [
      "§5.2.1.1 max-age=0 accepts nothing stored",
      "max-age=60",
      "max-age=0",
      0,
      "validate request",
    ],
    [
      "§5.2.1.2 max-stale within",
      "max-age=60",
      "max-stale=10",
      70,
      "serve 70 -10",
    ],
    [
      "§5.2.1.2 max-stale without",
      "max-age=60",
      "max-stale=10",
      71,
      "validate stale",
    ],
    [
      "§5.2.1.2 max-stale without bound",
      "max-age=60",
      "max-stale",
      9999,
      "serve 9999 -9939",
    ],
    [
      "§5.2.1.2 max-stale does not outrank must-revalidate",
      "max-age=60, must-revalidate",
      "max-stale",
      61,
      "validate stale",
    ],
    [
      "§5.2.1.2 max-stale does not outrank no-cache",
      "max-age=60, no-cache",
      "max-stale",
      61,
      "validate stale",
    ],
    ["§5.2.1.3 min-fresh met", "max-age=60", "min-fresh=50", 10, "serve 10 50"],
    [
      "§5.2.1.3 min-fresh not met",
      "max-age=60",
      "min-fresh=51",
      10,
      "validate request",
    ],
    ["§5.2.1.4 no-cache", "max-age=60", "no-cache", 0, "validate request"],
    ["§5.2.1.5 no-store", "max-age=60", "no-store", 0, "forward request"],
    [
      "RFC 8246 §2 what is immutable is not validated for a reload",
      "max-age=60, immutable",
      "max-age=0",
      0,
      "serve 0 60",
    ],
    [
      "RFC 8246 §2 but for no-cache",
      "max-age=60, immutable",
      "no-cache",
      0,
      "validate request",
    ],
    [
      "RFC 8246 §2 and when stale",
      "max-age=60, immutable",
      "max-age=0",
      60,
      "validate request",
    ],
  ])("%s", (_, response, request, seconds, expected) => {
    const circumstances = { request: `Cache-Control: ${request}`, seconds };
    expect(outcome([withControl(response)], circumstances)).toBe(expected);
    const ignored = settingsWith({ requestDirectives: "ignored" });
    const unasked = outcome([withControl(response)], { seconds });
    expect(
      outcome([withControl(response)], { ...circumstances, chosen: ignored }),
    ).toBe(unasked);
  });

  test.each([
    ["nothing stored", [], 0, "gateway-timeout"],
    ["fresh", [withControl("max-age=60")], 0, "serve 0 60"],
    ["stale", [withControl("max-age=60")], 60, "gateway-timeout"],
    [
      "stale, but of use",
      [withControl("max-age=60, stale-while-revalidate=9")],
      60,
      "serve-stale 60 0",
    ],
  ])("§5.2.1.7 only-if-cached with %s", (_, candidates, seconds, expected) => {
    const request = "Cache-Control: only-if-cached";
    expect(outcome(candidates, { request, seconds })).toBe(expected);
    const chosen = settingsWith({ requestDirectives: "ignored" });
    expect(outcome(candidates, { request, seconds, chosen })).toBe(expected);
  });

  test("§5.4 a request's Pragma is not read", () => {
    expect(
      outcome([withControl("max-age=60")], { request: "Pragma: no-cache" }),
    ).toBe("serve 0 60");
  });

  test.each([
    ["GET", "serve 0 60"],
    ["HEAD", "serve 0 60"],
    ["POST", "forward method"],
    ["OPTIONS", "forward method"],
    ["M-SEARCH", "forward method"],
  ])("§4 a stored GET for a %s", (method, expected) => {
    expect(outcome([withControl("max-age=60")], { method })).toBe(expected);
  });
});

describe("RFC 9211 §2.2", () => {
  test("uri-miss when nothing is stored", () => {
    expect(plan([])).toEqual({
      kind: "forward",
      because: "uri-miss",
      known: [],
    });
  });

  test("vary-miss when no variant fits, with the whole ones to ask by, most recent first", () => {
    const other = (request: string, some: Partial<Stored> = {}) =>
      storedWith(
        `Date: ${startDate}\nVary: Foo\nETag: "e"\nCache-Control: max-age=60`,
        { request, ...some },
      );
    const first = other("Foo: 1");
    const second = other("Foo: 2", { responseTimeMs: after(1) });
    const part = other("Foo: 3", {
      range: { first: 0, last: 4, complete: 10 },
    });
    expect(plan([first, second, part], { request: "Foo: 9" })).toEqual({
      kind: "forward",
      because: "vary-miss",
      known: [second, first],
    });
  });

  test("partial when the bytes held are not enough, with the parts", () => {
    const part = {
      ...withControl("max-age=60"),
      range: { first: 0, last: 4, complete: 10 },
    };
    expect(plan([part])).toEqual({
      kind: "forward",
      because: "partial",
      known: [part],
    });
    expect(outcome([part], { suffices: () => true })).toBe("serve 0 60");
  });

  test("an older response that has the bytes stands in for a newer part that has not", () => {
    const whole = withControl("max-age=60");
    const part = {
      ...whole,
      responseTimeMs: after(1),
      range: { first: 0, last: 4, complete: 10 },
    };
    expect(plan([part, whole], { seconds: 1 })).toMatchObject({
      kind: "serve",
      stored: whole,
    });
  });

  test("bypass by mode and by cookie", () => {
    const candidates = [withControl("max-age=60")];
    expect(
      outcome(candidates, {
        chosen: settingsWith({ mode: { kind: "bypass" } }),
      }),
    ).toBe("forward bypass");
    const chosen = settingsWith({ bypassCookies: ["session"] });
    expect(outcome(candidates, { chosen, request: "Cookie: session=1" })).toBe(
      "forward bypass",
    );
    expect(outcome(candidates, { chosen, request: "Cookie: other=1" })).toBe(
      "serve 0 60",
    );
  });
});

describe("a purge", () => {
  test("hard: as if it had never been stored", () => {
    expect(outcome([withControl("max-age=60")], { purge: "hard" })).toBe(
      "forward uri-miss",
    );
  });

  test("soft: validated, whatever the stale windows say", () => {
    const stored = withControl(
      "max-age=60, stale-while-revalidate=60, immutable",
    );
    expect(outcome([stored], { purge: "soft" })).toBe("validate stale");
    expect(
      outcome([stored], { purge: "soft", request: "Cache-Control: max-stale" }),
    ).toBe("validate stale");
  });
});

test("a site in force mode gives its own lifetime, whatever the origin forbids", () => {
  const chosen = settingsWith({ mode: { kind: "force", ttlSeconds: 100 } });
  expect(
    outcome([withControl("no-cache, max-age=1")], { chosen, seconds: 99 }),
  ).toBe("serve 99 1");
  expect(
    outcome([withControl("no-cache, max-age=1")], { chosen, seconds: 100 }),
  ).toBe("validate stale");
});
