import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { defaultOperator } from "../../src/page/operator.ts";
import { demand, dropped, field, occasions, told } from "./samples.ts";

/** CSP 3 §6.7.2.4: the hash of what stands between the tags. */
const style = /<style>(.*)<\/style>/s.exec(told(dropped()).body ?? "")?.[1];
const styleHash = createHash("sha256")
  .update(style ?? "")
  .digest("base64");

const formats = [
  ["text/html", "text/html; charset=utf-8"],
  ["application/problem+json", "application/problem+json"],
  ["application/json", "application/json"],
  ["text/markdown", "text/markdown; charset=utf-8"],
  ["text/plain", "text/plain; charset=utf-8"],
] as const;

describe.each(occasions)("%s", (_, occasion, status, headline) => {
  test.each(formats)("is told as %s", (accept, contentType) => {
    const answer = told(occasion, { accept });
    expect(answer.status).toBe(status);
    expect(field(answer, "Content-Type")).toBe(contentType);
    expect(field(answer, "Content-Language")).toBe("en");
    expect(answer.body).toContain(headline);
  });

  test("is told to HEAD with the same fields and no body", () => {
    const get = told(occasion);
    const head = told(occasion, {}, { method: "HEAD" });
    expect(head).toEqual({ ...get, body: null });
  });

  test("fits into 14 KB in every language", () => {
    for (const language of ["en", "fr", "de", "es", "pt", "ja", "ar"]) {
      const { body } = told(occasion, { "accept-language": language });
      expect(new TextEncoder().encode(body ?? "").length).toBeLessThan(10_000);
    }
  });
});

test.each([
  ["§12.5.1 no Accept", undefined, "text/html; charset=utf-8"],
  ["§12.5.1 curl", "*/*", "text/html; charset=utf-8"],
  [
    "§12.5.1 a browser's navigation",
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "text/html; charset=utf-8",
  ],
  [
    "§12.5.1 q-values rank",
    "text/html;q=0.5, text/plain;q=0.9",
    "text/plain; charset=utf-8",
  ],
  ["§12.5.1 q=0 excludes", "text/html;q=0, */*", "application/problem+json"],
  [
    "§12.5.1 a program",
    "application/json, text/plain, */*",
    "application/json",
  ],
  ["§12.5.1 a type's wildcard", "application/*", "application/problem+json"],
  [
    "§12.5.1 an image as Chromium asks for it",
    "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
    undefined,
  ],
  [
    "§12.5.1 a style sheet as browsers ask for it",
    "text/css,*/*;q=0.1",
    undefined,
  ],
  [
    "§12.5.1 a font as Firefox asks for it",
    "application/font-woff2;q=1.0,application/font-woff;q=0.9,*/*;q=0.8",
    undefined,
  ],
  ["§12.5.1 only images", "image/*", undefined],
  ["§12.5.1 an event stream", "text/event-stream", "application/problem+json"],
])("RFC 9110 %s", (_, accept, contentType) => {
  const answer = told(dropped(), accept === undefined ? {} : { accept });
  expect(field(answer, "Content-Type")).toBe(contentType);
  expect(answer.body === null).toBe(contentType === undefined);
});

test("where no words are of use, status and every field but the content's own stay", () => {
  const page = told(dropped(demand, 451));
  const image = told(dropped(demand, 451), { accept: "image/*" });
  const contents = new Set(["Content-Type", "Content-Language"]);
  expect(image).toEqual({
    status: 451,
    fields: page.fields.filter(([name]) => !contents.has(name)),
    body: null,
  });
});

test.each([
  [
    "RFC 9110 §12.5.5 the answer depends on these fields",
    "Vary",
    "Accept, Accept-Language, Sec-Fetch-Dest, X-Requested-With, HX-Request",
  ],
  [
    "RFC 9111 §5.2.2.5 no cache may keep a refusal",
    "Cache-Control",
    "no-store",
  ],
  ["RFC 9213 §3.1 nor may a CDN before us", "CDN-Cache-Control", "no-store"],
  [
    "a refusal is not sniffed for another type",
    "X-Content-Type-Options",
    "nosniff",
  ],
  [
    "a refused address is not told to linked sites",
    "Referrer-Policy",
    "no-referrer",
  ],
  [
    "CSP 3 only our own style runs",
    "Content-Security-Policy",
    `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  ],
])("%s", (_, name, value) => {
  for (const [, occasion] of occasions)
    expect(field(told(occasion), name)).toBe(value);
});

test.each([
  ["an ending drop, as the verdict says", "policy, ending", "90"],
  ["edge maintenance, until its end", "edge maintenance", "90"],
  ["an unreadable list, as the gate says", "list unavailable", "30"],
  ["a drop without end: none", "policy", undefined],
  ["a slow origin: none", "timeout", undefined],
])("RFC 9110 §10.2.3 Retry-After of %s", (_, name, value) => {
  const [, occasion] = occasions.find(([each]) => each === name) ?? [];
  expect(occasion && field(told(occasion), "Retry-After")).toBe(value);
});

test.each([
  ["the start of a second counts as a whole one", 1, "1"],
  ["at the very end there is nothing to wait for", 0, undefined],
  ["an end in the past says nothing", -1, undefined],
])("RFC 9110 §10.2.3 Retry-After: %s", (_, aheadMs, value) => {
  const untilMs = Date.parse("2019-08-05T08:00:00Z") + aheadMs;
  expect(
    field(told({ kind: "maintenance", untilMs, message: {} }), "Retry-After"),
  ).toBe(value);
});

test.each([
  [
    "§4 a 451 names the blocker by its site",
    {},
    '<https://edge.example/>; rel="blocked-by"',
  ],
  [
    "§4 else by its contact",
    { url: null },
    '<mailto:abuse@edge.example>; rel="blocked-by"',
  ],
  [
    "§4 else by this edge",
    { url: null, contact: null },
    '</.well-known/portcullis/>; rel="blocked-by"',
  ],
])("RFC 7725 %s", (_, changes, link) => {
  const operator = {
    ...defaultOperator,
    url: "https://edge.example/",
    contact: "mailto:abuse@edge.example",
    ...changes,
  };
  const answer = told(
    dropped({ ...demand, noticeUrl: null }, 451),
    {},
    { operator },
  );
  expect(field(answer, "Link")).toBe(link);
});

test("RFC 8288 §3 the public notice is linked beside the blocker, and alone where nothing blocks by law", () => {
  const notice = '<https://edge.example/notices/N-0042>; rel="describedby"';
  expect(field(told(dropped(demand, 451)), "Link")).toBe(
    `<https://edge.example/>; rel="blocked-by", ${notice}`,
  );
  expect(field(told(dropped()), "Link")).toBe(notice);
  expect(field(told(dropped({ noticeUrl: null })), "Link")).toBeUndefined();
});

test.each(formats)(
  "RFC 7725 §3 as %s, a 451 says who demanded it, under what law, for what",
  (accept) => {
    const { body } = told(dropped(demand, 451), {
      accept,
      "accept-language": "de",
    });
    const said = (body ?? "").replaceAll("\\*", "*");
    for (const words of [
      "Landgericht Musterstadt",
      "https://court.example/",
      "Musterstaatsvertrag § 9",
      "*.forum.example",
    ]) {
      expect(said).toContain(words);
    }
  },
);
