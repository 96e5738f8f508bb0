import { expect, test } from "vitest";
import {
  formatOriginHost,
  hostFor,
  originNames,
  type OriginHost,
} from "../../src/customer/origin-host.ts";

const name: OriginHost = { kind: "name", host: "www.shop.example" };

test.each<[OriginHost, string | null, string | null]>([
  [{ kind: "origin" }, null, null],
  [{ kind: "visitor" }, "shop.example:8443", "visitor"],
  [name, "www.shop.example", "www.shop.example"],
])("of %j the Host is %j, and the record says %j", (set, host, written) => {
  expect(hostFor(set, "shop.example:8443")).toBe(host);
  expect(formatOriginHost(set)).toBe(written);
});

test("a name that origins are asked under is one of the names that references to them have", () => {
  const origins = ["https://origin.shop.example"];
  expect(originNames({ origins, originHost: { kind: "visitor" } })).toEqual(
    origins,
  );
  expect(originNames({ origins, originHost: name })).toEqual([
    ...origins,
    "http://www.shop.example",
  ]);
});
