import { describe, expect, test } from "vitest";
import { staleOnError } from "../../src/cache/stale.ts";
import {
  after,
  fields,
  settingsWith,
  startDate,
  storedWith,
} from "./sample.ts";

const unreachable = { kind: "unreachable" } as const;
const status = (code: number) => ({ kind: "status", status: code }) as const;
const aDay = settingsWith({ serveStaleSeconds: 86_400 });
const never = settingsWith({ serveStaleSeconds: 0 });

function answered(
  directives: string,
  failure: Parameters<typeof staleOnError>[2],
  { seconds = 70, chosen = aDay, request = "" } = {},
): string {
  const stored = storedWith(`Date: ${startDate}\nCache-Control: ${directives}`);
  return staleOnError(stored, fields(request), failure, chosen, after(seconds))
    .kind;
}

describe("RFC 9111 §4.2.4", () => {
  test("a stale response stands in for an origin that cannot be reached, as long as the site lets it", () => {
    expect(answered("max-age=60", unreachable, { seconds: 60 + 86_399 })).toBe(
      "serve-stale",
    );
    expect(answered("max-age=60", unreachable, { seconds: 60 + 86_400 })).toBe(
      "fail",
    );
    expect(answered("max-age=60", unreachable, { chosen: never })).toBe("fail");
  });

  test("one that was fresh but had to be validated is treated alike", () => {
    expect(answered("max-age=600", unreachable)).toBe("serve-stale");
    expect(answered("max-age=600", unreachable, { chosen: never })).toBe(
      "fail",
    );
    expect(answered("max-age=600", status(503))).toBe("fail");
    expect(answered("max-age=600, stale-if-error=1", status(503))).toBe(
      "serve-stale",
    );
  });

  test.each([500, 502, 503, 504])("but not for one that answers %i", (code) => {
    expect(answered("max-age=60", status(code))).toBe("fail");
  });

  test.each(["must-revalidate", "proxy-revalidate", "no-cache", "s-maxage=2"])(
    "%s forbids it",
    (directive) => {
      const directives = `max-age=2, stale-if-error=9999, ${directive}`;
      expect(answered(directives, unreachable)).toBe("fail");
      expect(answered(directives, status(503))).toBe("fail");
    },
  );

  test("no-cache for some fields does not", () => {
    expect(answered('max-age=2, no-cache="a"', unreachable)).toBe(
      "serve-stale",
    );
  });

  test("the answer tells age and time to live", () => {
    const stored = storedWith(`Date: ${startDate}\nCache-Control: max-age=60`);
    expect(
      staleOnError(stored, fields(), unreachable, aDay, after(70)),
    ).toEqual({
      kind: "serve-stale",
      stored,
      ageSeconds: 70,
      ttlSeconds: -10,
    });
  });
});

describe("RFC 5861 §4", () => {
  test.each([500, 502, 503, 504])(
    "stale-if-error covers a %i, and only its time",
    (code) => {
      expect(
        answered("max-age=60, stale-if-error=10", status(code), {
          seconds: 69,
        }),
      ).toBe("serve-stale");
      expect(
        answered("max-age=60, stale-if-error=10", status(code), {
          seconds: 70,
        }),
      ).toBe("fail");
    },
  );

  test.each([404, 429, 501, 505])("a %i is no such error", (code) => {
    expect(answered("max-age=60, stale-if-error=100", status(code))).toBe(
      "fail",
    );
  });

  test("its time is the limit for an origin that cannot be reached too", () => {
    expect(
      answered("max-age=60, stale-if-error=10", unreachable, { seconds: 69 }),
    ).toBe("serve-stale");
    expect(
      answered("max-age=60, stale-if-error=10", unreachable, { seconds: 70 }),
    ).toBe("fail");
  });

  test("a request may ask for it, where the site honours that", () => {
    const request = "Cache-Control: stale-if-error=20";
    expect(answered("max-age=60", status(503), { request })).toBe(
      "serve-stale",
    );
    expect(answered("max-age=60", status(503), { request, seconds: 80 })).toBe(
      "fail",
    );
    const chosen = settingsWith({ requestDirectives: "ignored" });
    expect(answered("max-age=60", status(503), { request, chosen })).toBe(
      "fail",
    );
  });
});
