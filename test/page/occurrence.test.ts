import { expect, test } from "vitest";
import { languages, locales } from "../../src/page/locales/all.ts";
import { traceSlot } from "../../src/page/notice.ts";
import { pageFormats } from "../../src/page/choose-format.ts";
import type { PageReason } from "../../src/page/reason.ts";
import { dropped, field, occasions, told } from "./samples.ts";

test.each(occasions)(
  "%s says in every format by what it is found in the log: an id, a time, a place",
  (_, occasion) => {
    for (const accept of pageFormats) {
      const body = told(occasion, { accept }).body ?? "";
      expect(body).toContain(traceSlot);
      expect(body).toMatch(/2019-08-05[ T]08:00:00/);
      expect(body).toContain("FRA");
    }
  },
);

const unreachable = (error: "connection_timeout" | "proxy_loop_detected") =>
  ({
    kind: "unreachable",
    host: "shop.example",
    status: 504,
    error,
  }) as const;

const states = (occasion: PageReason) => {
  const { body } = told(occasion, { accept: "application/json" });
  const { path } = JSON.parse(body ?? "") as { path?: { state: string }[] };
  return path?.map(({ state }) => state);
};

test("a page says where on its way a request failed", () => {
  expect(states(unreachable("connection_timeout"))).toEqual([
    "works",
    "works",
    "fails",
  ]);
  expect(states(unreachable("proxy_loop_detected"))).toEqual([
    "works",
    "fails",
    "unreached",
  ]);
  expect(states(dropped())).toBeUndefined();
  const text = told(unreachable("connection_timeout"), {
    accept: "text/plain",
  });
  expect(text.body).toContain(
    "You: OK → Example Edge, FRA: OK → The site’s server: error here",
  );
});

test("what may succeed later has a link that asks once more, unless that would do something twice", () => {
  const link = '<a class="again" href="">Try again</a>';
  const failed = unreachable("connection_timeout");
  expect(told(failed).body).toContain(link);
  expect(told(failed, {}, { method: "POST" }).body).not.toContain(link);
  expect(told(dropped()).body).not.toContain(link);
});

test("what is not to last stays in search engines", () => {
  const endsAtMs = Date.parse("2019-08-06T00:00:00Z");
  expect(field(told(dropped()), "X-Robots-Tag")).toBe("noindex");
  for (const passing of [
    dropped({ endsAtMs }, 503, 90),
    dropped({ ground: "maintenance" }, 503),
    unreachable("connection_timeout"),
  ])
    expect(field(told(passing), "X-Robots-Tag")).toBeUndefined();
});

test("a page leads to itself in every other language, each in its own words", () => {
  const body = told(dropped(), { "accept-language": "de" }).body ?? "";
  const found = [...body.matchAll(/hreflang="([a-z]+)" dir="(\w+)">([^<]+)</g)];
  expect(found.map(([, language]) => language)).toEqual(
    languages.filter((language) => language !== "de"),
  );
  for (const [, language, direction, name] of found)
    expect(locales).toContainEqual(
      expect.objectContaining({ language, direction, name }),
    );
});

test("words of the record in no language that is said have none", () => {
  const body = told(dropped({ reason: "Wiederholte Hetze" })).body ?? "";
  expect(body).toContain('<bdi lang="">Wiederholte Hetze</bdi>');
});

test("the page about the edge leads to all that stands beside it", () => {
  const json = told({ kind: "about" }, { accept: "application/json" });
  const { links } = JSON.parse(json.body ?? "") as { links: { url: string }[] };
  const base = "https://forum.example/.well-known/portcullis";
  expect(links.map(({ url }) => url)).toEqual(
    expect.arrayContaining([
      `${base}/health`,
      `${base}/version`,
      `${base}/problems/legal`,
      `${base}/problems/timeout`,
    ]),
  );
});
