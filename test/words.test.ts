import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseSync } from "oxc-parser";
import { expect, test } from "vitest";

/** One word for one thing: what is not said, and what is said instead. */
const words: readonly [
  old: string,
  instead: string,
  where: "everywhere" | "names",
][] = [
  ["asked", "request context", "names"],
  ["holdings", "cache store", "everywhere"],
  ["shelf", "PoP cache", "everywhere"],
  ["flight", "collapsed fetch", "everywhere"],
  ["landing", "leader", "everywhere"],
  ["unshareable", "hit-for-miss", "everywhere"],
  ["exchange", "origin request", "names"],
  ["judge", "decide", "names"],
  ["judged", "decision", "names"],
  ["occasion", "page reason", "everywhere"],
  ["told", "the noun for what is said", "names"],
  ["tell", "render", "names"],
  ["account", "request event", "names"],
  ["usual", "default", "names"],
  ["least", "min", "names"],
  ["most", "max", "names"],
  ["longest", "max", "names"],
  ["shown", "format", "names"],
  ["whom", "scope", "names"],
  ["spread", "propagation", "names"],
  ["lanes", "timeline", "everywhere"],
  ["crowd", "workload", "names"],
  ["tally", "metrics", "everywhere"],
  ["machinery", "infrastructure", "everywhere"],
  ["happenings", "events", "everywhere"],
  ["doubt", "question", "names"],
  ["complaint", "problem", "names"],
  ["courses", "histories", "names"],
  ["stretch", "span", "names"],
  ["stretches", "spans", "names"],
  ["looks", "style", "names"],
  ["sheet", "style", "names"],
  ["paint", "render", "names"],
  ["leaflet", "page", "everywhere"],
  ["briefing", "help", "everywhere"],
  ["stranger", "visitor", "names"],
  ["turns", "quiescence", "names"],
  ["chance", "random", "names"],
  ["thirst", "demand", "everywhere"],
  ["ledge", "limit", "everywhere"],
];

const src = resolve(import.meta.dirname, "../src");

// The demo's sites speak for themselves, and other languages have words of their own.
const isOurs = (name: string) =>
  !/^(?:cli\/demo|page\/locales|sim\/scenarios)\//.test(name);

const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter(
  (name) => /\.m?ts$/.test(name) && isOurs(name),
);

/** "ownReply2" is own and reply. */
const partsOf = (name: string) => name.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g);

const found = new Map<string, Set<string>>();

function find(text: string, where: "text" | "name", file: string): void {
  for (const part of (where === "name" ? partsOf(text) : text.split(/\W+/)) ??
    []) {
    const key = `${where} ${part.toLowerCase()}`;
    found.set(key, (found.get(key) ?? new Set()).add(file));
  }
}

/** All names and texts below a node of a syntax tree. */
function visit(node: unknown, file: string): void {
  if (Array.isArray(node)) for (const each of node) visit(each, file);
  if (typeof node !== "object" || node === null) return;
  const { type, name, value } = node as Record<string, unknown>;
  if (typeof name === "string") find(name, "name", file);
  if (type === "Literal" && typeof value === "string")
    find(value, "text", file);
  if (type === "TemplateElement")
    find((value as { raw: string }).raw, "text", file);
  for (const child of Object.values(node)) visit(child, file);
}

for (const file of files) {
  find(file, "name", file);
  const text = readFileSync(join(src, file), "utf8");
  visit(parseSync(file, text).program, file);
}

test.each(words)("no name says %s: it is %s", (old) => {
  expect([...(found.get(`name ${old}`) ?? [])]).toEqual([]);
});

test.each(words.filter(([, , where]) => where === "everywhere"))(
  "no message says %s: it is %s",
  (old) => {
    expect([...(found.get(`text ${old}`) ?? [])]).toEqual([]);
  },
);

test("the words of every file have been read", () => {
  expect(found.get("name handle")).toContain("edge/handle.ts");
  expect(found.get("text portcullis")).toContain("page/own-path.ts");
});
