import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseConfig } from "../src/config.ts";
import { parseSite } from "../src/customer/site.ts";
import { parseStanding } from "../src/customer/standing.ts";
import { shippedScenarios } from "../src/sim/shipped.ts";

const at = (path: string) => join(import.meta.dirname, "..", path);
const read = (path: string) => readFileSync(at(path), "utf8");
const documents = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "test/README.md",
  ...[
    "cache",
    "cli",
    "cloudflare",
    "customer",
    "edge",
    "page",
    "registry",
    "sim",
  ].map((room) => `src/${room}/README.md`),
];

const values = Array.from(
  documents
    .map(read)
    .join("\n")
    .matchAll(
      /kv key put --binding CUSTOMERS (?:--remote )?([a-z]+:\S+) '(.*?)'/gs,
    ),
  ([, key = "", value = ""]) => [key, value] as const,
);

test("there are values to look at", () => {
  expect(values.length).toBeGreaterThan(3);
});

test.each(values)("what is written to %s parses", (key, value) => {
  const parsed = key.startsWith("host:")
    ? parseSite(key, value)
    : parseStanding(key, value);
  expect([true, "whole"]).toContain("ok" in parsed ? parsed.ok : parsed.kind);
});

test.each([
  ...words(read("src/cache/storing.ts"), /export type StoreRefusal =([^;]*);/),
  ...words(
    read("src/edge/store.ts"),
    /because: StoreRefusal \| ("too-large"[^;]*);/,
  ),
  ...words(read("src/edge/fetch.ts"), /because: "(unkeyed-fields)"/),
  ...words(read("src/edge/fetch.ts"), /detail: ("stale-on-error")/),
])(
  "the cache's README says what the Cache-Status detail %s means",
  (detail) => {
    expect(read("src/cache/README.md")).toMatch(
      new RegExp(`^\\| \`${detail}\` `, "m"),
    );
  },
);

test("the table of variables is that of the edge, with their defaults", () => {
  const rows = new Map(
    Array.from(
      read("src/cloudflare/README.md").matchAll(
        /^\| `([A-Z_]+)` +\| `?([^`|]*?)`? +\|/gm,
      ),
      ([, name = "", byDefault = ""]) => [name, byDefault] as const,
    ),
  );
  expect(rows.delete("OPERATOR")).toBe(true);
  expect(parseConfig(Object.fromEntries(rows))).toEqual(parseConfig({}));
  const set = read("wrangler.toml").matchAll(/^([A-Z_]+) = "(.*)"$/gm);
  expect(new Map(Array.from(set, ([, name, value]) => [name, value]))).toEqual(
    rows,
  );
});

test("SECURITY.md names a test that exists for every bound", () => {
  const rows = read("SECURITY.md").split("\n").filter(isRow);
  expect(rows.length).toBeGreaterThan(40);
  for (const row of rows) {
    const tests = Array.from(
      lastCell(row).matchAll(/`([^`]+)`/g),
      ([, name = ""]) => `test/${name}.test.ts`,
    );
    const missing = tests.filter((file) => !existsSync(at(file)));
    expect({ row, missing, named: tests.length > 0 }).toEqual({
      row,
      missing: [],
      named: true,
    });
  }
});

test("the table of scenarios has all that ship", async () => {
  const reference = read("src/sim/README.md");
  const table = /^\| scenario .*?\n\n/ms.exec(reference)?.[0] ?? "";
  const names = Array.from(table.matchAll(/^\| `(\S+)`/gm), ([, name]) => name);
  const shipped = await shippedScenarios();
  expect(new Set(names)).toEqual(new Set(shipped.map(({ name }) => name)));
});

test("the simulator's reference says something of every member of a scenario file", () => {
  const schema = read("src/sim/scenarios/scenario.schema.json");
  // The Worker's variables are described elsewhere, which it points to.
  const reference =
    read("src/sim/README.md") + read("src/cloudflare/README.md");
  const members = new Set<string>();
  JSON.parse(schema, (key, value: unknown) => {
    if (key === "properties" && typeof value === "object")
      for (const member of Object.keys(value ?? {})) members.add(member);
    return value;
  });
  expect(members.size).toBeGreaterThan(50);
  for (const member of members)
    expect(reference).toMatch(new RegExp(`\`[^\`\n]*\\b${member}\\b`));
});

/** Where the code has moved on, "nowhere" is a word that the README does not explain either. */
function words(source: string, list: RegExp): string[] {
  return list.exec(source)?.[1]?.match(/[a-z-]+/g) ?? ["nowhere"];
}

/** A row of a table, and neither its head nor the line below that. */
function isRow(line: string): boolean {
  return (
    line.startsWith("|") && !line.startsWith("| -") && lastCell(line) !== "test"
  );
}

function lastCell(row: string): string {
  return row.split("|").at(-2)?.trim() ?? "";
}

test.each(documents)("every link of %s leads to a file", (document) => {
  const links = Array.from(
    read(document).matchAll(/\]\((?![a-z]+:)([^)#\s]+)/g),
    ([, link = ""]) => link,
  );
  const lost = links.filter(
    (link) => !existsSync(at(join(document, "..", link))),
  );
  expect(lost).toEqual([]);
});

test("the edge's README says what each of its files is for", () => {
  const text = read("src/edge/README.md");
  const files = readdirSync(at("src/edge")).filter((name) =>
    name.endsWith(".ts"),
  );
  const missing = files.filter((name) => !text.includes(`](${name})`));
  expect(missing).toEqual([]);
});

test("the README can be read in one sitting", () => {
  expect(Buffer.byteLength(read("README.md"))).toBeLessThan(12_000);
});
