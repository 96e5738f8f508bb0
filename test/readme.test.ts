import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseConfig } from "../src/edge/config.ts";
import { parseSite } from "../src/customer/site.ts";
import { parseStanding } from "../src/customer/standing.ts";

const read = (path: string) =>
  readFileSync(join(import.meta.dirname, "..", path), "utf8");
const readme = read("README.md");

const values = Array.from(
  readme.matchAll(
    /kv key put --binding CUSTOMERS (?:--remote )?(\S+) '(.*?)'/gs,
  ),
  ([, key = "", value = ""]) => [key, value] as const,
);

test("there are values to look at", () => {
  expect(values.length).toBeGreaterThan(4);
});

test.each(values)("what is written to %s parses", (key, value) => {
  const parse = key.startsWith("host:") ? parseSite : parseStanding;
  expect(parse(key, value)).toMatchObject({ ok: true });
});

test.each([
  ...words(read("src/cache/storing.ts"), /export type Refusal =([^;]*);/),
  ...words(read("src/edge/keep.ts"), /because: Refusal \|([^;]*)/),
  ...words(read("src/edge/fetch-for.ts"), /because: "(unkeyed-fields)"/),
  ...words(read("src/edge/fetch-for.ts"), /detail: ("stale-on-error")/),
])("it says what the Cache-Status detail %s means", (detail) => {
  expect(readme).toMatch(new RegExp(`^\\| \`${detail}\` `, "m"));
});

test("its table of variables is that of the edge, with what is usual", () => {
  const rows = new Map(
    Array.from(
      readme.matchAll(/^\| `([A-Z_]+)` +\| `?([^`|]*?)`? +\|/gm),
      ([, name = "", usual = ""]) => [name, usual] as const,
    ),
  );
  expect(rows.delete("OPERATOR")).toBe(true);
  expect(parseConfig(Object.fromEntries(rows))).toEqual(parseConfig({}));
  const set = read("wrangler.toml").matchAll(/^([A-Z_]+) = "(.*)"$/gm);
  expect(new Map(Array.from(set, ([, name, value]) => [name, value]))).toEqual(
    rows,
  );
});

/** Where the code has moved on, "nowhere" is a word that the README does not explain either. */
function words(source: string, list: RegExp): string[] {
  return list.exec(source)?.[1]?.match(/[a-z-]+/g) ?? ["nowhere"];
}
