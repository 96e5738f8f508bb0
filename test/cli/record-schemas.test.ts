import { Ajv } from "ajv";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { recordSchemas } from "../../src/cli/record-schemas.ts";

const schemas = Object.entries(recordSchemas());
const folder = new URL("../../src/customer/", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, folder), "utf8");

const ajv = new Ajv({ strict: true, allowUnionTypes: true });

function accepts(kind: string, value: unknown): boolean {
  return ajv.validate({ ...recordSchemas()[kind] } as object, value);
}

test.each(schemas)(
  "the JSON Schema of %s that editors read is the one that its parser has",
  (name, schema) => {
    expect(JSON.parse(read(`schemas/${name}.schema.json`))).toEqual(schema);
  },
);

/** The manual's examples, each with the key it is for. */
const examples = Array.from(
  read("README.md").matchAll(/^```json (\S+)\n(.*?)^```$/gms),
  ([, key = "", text = ""]) => [key, text] as const,
);

test.each(examples)("the manual's example for %s fits", (key, text) => {
  const [kind = ""] = key.split(":");
  // A bare word or instant is none of JSON's values, and the text itself is what is checked.
  const value: unknown = /^\s*[[{"]/.test(text) ? JSON.parse(text) : text;
  expect(accepts(kind, value)).toBe(true);
});

const origins = ["https://origin.example"];

test.each([
  ["host", { customer: "shop", origins }, true],
  ["host", { customer: "shop", origin: origins }, false],
  ["host", { customer: "shop", origins: [] }, false],
  ["host", { customer: "shop", origins, timeoutSeconds: 601 }, false],
  ["host", { customer: "shop", origins, cache: { mode: "bypas" } }, false],
  ["customer", "deny", true],
  ["customer", "dney", false],
  ["customer", { verdict: "allow", seq: 7 }, true],
  ["customer", { verdict: "allow", ground: "whatever" }, true],
  ["customer", { verdict: "deny", ground: "policy" }, true],
  ["customer", { verdict: "deny", ground: "polcy" }, false],
  ["customer", { verdict: "deny", effectivAt: "2026-12-01" }, false],
  ["edge", { failPolicy: "open", maintenance: true }, true],
  ["edge", { failPolicy: "ajar" }, false],
  ["purge", { at: "2026-12-01T00:00:00Z", what: { prefix: "x" } }, true],
  ["purge", { at: "2026-12-01T00:00:00Z", what: { prefixes: "x" } }, false],
])("%s: is %j accepted? %s", (kind, value, isAccepted) => {
  expect(accepts(kind, value)).toBe(isAccepted);
});

test("a list as export writes it fits, and one with a mistake does not", () => {
  const list = `
sites:
  shop.example: { customer: shop, origins: [https://origin.example] }
customers:
  shop: allow
  forum: { verdict: deny, ground: policy }
`;
  expect(accepts("list", parse(list))).toBe(true);
  expect(accepts("list", parse(list.replace("ground", "grond")))).toBe(false);
  expect(accepts("list", parse(list.replace("sites", "site")))).toBe(false);
});
