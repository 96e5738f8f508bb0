import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  chooseFormat,
  choosingFields,
  pageFormats,
} from "../../src/page/choose-format.ts";
import { denial, dropped, field, occasions, told } from "./samples.ts";

type Fields = Readonly<Record<string, string>>;

const choose = (fields: Fields, offered = pageFormats.slice()) =>
  chooseFormat(new Map(Object.entries(fields)), offered);

const chromePage =
  "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7";
const firefoxPage =
  "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const olderFirefoxPage =
  "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/png,image/svg+xml,*/*;q=0.8";
const chromeImage =
  "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";
const firefoxImage =
  "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5";
const safariImage =
  "image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5";

const to = (destination: string, mode: string, accept: string) => ({
  accept,
  "sec-fetch-dest": destination,
  "sec-fetch-mode": mode,
  "sec-fetch-site": "same-origin",
});
const script = (accept: string, more: Fields = {}) => ({
  ...to("empty", "cors", accept),
  ...more,
});
const xhr = { "x-requested-with": "XMLHttpRequest" };
const html = "text/html";
const problem = "application/problem+json";

describe.each<
  readonly [string, readonly (readonly [string, Fields, string | null])[]]
>([
  [
    "somebody who reads",
    [
      ["Chrome's navigation", to("document", "navigate", chromePage), html],
      ["Firefox's navigation", to("document", "navigate", firefoxPage), html],
      [
        "an older Firefox's navigation",
        to("document", "navigate", olderFirefoxPage),
        html,
      ],
      ["Safari's navigation", to("document", "navigate", firefoxPage), html],
      [
        "a navigation of an older Safari, without Fetch Metadata",
        { accept: firefoxPage },
        html,
      ],
      ["a navigation over plain http", { accept: chromePage }, html],
      ["a frame", to("iframe", "navigate", chromePage), html],
      ["an embedded object", to("object", "navigate", chromePage), html],
      [
        "a form that is sent",
        {
          ...to("document", "navigate", chromePage),
          "content-type": "application/x-www-form-urlencoded",
        },
        html,
      ],
      [
        "a navigation in Android's WebView, which names its app",
        { accept: chromePage, "x-requested-with": "com.example.app" },
        html,
      ],
      [
        "a navigation that accepts everything",
        to("document", "navigate", "*/*"),
        html,
      ],
      [
        "a navigation that names nothing we have",
        to("document", "navigate", "application/pdf"),
        html,
      ],
      [
        "Googlebot",
        {
          accept:
            "text/html,application/xhtml+xml,application/signed-exchange;v=b3,application/xml;q=0.9,*/*;q=0.8",
        },
        html,
      ],
      ["curl", { accept: "*/*" }, html],
      ["wget", { accept: "*/*", "accept-encoding": "identity" }, html],
      [
        "git",
        {
          accept: "*/*",
          "accept-encoding": "deflate, gzip",
          pragma: "no-cache",
        },
        html,
      ],
      ["a client without Accept", {}, html],
      [
        "a feed reader that takes pages too",
        {
          accept:
            "application/atom+xml,application/rss+xml;q=0.9,text/html;q=0.8",
        },
        html,
      ],
    ],
  ],
  [
    "code that looks at the answer",
    [
      ["fetch()", script("*/*"), problem],
      ["fetch() for JSON", script("application/json"), "application/json"],
      ["fetch() for an image", script("image/webp"), problem],
      ["XMLHttpRequest", script("*/*"), problem],
      [
        "XMLHttpRequest of a browser without Fetch Metadata",
        { accept: "*/*", ...xhr },
        problem,
      ],
      ["jQuery", script("*/*", xhr), problem],
      ["jQuery over plain http", { accept: "*/*", ...xhr }, problem],
      [
        "jQuery for JSON",
        script("application/json, text/javascript, */*; q=0.01", xhr),
        problem,
      ],
      [
        "jQuery for a script",
        script(
          "text/javascript, application/javascript, application/ecmascript, application/x-ecmascript, */*; q=0.01",
          xhr,
        ),
        problem,
      ],
      ["jQuery for text", script("text/plain, */*; q=0.01", xhr), "text/plain"],
      ["jQuery for HTML", script("text/html, */*; q=0.01", xhr), html],
      [
        "pjax, which names HTML",
        { accept: "text/html, */*; q=0.01", "x-pjax": "true", ...xhr },
        html,
      ],
      ["axios", script("application/json, text/plain, */*"), problem],
      [
        "axios over plain http",
        { accept: "application/json, text/plain, */*" },
        "application/json",
      ],
      [
        "Apollo Client",
        script("application/graphql-response+json,application/json;q=0.9"),
        "application/json",
      ],
      [
        "an older Apollo Client",
        script("*/*", { "content-type": "application/json" }),
        problem,
      ],
      [
        "Apollo Client with @defer",
        script(
          "multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json;q=0.9",
        ),
        "application/json",
      ],
      [
        "Next.js navigating by itself",
        script("*/*", { rsc: "1", "next-url": "/" }),
        problem,
      ],
      [
        "a Next.js server action",
        script("text/x-component", { "next-action": "7f3a" }),
        problem,
      ],
      [
        "a Next.js server action over plain http",
        { accept: "text/x-component", "next-action": "7f3a" },
        problem,
      ],
      ["EventSource", script("text/event-stream"), problem],
      ["EventSource over plain http", { accept: "text/event-stream" }, problem],
      [
        "Firefox's WebSocket handshake",
        { ...to("empty", "websocket", "*/*"), upgrade: "websocket" },
        problem,
      ],
      ["navigator.sendBeacon()", to("empty", "no-cors", "*/*"), problem],
      ["htmx", script("*/*", { "hx-request": "true" }), html],
      [
        "Turbo, which names HTML",
        script("text/vnd.turbo-stream.html, text/html, application/xhtml+xml"),
        html,
      ],
      [
        "Inertia, which names HTML",
        script("text/html, application/xhtml+xml", {
          "x-inertia": "true",
          ...xhr,
        }),
        html,
      ],
      [
        "a script that prefers JSON to HTML",
        script("application/json, text/html;q=0.5"),
        "application/json",
      ],
      ["a script that weighs HTML 0", script("text/html;q=0, */*"), problem],
      [
        "npm",
        {
          accept:
            "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*",
        },
        problem,
      ],
      [
        "a feed reader that takes no pages",
        { accept: "application/rss+xml, application/atom+xml" },
        problem,
      ],
      [
        "a program in upper case",
        { accept: "APPLICATION/JSON, */*" },
        "application/json",
      ],
    ],
  ],
  [
    "the browser itself",
    [
      ["Chrome's image", to("image", "no-cors", chromeImage), null],
      ["Firefox's image", to("image", "no-cors", firefoxImage), null],
      ["Safari's image", to("image", "no-cors", safariImage), null],
      ["Chrome's image over plain http", { accept: chromeImage }, null],
      ["Firefox's image over plain http", { accept: firefoxImage }, null],
      ["Safari's image over plain http", { accept: safariImage }, null],
      ["Googlebot's image", { accept: "image/*,*/*;q=0.8" }, null],
      ["a style sheet", to("style", "no-cors", "text/css,*/*;q=0.1"), null],
      ["a style sheet over plain http", { accept: "text/css,*/*;q=0.1" }, null],
      ["a font", to("font", "cors", "*/*"), null],
      [
        "Firefox's font over plain http",
        {
          accept:
            "application/font-woff2;q=1.0,application/font-woff;q=0.9,*/*;q=0.8",
        },
        null,
      ],
      ["a script element", to("script", "no-cors", "*/*"), null],
      [
        "a module of JSON",
        to("json", "cors", "application/json,*/*;q=0.5"),
        null,
      ],
      ["a clip of Chrome's", to("video", "no-cors", "*/*"), null],
      [
        "a clip of Firefox's over plain http",
        {
          accept:
            "video/webm,video/ogg,video/*;q=0.9,application/ogg;q=0.7,audio/*;q=0.6,*/*;q=0.5",
        },
        null,
      ],
      ["music", to("audio", "no-cors", "*/*"), null],
      ["subtitles", to("track", "same-origin", "*/*"), null],
      ["a worker's script", to("worker", "same-origin", "*/*"), null],
      [
        "a shared worker's script",
        to("sharedworker", "same-origin", "*/*"),
        null,
      ],
      [
        "a service worker's script, new or updated",
        {
          ...to("serviceworker", "same-origin", "*/*"),
          "service-worker": "script",
        },
        null,
      ],
      ["a web app's manifest", to("manifest", "cors", "*/*"), null],
    ],
  ],
])("for %s:", (_, clients) => {
  test.each(clients)("%s", (__, fields, expected) => {
    expect(choose(fields)).toBe(expected);
  });
});

test("what no specification names as a destination decides nothing", () => {
  for (const name of ["", "Toaster", "image, empty", "constructor"])
    expect(choose({ ...script("*/*"), "sec-fetch-dest": name })).toBe(html);
});

test("Chrome's WebSocket handshake says nothing of itself, and nobody sees what it gets", () => {
  expect(choose({ upgrade: "websocket", connection: "Upgrade" })).toBe(html);
});

test("every field that decides stands in Vary, and no other does", () => {
  const asked = new Set<string>();
  const fields = {
    get: (name: string) => {
      asked.add(name.toLowerCase());
      return null;
    },
  };
  const empty = (name: string) => (name === "sec-fetch-dest" ? "empty" : null);
  chooseFormat(fields, pageFormats);
  chooseFormat({ get: (name) => empty(name) ?? fields.get(name) }, pageFormats);
  const named = choosingFields.toLowerCase().split(", ");
  expect([...asked, "accept-language"].toSorted()).toEqual(named.toSorted());
});

test("nothing a client sends changes a status, or the fields that say why", () => {
  const value = fc.oneof(
    fc.constantFrom(
      "empty",
      "image",
      "document",
      "*/*",
      "true",
      "XMLHttpRequest",
      chromePage,
    ),
    fc.string(),
  );
  const sent = fc.dictionary(
    fc.constantFrom(
      "accept",
      "sec-fetch-dest",
      "x-requested-with",
      "hx-request",
    ),
    value,
  );
  const contents = new Set(["Content-Type", "Content-Language"]);
  fc.assert(
    fc.property(
      sent,
      fc.constantFrom(...occasions),
      (fields, [, occasion, status]) => {
        const answer = told(occasion, fields);
        expect(answer.status).toBe(status);
        expect(answer.fields.filter(([name]) => !contents.has(name))).toEqual(
          told(occasion).fields.filter(([name]) => !contents.has(name)),
        );
        expect(told(occasion, fields, { method: "HEAD" })).toEqual({
          ...answer,
          body: null,
        });
      },
    ),
  );
});

test("what explains a problem is told to a script as plain JSON", () => {
  expect(field(told({ kind: "about" }, script("*/*")), "Content-Type")).toBe(
    "application/json",
  );
});

test.each([
  [null, undefined],
  ["cache", '"cache"'],
  ["storage", '"cache", "storage"'],
] as const)("Clear-Site-Data §3.1 a denial with %j", (clearSiteData, value) => {
  const refusal = dropped({ clearSiteData });
  expect(field(told(refusal), "Clear-Site-Data")).toBe(value);
  const image = told(refusal, to("image", "no-cors", chromeImage));
  expect(field(image, "Clear-Site-Data")).toBe(value);
});

test("no other page of ours clears anything", () => {
  expect(denial.clearSiteData).toBeNull();
  for (const [, occasion] of occasions)
    expect(field(told(occasion), "Clear-Site-Data")).toBeUndefined();
});
