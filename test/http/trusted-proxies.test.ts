import { describe, expect, test } from "vitest";
import { fieldsOf } from "../../src/http/fields.ts";
import {
  clientOf,
  parseAddressRanges,
} from "../../src/http/trusted-proxies.ts";

function ranges(text: string) {
  const parsed = parseAddressRanges(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

describe("X-Forwarded-For of a proxy that is believed", () => {
  const client = (xForwardedFor: string, further = "", proto = "") =>
    clientOf(
      fieldsOf([
        ["X-Forwarded-For", xForwardedFor],
        ["X-Forwarded-Proto", proto],
        // The proxy passes on what it does not write.
        ["Forwarded", "for=198.51.100.66;proto=https"],
      ]),
      { field: "x-forwarded-for", further: ranges(further) },
    );

  test.each([
    ["203.0.113.5", "", "203.0.113.5"],
    ["6.6.6.6, 203.0.113.5", "", "203.0.113.5"],
    ["6.6.6.6, 203.0.113.5, 10.1.2.3", "10.0.0.0/8", "203.0.113.5"],
    ["10.1.1.1, 10.1.2.3", "10.0.0.0/8", "10.1.1.1"],
    ["203.0.113.5:4711", "", "203.0.113.5"],
    ["[2001:db8::7]:4711", "", "2001:db8::7"],
    ["2001:db8::7", "", "2001:db8::7"],
    ["2001:db8::7, fd00::1", "fd00::/8", "2001:db8::7"],
    ["::ffff:203.0.113.5", "", "203.0.113.5"],
    ["6.6.6.6, unknown", "", null],
    ["6.6.6.6, unknown, 10.1.2.3", "10.0.0.0/8", null],
    ["", "", null],
    ["fe80::1%eth0", "", null],
  ])(
    "%j, and further proxies %j, is the client %j",
    (value, further, address) => {
      expect(client(value, further).address).toBe(address);
    },
  );

  test.each([
    ["https", "https"],
    ["http", "http"],
    ["HTTPS", "https"],
    ["http, https", "https"],
    ["gopher", null],
    ["", null],
  ])("X-Forwarded-Proto %j says %j", (proto, scheme) => {
    expect(client("203.0.113.5", "", proto).scheme).toBe(scheme);
  });
});

describe("Forwarded of a proxy that is believed", () => {
  const client = (forwarded: string, further = "") =>
    clientOf(
      fieldsOf([
        ["Forwarded", forwarded],
        ["X-Forwarded-For", "198.51.100.66"],
        ["X-Forwarded-Proto", "http"],
      ]),
      { field: "forwarded", further: ranges(further) },
    );

  test.each([
    ["for=203.0.113.5;proto=https", "", "203.0.113.5", "https"],
    [
      "For=203.0.113.5; Proto=HTTPS; host=a.example",
      "",
      "203.0.113.5",
      "https",
    ],
    ['for="[2001:db8::7]:4711";proto=http', "", "2001:db8::7", "http"],
    [
      "for=6.6.6.6;proto=http, for=203.0.113.5;proto=https",
      "",
      "203.0.113.5",
      "https",
    ],
    [
      "for=203.0.113.5;proto=https, for=10.0.0.9;proto=http",
      "10.0.0.0/8",
      "203.0.113.5",
      "https",
    ],
    [
      "for=203.0.113.5, for=10.0.0.9;proto=https",
      "10.0.0.0/8",
      "203.0.113.5",
      "https",
    ],
    ["for=_hidden;proto=https", "", null, "https"],
    ['for="a, for=6.6.6.6";proto=https', "", null, "https"],
    ['for="6.6.6.6', "", "6.6.6.6", null],
    ["proto=https", "", null, "https"],
    ["", "", null, null],
  ])("%j, and further proxies %j", (value, further, address, scheme) => {
    expect(client(value, further)).toEqual({ address, scheme });
  });
});

describe("addresses and ranges", () => {
  test("are separated by spaces and commas", () => {
    expect(
      ranges("127.0.0.1, 10.0.0.0/8  2001:db8::/32").map(([start, bits]) => [
        start.toString(),
        bits,
      ]),
    ).toEqual([
      ["127.0.0.1", 32],
      ["10.0.0.0", 8],
      ["2001:db8::", 32],
    ]);
  });

  test.each(["localhost", "10.0.0.0/33", "10.0.0", "1.2.3.4/"])(
    "%j is none",
    (word) => {
      expect(parseAddressRanges(`127.0.0.1 ${word}`)).toEqual({
        ok: false,
        problem: `${JSON.stringify(word)} is no address and no range, expected such as 127.0.0.1, 10.0.0.0/8 or 2001:db8::/32`,
      });
    },
  );
});
