import { expect, test } from "vitest";
import {
  challengeAnswer,
  challengeFields,
} from "../../src/customer/challenge.ts";

const target = "/.well-known/acme-challenge/token";
const challenge = { scheme: "http", host: "forum.example", target } as const;

function answered(status: number, fields: Readonly<Record<string, string>>) {
  return challengeAnswer(
    { status, fields: new Map(Object.entries(fields)) },
    challenge,
  );
}

test.each([
  ["text", { "content-type": "text/plain" }, "text/plain"],
  [
    "text in a character set",
    { "content-type": "Text/Plain; charset=utf-8" },
    "text/plain",
  ],
  [
    "octets",
    { "content-type": "application/octet-stream" },
    "application/octet-stream",
  ],
  ["no stated type", {}, "application/octet-stream"],
  ["no coding", { "content-encoding": "identity" }, "application/octet-stream"],
  ["4,096 bytes", { "content-length": "4096" }, "application/octet-stream"],
  ["no bytes", { "content-length": "0" }, "application/octet-stream"],
])("RFC 8555 §8.3 of %s, only the type passes", (_, fields, type) => {
  const more = { "set-cookie": "a=b", link: "</x>", refresh: "0; url=/" };
  expect(answered(200, { ...more, ...fields })).toEqual({
    kind: "pass",
    status: 200,
    fields: [
      ["Content-Type", type],
      ["Cache-Control", "no-store"],
      ["X-Content-Type-Options", "nosniff"],
    ],
    maxBytes: 4096,
  });
});

test.each([
  ["a page", 200, { "content-type": "text/html" }],
  [
    "a page, told in parameters",
    200,
    { "content-type": "text/plain;text/html, text/html" },
  ],
  ["two types", 200, { "content-type": "text/plain, text/html" }],
  ["an empty type", 200, { "content-type": "" }],
  ["a picture", 200, { "content-type": "image/svg+xml" }],
  ["a coding", 200, { "content-encoding": "gzip" }],
  ["4,097 bytes", 200, { "content-length": "4097" }],
  ["a length that is none", 200, { "content-length": "-1" }],
  ["two lengths", 200, { "content-length": "5, 5" }],
  ["a switch of protocols", 101, {}],
  ["no content", 204, {}],
  ["a part", 206, {}],
  ["a 304", 304, {}],
  ["a 404", 404, { "content-type": "text/plain" }],
  ["a 500", 500, {}],
])("RFC 8555 §8.3 %s is no answer to a challenge", (_, status, fields) => {
  expect(answered(status, fields)).toMatchObject({ kind: "refuse" });
});

const here = `https://forum.example${target}`;

test.each([301, 302, 303, 307, 308])(
  "RFC 8555 §8.3 a %d to the same challenge over https passes, without a body",
  (status) => {
    for (const location of [here, `https://forum.example:443${target}`])
      expect(answered(status, { location, "set-cookie": "a=b" })).toEqual({
        kind: "pass",
        status,
        fields: [
          ["Location", here],
          ["Cache-Control", "no-store"],
          ["X-Content-Type-Options", "nosniff"],
        ],
        maxBytes: 0,
      });
  },
);

test.each([
  ["to another host", 301, "https://acme.example" + target],
  [
    "to a host that begins alike",
    301,
    `https://forum.example.evil.example${target}`,
  ],
  [
    "to a user of that name",
    301,
    `https://forum.example@evil.example${target}`,
  ],
  ["to another port", 301, `https://forum.example:8443${target}`],
  ["to another path", 301, "https://forum.example/"],
  ["to a longer path", 301, `${here}/x`],
  ["with a query", 301, `${here}?x`],
  ["with a fragment", 301, `${here}#x`],
  ["to itself", 301, `http://forum.example${target}`],
  ["to a path", 301, target],
  ["to two places", 301, `${here}, ${here}`],
  ["nowhere", 301, ""],
  ["with another status", 300, here],
  ["with a status that is none", 399, here],
])("RFC 8555 §8.3 a redirect %s does not pass", (_, status, location) => {
  expect(answered(status, { location })).toMatchObject({ kind: "refuse" });
});

test("RFC 8555 §8.3 over https no redirect passes: it would lead to itself", () => {
  const fields = new Map([["location", here]]);
  expect(
    challengeAnswer({ status: 301, fields }, { ...challenge, scheme: "https" }),
  ).toMatchObject({ kind: "refuse" });
});

test("the origin is asked for all of the text, uncoded, by nobody in particular", () => {
  expect(
    challengeFields([
      ["Host", "origin.example"],
      ["accept-encoding", "gzip"],
      ["Range", "bytes=0-0"],
      ["If-None-Match", '"a"'],
      ["Cookie", "a=b"],
      ["Authorization", "Basic x"],
      ["User-Agent", "ca"],
    ]),
  ).toEqual([
    ["Host", "origin.example"],
    ["User-Agent", "ca"],
    ["Accept-Encoding", "identity"],
  ]);
});
