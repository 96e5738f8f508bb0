import { describe, expect, test } from "vitest";
import type { Form } from "../../src/cache/request-fields.ts";
import type { CacheSettings } from "../../src/cache/settings.ts";
import { mayStore } from "../../src/cache/storing.ts";
import {
  fields,
  lines,
  settings,
  settingsWith,
  startDate,
  startMs,
} from "./sample.ts";

const url = "https://shop.example/a?b";

function storing(
  response: string,
  {
    request = "",
    status = 200,
    method = "GET",
    chosen = settings,
    form = "shared",
  }: {
    request?: string;
    status?: number;
    method?: string;
    chosen?: CacheSettings;
    form?: Form;
  } = {},
) {
  const received = {
    status,
    fields: lines(response),
    requestTimeMs: startMs,
    responseTimeMs: startMs,
  };
  const asked = { method, url, fields: fields(request), form } as const;
  return mayStore(asked, received, chosen);
}

function word(...given: Parameters<typeof storing>): string {
  const decided = storing(...given);
  return decided.kind === "store" ? "store" : decided.because;
}

const fresh = "Cache-Control: max-age=60";

describe("RFC 9111 §3", () => {
  test.each([
    200, 201, 203, 204, 206, 299, 301, 302, 303, 307, 308, 400, 404, 410, 499,
    500, 502, 503, 504, 599,
  ])("a %i that states its freshness is stored", (status) => {
    expect(word(fresh, { status })).toBe("store");
  });

  test.each([101, 103, 304, 412, 416, 600, 999])(
    "a %i is not stored",
    (status) => {
      expect(word(fresh, { status })).toBe("status");
    },
  );

  test.each(["HEAD", "PUT", "DELETE", "OPTIONS", "QUERY", "get"])(
    "an answer to %s is not stored",
    (method) => {
      expect(word(fresh, { method })).toBe("method");
    },
  );

  test.each([
    [
      "RFC 9110 §9.3.3 that states freshness and its own URL",
      `${fresh}\nContent-Location: /a?b`,
      200,
      "store",
    ],
    [
      "RFC 9110 §9.3.3 with the URL in full",
      `${fresh}\nContent-Location: ${url}`,
      200,
      "store",
    ],
    [
      "RFC 9110 §9.3.3 of another URL",
      `${fresh}\nContent-Location: /other`,
      200,
      "method",
    ],
    ["RFC 9110 §9.3.3 without a URL", fresh, 200, "method"],
    [
      "RFC 9110 §9.3.3 without freshness",
      'Content-Location: /a?b\nETag: "1"',
      200,
      "method",
    ],
    [
      "RFC 9110 §9.3.3 of another status",
      `${fresh}\nContent-Location: /a?b`,
      201,
      "method",
    ],
  ])("an answer to POST, %s", (_, response, status, expected) => {
    expect(word(response, { method: "POST", status })).toBe(expected);
  });

  test.each([
    ["§5.2.2.5 no-store", "Cache-Control: max-age=60, no-store", "no-store"],
    ["§5.2.2.7 private", "Cache-Control: max-age=60, private", "private"],
    [
      "§5.2.2.7 private for some fields",
      'Cache-Control: max-age=60, private="a"',
      "store",
    ],
    [
      "§5.2.2.4 no-cache with a validator",
      'Cache-Control: no-cache\nETag: "1"',
      "store",
    ],
    [
      "§5.2.2.4 no-cache without one is of no use",
      "Cache-Control: max-age=60, no-cache",
      "no-freshness-or-validator",
    ],
    ["§4.1 Vary: *", `${fresh}\nVary: *`, "vary-star"],
    [
      "§4.1 Vary: * among others",
      `${fresh}\nVary: Foo\nVary: , *`,
      "vary-star",
    ],
    [
      "neither freshness nor validator",
      "Content-Type: text/html",
      "no-freshness-or-validator",
    ],
    [
      "public alone is no freshness",
      "Cache-Control: public",
      "no-freshness-or-validator",
    ],
    ["an ETag alone", 'ETag: "1"', "store"],
    ["a Last-Modified alone", `Last-Modified: ${startDate}`, "store"],
    [
      "max-age=0 without a validator",
      "Cache-Control: max-age=0",
      "no-freshness-or-validator",
    ],
    [
      "max-age=0 with a time to be used stale",
      "Cache-Control: max-age=0, stale-while-revalidate=9",
      "store",
    ],
    [
      "max-age=0 that may not be used stale",
      "Cache-Control: s-maxage=0, stale-if-error=9",
      "no-freshness-or-validator",
    ],
    [
      "a lifetime already over, which max-stale may accept",
      `${fresh}\nAge: 61`,
      "store",
    ],
    [
      "RFC 9213 §2.2 a targeted field against no-store",
      "Cache-Control: no-store\nCDN-Cache-Control: max-age=60",
      "store",
    ],
    [
      "RFC 9213 §2.2 a targeted no-store",
      `${fresh}\nCDN-Cache-Control: no-store`,
      "no-store",
    ],
  ])("%s", (_, response, expected) => {
    expect(word(response)).toBe(expected);
  });

  test.each([
    [
      "§5.2.2.3 outranks no-store for a status we understand",
      "max-age=60, no-store, must-understand",
      200,
      "store",
    ],
    [
      "§5.2.2.3 keeps out a status we do not",
      "max-age=60, no-store, must-understand",
      599,
      "not-understood",
    ],
    [
      "§5.2.2.3 even without no-store",
      "max-age=60, must-understand",
      599,
      "not-understood",
    ],
  ])("must-understand %s", (_, directives, status, expected) => {
    expect(word(`Cache-Control: ${directives}`, { status })).toBe(expected);
  });

  test.each([
    ["max-age=60", "authorization"],
    ["max-age=60, proxy-revalidate", "authorization"],
    ["max-age=60, public", "store"],
    ["max-age=60, must-revalidate", "store"],
    ["s-maxage=60", "store"],
  ])(
    "§3.5 an answer to Authorization that says %s: %s",
    (directives, expected) => {
      expect(
        word(`Cache-Control: ${directives}`, {
          request: "Authorization: Basic YTpi",
        }),
      ).toBe(expected);
    },
  );

  test("§5.2.1.5 a request's no-store counts where the site honours it", () => {
    const request = "Cache-Control: no-store";
    expect(word(fresh, { request })).toBe("request-no-store");
    expect(
      word(fresh, {
        request,
        chosen: settingsWith({ requestDirectives: "ignored" }),
      }),
    ).toBe("store");
  });

  test("what goes round the cache is not stored", () => {
    expect(
      word(fresh, { chosen: settingsWith({ mode: { kind: "bypass" } }) }),
    ).toBe("bypass");
    const chosen = settingsWith({ bypassCookies: ["session"] });
    expect(word(fresh, { chosen, request: "Cookie: a=b; session=1" })).toBe(
      "bypass",
    );
    expect(
      word("Cache-Control: public, max-age=60", {
        chosen,
        request: "Cookie: a=b",
      }),
    ).toBe("store");
  });

  test.each([
    ["max-age=60", "cookie"],
    ["max-age=60, public", "store"],
    ["s-maxage=60", "store"],
  ])("an answer to a Cookie that says %s: %s", (directives, expected) => {
    expect(
      word(`Cache-Control: ${directives}`, { request: "Cookie: a=b" }),
    ).toBe(expected);
  });

  test.each([
    ["max-age=60", "set-cookie", "set-cookie", "store"],
    ["max-age=60, public", "set-cookie", "store", "store"],
    ["s-maxage=60", "set-cookie", "store", "store"],
    ['max-age=60, private="Set-Cookie"', "store", "store", "store"],
  ])("§7.3 Set-Cookie with %s", (directives, never, whenPublic, asRfc) => {
    const response = `Cache-Control: ${directives}\nSet-Cookie: a=b`;
    const under = (setCookie: CacheSettings["setCookie"]) =>
      word(response, { chosen: settingsWith({ setCookie }) });
    expect(under("never")).toBe(never);
    expect(under("strip")).toBe(whenPublic);
    expect(under("when-public")).toBe(whenPublic);
    expect(under("as-rfc")).toBe(asRfc);
  });

  test("§7.3 a targeted field says that a response with Set-Cookie is for all", () => {
    expect(word("CDN-Cache-Control: max-age=60\nSet-Cookie: a=b")).toBe(
      "store",
    );
  });

  test("a site in force mode speaks for its origin on freshness, not on whose a response is", () => {
    const chosen = settingsWith({ mode: { kind: "force", ttlSeconds: 60 } });
    const forced = (response: string, request = "") =>
      word(response, { chosen, request });
    expect(forced("Cache-Control: max-age=0")).toBe("store");
    expect(forced("Cache-Control: no-store")).toBe("no-store");
    expect(forced("Cache-Control: private")).toBe("private");
    expect(forced("X: y\nSet-Cookie: a=b")).toBe("set-cookie");
    expect(forced("X: y", "Authorization: x")).toBe("authorization");
    expect(forced("X: y", "Cookie: a=b")).toBe("cookie");
    expect(forced("Vary: *")).toBe("vary-star");
  });
});

describe("RFC 9111 §3.1", () => {
  function kept(response: string, chosen = settings): string[] {
    const decided = storing(response, { chosen });
    return decided.kind === "store"
      ? decided.stored.fields.map(([name, value]) => `${name}: ${value}`)
      : [];
  }

  test("fields of the connection are not stored", () => {
    const response = `${fresh}
      Date: ${startDate}
      Connection: a, B
      A: 1
      b: 2
      c: 3
      Keep-Alive: x
      Proxy-Authenticate: x
      Proxy-Authentication-Info: x
      Proxy-Connection: x
      TE: x
      Transfer-Encoding: chunked
      Upgrade: x`;
    expect(kept(response)).toEqual([fresh, `Date: ${startDate}`, "c: 3"]);
  });

  test("§5.2.2.4 and §5.2.2.7 nor are those that no-cache and private name", () => {
    const cacheControl = 'Cache-Control: max-age=60, no-cache="a", private="B"';
    expect(
      kept(`${cacheControl}\nDate: ${startDate}\nA: 1\nb: 2\nc: 3`),
    ).toEqual([cacheControl, `Date: ${startDate}`, "c: 3"]);
  });

  test("lines of one name stay apart", () => {
    const response = `Date: ${startDate}\nCache-Control: public\nCache-Control: max-age=60\nSet-Cookie: a=b\nSet-Cookie: c=d`;
    const chosen = settingsWith({ setCookie: "when-public" });
    expect(kept(response, chosen)).toEqual(response.split("\n"));
  });

  test("§7.3 unless the site wants it, no Set-Cookie is stored", () => {
    const others = `Date: ${startDate}\nCache-Control: public, max-age=60`;
    expect(kept(`${others}\nSet-Cookie: a=b\nset-cookie: c=d`)).toEqual(
      others.split("\n"),
    );
  });

  test("§4.1 what a request had that Vary does not name is kept, by the form it was sent in", () => {
    const request = "Foo: 1\nBar: 2\nUser-Agent: x";
    const unlisted = (form: Form) => {
      const decided = storing(`${fresh}\nVary: Bar`, { request, form });
      return decided.kind === "store" ? decided.stored.unlisted : null;
    };
    expect(unlisted("shared")).toEqual([["foo", "1"]]);
    expect(unlisted("as-received")).toEqual([
      ["*", null],
      ["foo", "1"],
      ["user-agent", "x"],
    ]);
  });

  test("§4.1 a coded response varies by Accept-Encoding even if its origin forgot to say so", () => {
    const varyOn = (response: string) => {
      const request = "Accept-Encoding: br, gzip";
      const decided = storing(`${fresh}\n${response}`, { request });
      return decided.kind === "store" ? decided.stored.varyOn : null;
    };
    expect(varyOn("Content-Encoding: gzip")).toEqual([
      ["accept-encoding", "br,gzip"],
    ]);
    expect(varyOn("Content-Encoding: identity")).toEqual([]);
    expect(varyOn("A: b")).toEqual([]);
  });

  test.each([fresh, `${fresh}\nDate: foo`])(
    "RFC 9110 §6.6.1 without a valid Date the arrival is written: %s",
    (response) => {
      expect(kept(response)).toEqual([fresh, `Date: ${startDate}`]);
    },
  );

  test("what Vary nominates is kept from the request, and both times", () => {
    const decided = storing(`${fresh}\nVary: Foo, Bar`, {
      request: "foo: 1, 2\nOther: 3",
    });
    expect(decided).toMatchObject({
      kind: "store",
      stored: {
        varyOn: [
          ["bar", null],
          ["foo", "1,2"],
        ],
        requestTimeMs: startMs,
        responseTimeMs: startMs,
        bodyRequestTimeMs: startMs,
      },
    });
  });
});
