import { expect, test } from "vitest";
import { hopByHop } from "../../src/http/connection.ts";
import { fieldsOf } from "../../src/http/fields.ts";

const hops = (...connection: string[]) =>
  hopByHop(fieldsOf(connection.map((value) => ["Connection", value])));

test.each([
  "connection",
  "proxy-connection",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
  "proxy-authorization",
  "proxy-authenticate",
  "proxy-authentication-info",
])("RFC 9110 §7.6.1 %s is never forwarded", (name) => {
  expect(hops()).toContain(name);
});

test.each([
  ["one option", ["X-Once"], ["x-once"]],
  ["odd spacing", [" \tclose ,,\tX-A\t, X-B ,"], ["x-a", "x-b"]],
  ["several lines", ["close", "X-A", "X-B"], ["x-a", "x-b"]],
  ["no comma between", ["close X-A;q=1"], ["x-a"]],
  ["quoted commas", ['"close, X-A", X-B'], ["x-a", "x-b"]],
])("RFC 9110 §7.6.1 listed fields go: %s", (_, lines, names) => {
  for (const name of names) expect(hops(...lines)).toContain(name);
});

test.each([
  ["a loop would go unseen", "CDN-Loop"],
  ["a hop would go unseen", "Via"],
  ["the origin would not know the site", "Host"],
  ["caches further on would forget their orders", "Cache-Control"],
  ["the body would lose its end", "Content-Length"],
  ["the body could not be decoded", "Content-Encoding"],
  ["the body would be guessed at", "Content-Type"],
])(
  "RFC 9110 §7.6.1 a field meant for everyone stays though listed: %s",
  (_, name) => {
    expect(hops(`close, ${name}`)).not.toContain(name.toLowerCase());
  },
);

test("an end-to-end field that is not listed stays", () => {
  expect(hops("close")).not.toContain("cookie");
});
