import * as fc from "fast-check";
import { expect, test } from "vitest";
import { defaultCacheSettings } from "../../src/cache/settings.ts";
import { parseSite } from "../../src/customer/site.ts";

const key = "host:shop.example";
const least = { customer: "shop", origins: ["https://origin.example"] };

function read(members: object) {
  return parseSite(key, JSON.stringify({ ...least, ...members }));
}

test("a record of a customer and an origin is a site with the usual settings", () => {
  expect(read({})).toEqual({
    ok: true,
    value: {
      customer: "shop",
      origins: ["https://origin.example"],
      originHost: { kind: "origin" },
      timeoutSeconds: 30,
      betweenBytesTimeoutSeconds: 60,
      lastByteTimeoutSeconds: 86_400,
      originFields: [],
      cache: defaultCacheSettings,
    },
  });
});

test.each([
  ["https://Origin.Example/", "https://origin.example"],
  ["HTTPS://origin.example:443", "https://origin.example"],
  ["http://origin.example.:8080", "http://origin.example:8080"],
  ["https://bücher.example", "https://xn--bcher-kva.example"],
  ["http://localhost:8788", "http://localhost:8788"],
  ["http://0x7f.1:80", "http://127.0.0.1"],
  ["https://[2001:DB8::0:1]:8443", "https://[2001:db8::1]:8443"],
])("the origin %s is %s", (written, canonical) => {
  expect(read({ origins: [written] })).toMatchObject({
    value: { origins: [canonical] },
  });
});

test("several origins keep their order", () => {
  const origins = ["https://b.example", "https://a.example"];
  expect(read({ origins })).toMatchObject({ value: { origins } });
});

test.each([
  ["a path", "https://origin.example/app"],
  ["a query", "https://origin.example?x"],
  ["a fragment", "https://origin.example#x"],
  ["a user", "https://user@origin.example"],
  ["a backslash", "https://origin.example\\@other.example"],
  ["another scheme", "ftp://origin.example"],
  ["no scheme", "origin.example"],
  ["no host", "https://"],
  ["a port too high", "https://origin.example:65536"],
  ["white space inside", "https://origin .example"],
  ["a tab inside", "https://ori\tgin.example"],
])("an origin with %s is a problem", (_, origin) => {
  const parsed = read({ origins: ["https://a.example", origin] });
  expect(parsed).toEqual({
    ok: false,
    problem: `${key}: "origins.1" is ${JSON.stringify(origin)}; expected an origin such as https://origin.example:8443, without path or user`,
  });
});

test.each([
  [null, { kind: "origin" }],
  ["origin", { kind: "origin" }],
  ["visitor", { kind: "visitor" }],
  ["WWW.Shop.Example.", { kind: "name", host: "www.shop.example" }],
  ["shop.example:8080", { kind: "name", host: "shop.example:8080" }],
  ["bücher.example", { kind: "name", host: "xn--bcher-kva.example" }],
  ["[2001:DB8::1]:81", { kind: "name", host: "[2001:db8::1]:81" }],
  ["localhost", { kind: "name", host: "localhost" }],
  ["app:08080", { kind: "name", host: "app:8080" }],
])("originHost %j is %j", (written, originHost) => {
  expect(read({ originHost: written })).toMatchObject({
    ok: true,
    value: { originHost },
  });
});

test.each([
  "",
  "https://shop.example",
  "shop.example/",
  "shop.example\r\nX: y",
  "shop.example:65536",
  "Visitor",
  "orgin",
  "a b",
  "*.shop.example",
  1,
])("originHost %j is refused", (originHost) => {
  const parsed = read({ originHost });
  expect(!parsed.ok && parsed.problem).toMatch(
    /"originHost" is .*expected "origin", "visitor" or a host/s,
  );
});

test.each([
  [
    "originFields keep their case and lose outer white space",
    { "X-Key": " a b " },
    [["X-Key", "a b"]],
  ],
  ["originFields of null are none", null, []],
])("%s", (_, originFields, lines) => {
  expect(read({ originFields })).toMatchObject({
    ok: true,
    value: { originFields: lines },
  });
});

test.each([
  "Connection",
  "TE",
  "Transfer-Encoding",
  "upgrade",
  "Host",
  "Content-Length",
  "Expect",
  "Via",
  "CDN-Loop",
  "Forwarded",
  "X-Forwarded-For",
  "x-forwarded-proto",
  "traceparent",
  "X Key",
  "X-Key:",
  "",
])("the field %j is not the record's to add", (name) => {
  expect(read({ originFields: { [name]: "x" } })).toEqual({
    ok: false,
    problem: `${key}: "originFields.${name}" is an unexpected member; expected the name of a field that the edge does not write itself`,
  });
});

test.each([
  ["a line break", "a\r\nX: b"],
  ["a null", "a\0b"],
  ["no text", ""],
  ["a letter beyond ASCII", "é"],
])("a field value with %s is a problem", (_, value) => {
  expect(read({ originFields: { "X-Key": value } }).ok).toBe(false);
});

test.each([
  ["timeoutSeconds", 1, true],
  ["timeoutSeconds", 600, true],
  ["timeoutSeconds", 0, false],
  ["timeoutSeconds", 601, false],
  ["timeoutSeconds", 1.5, false],
  ["timeoutSeconds", "30", false],
  ["betweenBytesTimeoutSeconds", 1, true],
  ["betweenBytesTimeoutSeconds", 3600, true],
  ["betweenBytesTimeoutSeconds", 0, false],
  ["betweenBytesTimeoutSeconds", 3601, false],
  ["lastByteTimeoutSeconds", 1, true],
  ["lastByteTimeoutSeconds", 604_800, true],
  ["lastByteTimeoutSeconds", 0, false],
  ["lastByteTimeoutSeconds", 604_801, false],
])("%s of %j is accepted: %s", (member, seconds, ok) => {
  expect(read({ [member]: seconds }).ok).toBe(ok);
});

test.each([
  [
    "no customer",
    { customer: null },
    '"customer" is null; expected a customer id: 1 to 63 of a-z, 0-9 and -',
  ],
  [
    "an id in upper case",
    { customer: "Shop" },
    '"customer" is "Shop"; expected a customer id: 1 to 63 of a-z, 0-9 and -',
  ],
  ["an id of 64", { customer: "a".repeat(64) }, "; expected a customer id"],
  [
    "no origin",
    { origins: [] },
    '"origins.0" is missing; expected an origin such as',
  ],
  [
    "an unknown member",
    { timeout: 30 },
    '"timeout" is an unexpected member; expected perhaps "timeoutSeconds"',
  ],
])("%s is a problem", (_, members, expected) => {
  expect(read(members)).toEqual({
    ok: false,
    problem: expect.stringContaining(expected),
  });
});

test("a bare word is no site", () => {
  expect(parseSite(key, "allow")).toEqual({
    ok: false,
    problem: expect.stringContaining(
      `${key}: the value is "allow"; expected a JSON object (`,
    ),
  });
});

test("no text makes the parser throw", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.json());
  const origins = fc.array(fc.oneof(fc.string(), fc.webUrl()));
  fc.assert(
    fc.property(
      text,
      origins,
      fc.dictionary(fc.string(), fc.string()),
      (any, list, originFields) => {
        expect(typeof parseSite(key, any).ok).toBe("boolean");
        expect(typeof read({ origins: list, originFields }).ok).toBe("boolean");
      },
    ),
  );
});
