import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { edgeKey } from "../../src/customer/keys.ts";
import { parseEdgeSettings } from "../../src/customer/settings.ts";
import { parseSite } from "../../src/customer/site.ts";
import { parseStanding } from "../../src/customer/standing.ts";

const readme = readFileSync(
  new URL("../../src/customer/README.md", import.meta.url),
  "utf8",
);

/** The fenced examples, each with the key it is for. */
const examples = Array.from(
  readme.matchAll(/^```json (\S+)\n(.*?)^```$/gms),
  ([, key = "", text = ""]) => [key, text] as const,
);

test("the written schema has an example of every kind of key", () => {
  const kinds = new Set(examples.map(([key]) => key.split(":")[0]));
  expect(kinds).toEqual(new Set(["customer", "host", "edge"]));
});

test.each(examples)("the example for %s parses", (key, text) => {
  const parse = key.startsWith("host:")
    ? parseSite
    : key === edgeKey
      ? parseEdgeSettings
      : parseStanding;
  expect(parse(key, text)).toMatchObject({ ok: true });
});
