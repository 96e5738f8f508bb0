import * as fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalHost, hostCandidates } from "../../src/http/host.ts";

const label63 = "a".repeat(63);
const name253 = [label63, label63, label63, "a".repeat(61)].join(".");

test.each([
  ["RFC 9110 §4.2.3 a host has no case", "Shop.EXAMPLE", "shop.example"],
  ["RFC 9110 §7.2 a port", "shop.example:8080", "shop.example"],
  ["RFC 3986 §3.2.3 an empty port", "shop.example:", "shop.example"],
  ["the highest port", "shop.example:65535", "shop.example"],
  ["one trailing dot", "shop.example.", "shop.example"],
  ["one trailing dot before a port", "Shop.Example.:8080", "shop.example"],
  ["a single label", "localhost", "localhost"],
  ["RFC 2181 §11 a trailing hyphen", "name-.example", "name-.example"],
  ["RFC 2181 §11 a leading hyphen", "-a.b-.example", "-a.b-.example"],
  ["RFC 2181 §11 hyphens alone", "-.--.example", "-.--.example"],
  [
    "RFC 5891 §4.2.3.1 two hyphens inside",
    "r3---sn-x.example",
    "r3---sn-x.example",
  ],
  [
    "a hyphen at the end of a label of 63",
    `${"a".repeat(62)}-.example`,
    `${"a".repeat(62)}-.example`,
  ],
  ["an underscore", "my_shop.example", "my_shop.example"],
  ["UTS 46 letters outside ASCII", "MÜNCHEN.example", "xn--mnchen-3ya.example"],
  [
    "UTS 46 an A-label stays",
    "xn--mnchen-3ya.example",
    "xn--mnchen-3ya.example",
  ],
  [
    "UTS 46 full-width letters and stops",
    "ｓｈｏｐ．example。",
    "shop.example",
  ],
  ["UTS 46 a soft hyphen", "sh\u00adop.example", "shop.example"],
  ["IPv4", "192.0.2.1:80", "192.0.2.1"],
  ["IPv4 with a trailing dot", "192.0.2.1.", "192.0.2.1"],
  ["IPv4 in short", "127.1", "127.0.0.1"],
  ["IPv4 in octal", "0177.0.0.1", "127.0.0.1"],
  ["IPv4 in hexadecimal", "0x7f000001", "127.0.0.1"],
  ["IPv4 as one number", "2130706433", "127.0.0.1"],
  ["IPv6", "[2001:DB8:0::1]", "[2001:db8::1]"],
  ["IPv6 with a port", "[2001:db8::1]:8080", "[2001:db8::1]"],
  ["a label of 63", `${label63}.example`, `${label63}.example`],
  ["a name of 253", name253, name253],
])("%s: %s", (_, authority, value) => {
  expect(canonicalHost(authority)).toEqual({ ok: true, value });
});

test.each([
  ["nothing", ""],
  ["a dot", "."],
  ["two trailing dots", "shop.example.."],
  ["two trailing dots after an address", "192.0.2.1.."],
  ["a leading dot", ".shop.example"],
  ["an empty label", "shop..example"],
  ["userinfo", "user@shop.example"],
  ["userinfo with a password", "user:secret@shop.example"],
  ["a path", "shop.example/x"],
  ["a backslash", "shop.example\\x"],
  ["a query", "shop.example?x"],
  ["a fragment", "shop.example#x"],
  ["a space", "shop .example"],
  ["a leading space", " shop.example"],
  ["a tab, which the URL parser drops", "sh\top.example"],
  ["a line end, which the URL parser drops", "shop.example\n"],
  ["a NUL", "shop.example\0"],
  ["a percent-encoding, which the URL parser decodes", "%73hop.example"],
  ["a wildcard", "*.shop.example"],
  ["a list", "shop.example,other.example"],
  ["a label of 64 that ends in a hyphen", `${label63}-.example`],
  ["port 65536", "shop.example:65536"],
  ["a port that is no number", "shop.example:http"],
  ["a signed port", "shop.example:+80"],
  ["two ports", "shop.example:80:80"],
  ["only a port", ":80"],
  ["IPv4 with too many parts", "1.2.3.4.5"],
  ["IPv4 out of range", "256.0.0.1"],
  ["a name that ends in a number", "shop.1"],
  ["IPv6 without brackets", "2001:db8::1"],
  ["IPv6 with a zone", "[fe80::1%25eth0]"],
  ["IPv6 not closed", "[2001:db8::1"],
  ["a lone surrogate", "a\ud800.example"],
  ["a label of 64", `a${label63}.example`],
  ["a name of 254", `${name253}a`],
])("not a host: %s", (_, authority) => {
  expect(canonicalHost(authority)).toMatchObject({ ok: false });
});

test("a problem shows what was found and what was expected", () => {
  expect(canonicalHost("shop .example")).toEqual({
    ok: false,
    problem:
      'Host: found "shop .example", expected a host and an optional port, nothing else',
  });
});

test.each([
  [
    "itself, then the wildcard for its first label",
    "a.shop.example",
    ["a.shop.example", "*.shop.example"],
  ],
  [
    "a wildcard may stand under a single label",
    "shop.example",
    ["shop.example", "*.example"],
  ],
  ["a single label has no parent", "localhost", ["localhost"]],
  ["IPv4 has no parent", "192.0.2.1", ["192.0.2.1"]],
  ["IPv6 has no parent", "[::ffff:1.2.3.4]", ["[::ffff:1.2.3.4]"]],
])("looked up: %s", (_, host, candidates) => {
  expect(hostCandidates(host)).toEqual(candidates);
});

test("a host is what the URL parser makes of its authority, however it is written", () => {
  const part = fc.constantFrom(
    ..."abcxX0179-_.:".split(""),
    "xn--",
    "xn--mnchen-3ya",
    "0x",
    "com",
    ":80",
    ":65535",
    ":65536",
    "ü",
  );
  const authority = fc
    .array(part, { minLength: 1, maxLength: 8 })
    .map((parts) => parts.join(""));
  const property = fc.property(authority, (written) => {
    const host = canonicalHost(written);
    const hostname = URL.parse(`http://${written}`)?.hostname;
    return !host.ok || hostname?.replace(/\.$/, "") === host.value;
  });
  expect(() => fc.assert(property, { numRuns: 5000 })).not.toThrow();
});
