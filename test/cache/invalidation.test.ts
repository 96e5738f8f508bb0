import { describe, expect, test } from "vitest";
import { findInvalidated } from "../../src/cache/invalidation.ts";
import { fields } from "./sample.ts";

const target = "https://shop.example/cart?id=1";

function urls(method: string, status: number, response = "") {
  return findInvalidated(method, target, { status, fields: fields(response) })
    .urls;
}

describe("RFC 9111 §4.4", () => {
  test.each(["POST", "PUT", "DELETE", "PATCH", "M-SEARCH", "UNHEARD-OF"])(
    "%s that did not fail",
    (method) => {
      expect(urls(method, 200)).toEqual([target]);
      expect(urls(method, 303)).toEqual([target]);
    },
  );

  test.each([400, 404, 500, 503])("not one that failed with %i", (status) => {
    expect(urls("POST", status, "Location: /a")).toEqual([]);
  });

  test.each(["GET", "HEAD", "OPTIONS", "TRACE", "QUERY", "PROPFIND"])(
    "%s is safe",
    (method) => {
      expect(urls(method, 200, "Location: /a")).toEqual([]);
    },
  );

  test.each([
    [
      "Location, relative",
      "Location: /orders/7#top",
      ["https://shop.example/orders/7"],
    ],
    [
      "Content-Location, in full",
      "Content-Location: https://SHOP.example:443/x",
      ["https://shop.example/x"],
    ],
    [
      "both",
      "Location: /a\nContent-Location: b",
      ["https://shop.example/a", "https://shop.example/b"],
    ],
    ["the target only once", "Location: ?id=1", []],
    ["not another host", "Location: https://other.example/a", []],
    ["not another port", "Location: https://shop.example:8443/a", []],
    ["not another scheme", "Location: http://shop.example/a", []],
    ["not what is no URL", "Location: https://[", []],
  ])("%s", (_, response, more) => {
    expect(urls("POST", 201, response)).toEqual([target, ...more]);
  });
});

describe("RFC 9875 §3", () => {
  const response = {
    status: 200,
    fields: fields('Cache-Group-Invalidation: "cart", "prices";x=1'),
  };

  test("an unsafe method's response names groups", () => {
    expect(findInvalidated("POST", target, response).groups).toEqual([
      "cart",
      "prices",
    ]);
  });

  test("a safe method's is ignored", () => {
    expect(findInvalidated("GET", target, response).groups).toEqual([]);
  });
});
