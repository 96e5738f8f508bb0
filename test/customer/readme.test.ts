import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { edgeKey } from "../../src/customer/keys.ts";
import { parsePurge } from "../../src/customer/purge.ts";
import { parseEdgeSettings } from "../../src/customer/settings.ts";
import { parseSite } from "../../src/customer/site.ts";
import { parseStanding } from "../../src/customer/standing.ts";
import type { Parsed } from "../../src/parse/parsed.ts";

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
  expect(kinds).toEqual(new Set(["customer", "host", "purge", "edge"]));
});

const parserOf: Readonly<
  Record<string, (key: string, text: string) => Parsed<unknown>>
> = {
  customer: (key, text) => {
    const parsed = parseStanding(key, text);
    return parsed.kind === "whole"
      ? { ok: true, value: parsed.standing }
      : { ok: false, problem: parsed.problem };
  },
  host: parseSite,
  purge: parsePurge,
  [edgeKey]: parseEdgeSettings,
};

test.each(examples)("the example for %s parses", (key, text) => {
  const [kind = ""] = key.split(":");
  expect(parserOf[kind]?.(key, text)).toMatchObject({ ok: true });
});
