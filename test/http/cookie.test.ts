import * as fc from "fast-check";
import { expect, test } from "vitest";
import { mapCookieDomain } from "../../src/http/cookie.ts";

const origins = ["www.origin.example", "spare.test", "192.0.2.7"];
const map = (setCookie: string, visitor = "shop.example") =>
  mapCookieDomain(setCookie, visitor, origins);

test.each([
  ["§5.1.3 the origin's host", "a=b; Domain=www.origin.example; Path=/"],
  ["§5.1.3 a parent of it", "a=b; Domain=origin.example; Path=/"],
  ["§5.2.3 a leading dot", "a=b; Domain=.origin.example; Path=/"],
  ["§5.1.2 another case", "a=b; DOMAIN=Origin.EXAMPLE; Path=/"],
  ["§5.2 spaces", "a=b;  domain = origin.example ; Path=/"],
  ["§5.1.2 a trailing dot", "a=b; Domain=origin.example.; Path=/"],
  ["another origin of the pool", "a=b; Domain=spare.test; Path=/"],
  ["an origin's address", "a=b; Domain=192.0.2.7; Path=/"],
  [
    "§5.3 more than one",
    "a=b; Domain=origin.example; Domain=spare.test; Path=/",
  ],
])("RFC 6265 %s: for the visitor's host alone", (_, setCookie) => {
  expect(map(setCookie)).toBe("a=b; Path=/");
});

test.each([
  ["no Domain", "a=b; Path=/; Secure"],
  ["§5.2.3 an empty one", "a=b; Domain=; Path=/"],
  ["another host", "a=b; Domain=other.example"],
  ["a host under the origin's", "a=b; Domain=a.www.origin.example"],
  ["a host that ends like the origin's", "a=b; Domain=myspare.test"],
  ["§5.1.3 the end of an address", "a=b; Domain=0.2.7"],
  ["the visitor's host", "a=b; Domain=shop.example"],
  ["a parent of the visitor's and of the origin's host", "a=b; Domain=example"],
  ["the name of the cookie", "Domain=origin.example; Path=/"],
  ["a value that is no host", "a=b; Domain=origin.example/x"],
  ["another attribute", "a=b; X-Domain=origin.example"],
  ["an attribute without a value", "a=b; Domain"],
  ["nothing", ""],
])("RFC 6265 stays as it is: %s", (_, setCookie) => {
  expect(map(setCookie)).toBe(setCookie);
});

test("a cookie for both the visitor's host and the origin's stays for both", () => {
  const shared = "a=b; Domain=origin.example";
  expect(map(shared, "shop.origin.example")).toBe(shared);
});

test("only Domain ever goes, and no origin's is left", () => {
  const attribute = fc.oneof(
    fc.constantFrom(
      "Path=/",
      " Secure",
      " Expires=Sun, 06 Nov 1994 08:49:37 GMT",
      " Domain=origin.example",
      "domain=.spare.test",
      " Domain=shop.example",
      "Domain=evil.example",
      "Domain",
      "",
    ),
    fc.string({ maxLength: 6 }),
  );
  fc.assert(
    fc.property(fc.array(attribute, { minLength: 1 }), (parts) => {
      const mapped = map(parts.join(";"));
      expect(map(mapped)).toBe(mapped);
      const left = mapped.split(";");
      expect(left[0]).toBe(parts.join(";").split(";")[0]);
      expect(left.slice(1).join(";")).not.toMatch(
        /domain=\.?(?:origin\.example|spare\.test)/i,
      );
      const gone = parts
        .join(";")
        .split(";")
        .filter((part) => !left.includes(part));
      for (const part of gone) expect(part).toMatch(/^\s*domain\s*=/i);
    }),
    { numRuns: 2000 },
  );
});
