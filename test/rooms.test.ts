import { readFileSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

/** Each room imports itself, rooms above it, and the packages named here. */
const rooms: Record<string, readonly string[]> = {
  parse: ["valibot"],
  http: ["structured-headers", "negotiator", "ipaddr.js"],
  cache: ["structured-headers", "valibot"],
  origin: [],
  customer: ["@noble/hashes/*", "valibot"],
  "markup.ts": ["hono/html"],
  page: ["@noble/hashes/*", "valibot"],
  "config.ts": ["valibot"],
  "ports.ts": [],
  edge: ["lru-cache", "valibot"],
  registry: ["@noble/hashes/*", "valibot"],
  admin: ["@valibot/to-json-schema", "hono", "hono/html", "valibot"],
  cloudflare: [
    "cloudflare:sockets",
    "cloudflare:workers",
    "lru-cache",
    "valibot",
  ],
  "worker.ts": ["cloudflare:workers", "hono"],
  "registry-worker.ts": [],
  node: ["node:*", "cli-table3", "miniflare", "wrangler", "yaml"],
  sim: [
    "node:*",
    "@observablehq/plot",
    "@valibot/to-json-schema",
    "airport-data-js",
    "cli-progress",
    "d3-array",
    "d3-geo",
    "d3-random",
    "linkedom",
    "pure-rand/*",
    "simple-statistics",
    "topojson-client",
    "valibot",
    "world-atlas/*",
  ],
  cli: [
    "node:*",
    "@valibot/to-json-schema",
    "miniflare",
    "ws",
    "commander",
    "smol-toml",
    "temporal-polyfill",
    "valibot",
    "wrangler",
    "yaml",
  ],
};
const plan = Object.keys(rooms);
const pure = [
  "parse",
  "http",
  "cache",
  "origin",
  "customer",
  "markup.ts",
  "page",
  "config.ts",
];

/** What decisions are kept and handed out without. */
const aboutRequests = [
  "http",
  "cache",
  "origin",
  "markup.ts",
  "page",
  "config.ts",
  "ports.ts",
];

/** The edge and what it stands on never know of the runtime they are in, nor of one another out of order. */
const skips: Record<string, readonly string[]> = {
  "ports.ts": [
    "parse",
    "cache",
    "origin",
    "customer",
    "markup.ts",
    "page",
    "config.ts",
  ],
  registry: [...aboutRequests, "edge"],
  admin: aboutRequests,
  cloudflare: ["page", "origin"],
  node: [
    "edge",
    "registry",
    "admin",
    "cloudflare",
    "worker.ts",
    "registry-worker.ts",
  ],
  sim: ["page", "admin", "cloudflare", "worker.ts", "registry-worker.ts"],
  cli: ["edge", "admin", "cloudflare", "worker.ts", "registry-worker.ts"],
};

const src = resolve(import.meta.dirname, "../src");
const files = readdirSync(src, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
  .map((name) => ({
    name,
    room: name.split("/")[0] ?? name,
    text: readFileSync(join(src, name), "utf8"),
  }));

/** Code only: comments may speak of anything. */
const code = (text: string) =>
  text.replace(/\/\*[^]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");

const imports = (text: string) =>
  [
    ...code(text).matchAll(
      /^(?:import|export)\b[^"]*?\bfrom\s*"([^"]+)"|\bimport\s*\(?\s*"([^"]+)"/gm,
    ),
  ].map(([, named, bare]) => named ?? bare ?? "");

test("there is source to look at", () => {
  expect(files.length).toBeGreaterThan(20);
});

test.each(files)(
  "$name stands in a room and imports only what its room may",
  ({ name, room, text }) => {
    expect(plan).toContain(room);
    const packages = rooms[room] ?? [];
    const mayEnter = plan
      .slice(0, plan.indexOf(room) + 1)
      .filter((other) => !(skips[room] ?? []).includes(other));
    const wrong = imports(text).filter((imported) => {
      if (!imported.startsWith("."))
        return !packages.some((allowed) =>
          allowed.endsWith("*")
            ? imported.startsWith(allowed.slice(0, -1))
            : imported === allowed,
        );
      const target = relative(src, resolve(src, name, "..", imported));
      if (target.startsWith("..")) return target !== "../package.json";
      const entered = target.split("/")[0] ?? target;
      return !mayEnter.includes(entered);
    });
    expect(wrong).toEqual([]);
  },
);

test.each(files.filter(({ room }) => pure.includes(room)))(
  "$name is synchronous and knows neither time nor chance nor the outside",
  ({ text }) => {
    const outside =
      /\basync\b(?=\s*(?:function|\(|\w+\s*=>))|\bawait\b(?=\s+[\w(])|new Promise|Promise\.|Date\.now|new Date\(\)|Math\.random|\bcrypto\.|\bfetch\(|\bset(?:Timeout|Interval)\b|\bconsole\.|\bprocess\.|\benv\./;
    expect(code(text).match(outside)?.[0]).toBeUndefined();
  },
);

test("only worker.ts catches", () => {
  const catching = files.filter(({ text }) => /\bcatch\b/.test(code(text)));
  expect(catching.map(({ name }) => name)).toEqual(["worker.ts"]);
});

/** What is loaded together with a file: without types, and without what it imports when it needs it. */
function loadedWith(name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  const text = files.find((file) => file.name === name)?.text ?? "";
  for (const [, imported = ""] of code(text).matchAll(
    /^(?:import|export)\s+(?!type\b)[^;]*?\bfrom\s*"([^"]+)"/gm,
  ))
    loadedWith(
      imported.startsWith(".")
        ? relative(src, resolve(src, name, "..", imported))
        : imported,
      seen,
    );
  return seen;
}

test("a command loads wrangler and the runtime, which take half a second, only where it needs them", () => {
  const loaded = loadedWith("cli/portcullis.ts");
  expect(loaded).toContain("cli/commands/doctor.ts");
  expect(
    [...loaded].filter((name) => /^(wrangler|miniflare)$/.test(name)),
  ).toEqual([]);
});
