import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { parseArgs } from "node:util";
import { table } from "../../src/node/table.ts";
import { registryConfigPath } from "../../src/node/project.ts";
import { bundleWorker } from "../../src/node/bundle.ts";
import { curl, generator, measure, type Rate } from "./speed/load.ts";
import { startPeers } from "./speed/peers.ts";
import {
  record,
  startEdge,
  startWorker,
  twinSource,
  type Recorded,
  type Server,
} from "./speed/servers.ts";

const usage = (names: string) => `npm run bench -- speed [options]

Requests a second of the production bundle, and of Workers that do the least that could be done instead: a twin sends the very
same status, fields and bytes from constants. Beside them stand nginx, Varnish and HAProxy, where they are installed, with one
worker or thread each. Ratios are medians of rounds in which all take their turns.

  --rounds N     how many rounds (5)
  --seconds N    how long each takes its turn (3)
  --only NAMES   these alone, separated by commas:
                 ${names}
  --json FILE    writes all figures there
  --strict       exit code 1 when a target is missed
`;

const chrome = {
  "user-agent":
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
  accept:
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
  "accept-encoding": "gzip, deflate, br, zstd",
  "accept-language": "en-GB,en;q=0.9,de;q=0.8",
  "sec-ch-ua": '"Chromium";v="141", "Not?A_Brand";v="8"',
  "sec-ch-ua-mobile": "?0",
  "sec-ch-ua-platform": '"Linux"',
  "sec-fetch-dest": "document",
  "sec-fetch-mode": "navigate",
  "sec-fetch-site": "none",
  "sec-fetch-user": "?1",
  "upgrade-insecure-requests": "1",
  "cache-control": "no-transform",
  cookie: "_ga=GA1.1.1234567890.1700000000",
};

/** What is compared with what, by the name of the server. */
interface Subject {
  id: string;
  name: string;
  host: string;
  path: string;
  fields: Readonly<Record<string, string>>;
  urls: "one" | "new";
  answers: "success" | "refusal";
  /** Which edge: with its memory, or without; with a registry that it asks every second. */
  edge: "edge" | "edge without memory" | "edge with a registry";
  /** The first is what the target is about. Those that are not installed are left out. */
  against: readonly string[];
  target: number;
  /** Which of them makes the calls into the runtime that the edge has to make, and nothing else. */
  limit?: string;
}

const shop = {
  host: "shop.localhost",
  urls: "one",
  answers: "success",
  edge: "edge",
} as const;
const dropped = {
  ...shop,
  host: "dropped.localhost",
  path: "/",
  answers: "refusal",
} as const;
const fetches = ["bare fetch", "hono/proxy", "reflare"] as const;
const peers = ["nginx", "Varnish", "HAProxy"] as const;
/** The target is about the plain one, which gives the runtime its fields as a list, as most Workers do. */
const twins = ["twin", "twin with prepared Headers"] as const;
const readingTwin = "twin that reads its request";
const sameFields = "fetch with the same fields";
const lookAndPut = "match, fetch, match and put";

const subjects: readonly Subject[] = [
  {
    ...dropped,
    id: "refusal-html",
    name: "refusal, HTML",
    fields: { ...chrome, cookie: "a=b" },
    against: twins,
    target: 0.85,
  },
  {
    ...dropped,
    id: "refusal-problem",
    name: "refusal, problem+json",
    fields: { ...curl, accept: "application/problem+json" },
    against: twins,
    target: 0.85,
  },
  {
    ...shop,
    id: "memory-1k",
    name: "1 KiB from memory, curl",
    path: "/stored/1024",
    fields: curl,
    against: [...twins, readingTwin, ...peers],
    target: 0.8,
    limit: readingTwin,
  },
  {
    ...shop,
    id: "memory-1k-chrome",
    name: "1 KiB from memory, Chrome and a cookie",
    path: "/stored/1024",
    fields: chrome,
    against: [...twins, readingTwin],
    target: 0.75,
    limit: readingTwin,
  },
  {
    ...shop,
    id: "memory-32k",
    name: "32 KiB from memory",
    path: "/stored/32768",
    fields: curl,
    against: [...twins, ...peers],
    target: 0.8,
  },
  {
    ...shop,
    id: "memory-1m",
    name: "1 MiB from memory",
    path: "/stored/1048576",
    fields: curl,
    against: twins,
    target: 0.8,
  },
  {
    ...shop,
    id: "pass",
    name: "not stored, passed through",
    path: "/private/1024",
    fields: curl,
    against: [...fetches, sameFields, ...peers],
    target: 0.8,
    limit: sameFields,
  },
  {
    ...shop,
    id: "miss",
    name: "a miss that is stored",
    path: "/stored/1024?n=",
    urls: "new",
    fields: curl,
    against: [...fetches, lookAndPut, ...peers],
    target: 0.65,
    limit: lookAndPut,
  },
  {
    ...shop,
    id: "pop-cache",
    name: "1 KiB from the PoP cache",
    path: "/stored/1024",
    edge: "edge without memory",
    fields: curl,
    against: ["bare Cache API match"],
    target: 0.7,
  },
  {
    ...shop,
    id: "feed",
    name: "1 KiB from memory, with the registry's feed",
    path: "/stored/1024",
    edge: "edge with a registry",
    fields: curl,
    against: ["edge"],
    target: 0.97,
  },
];

const originSource = `
const bodies = new Map();
export default {
  fetch({ url }) {
    const [, kind, size] = new URL(url).pathname.split("/");
    const bytes = Number(size);
    if (!bodies.has(bytes)) bodies.set(bytes, new Uint8Array(bytes).fill(120));
    return new Response(bodies.get(bytes), {
      headers: {
        "Content-Type": "text/plain",
        "Cache-Control": kind === "stored" ? "max-age=3600" : "no-store",
      },
    });
  },
};`;

const fetchSource = (origin: number) => `
export default {
  fetch(request) {
    const { url } = request;
    return fetch("http://127.0.0.1:${origin}" + url.slice(url.indexOf("/", 8)), request);
  },
};`;

const honoSource = (origin: number) => `
import { Hono } from "hono";
import { proxy } from "hono/proxy";
const app = new Hono();
app.all("*", (c) => {
  const { pathname, search } = new URL(c.req.url);
  return proxy("http://127.0.0.1:${origin}" + pathname + search, c.req);
});
export default app;`;

const reflareSource = (origin: number) => `
import useReflare from "reflare";
let reflare;
export default {
  async fetch(request) {
    if (reflare === undefined) {
      reflare = await useReflare();
      reflare.push({
        path: "/*",
        upstream: { domain: "127.0.0.1", protocol: "http", port: ${origin} },
      });
    }
    return reflare.handle(request);
  },
};`;

const cacheSource = (origin: number) => `
export default {
  async fetch(request, env, ctx) {
    const found = await caches.default.match("http://cache.example/1024");
    if (found !== undefined) return found;
    const response = await fetch("http://127.0.0.1:${origin}/stored/1024");
    ctx.waitUntil(caches.default.put("http://cache.example/1024", response.clone()));
    return response;
  },
};`;

/** A proxy's least: the fields of both messages as lists, with those that a proxy adds, and a time limit. */
const sameFieldsSource = (origin: number) => `
const toOrigin = [
  ["Via", "1.1 portcullis"],
  ["CDN-Loop", "portcullis"],
  ["Forwarded", "host=shop.localhost;proto=http"],
  ["X-Forwarded-Host", "shop.localhost"],
  ["X-Forwarded-Proto", "http"],
  ["traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"],
];
const toVisitor = [
  ["Date", "Sun, 06 Nov 1994 08:49:37 GMT"],
  ["Via", "1.1 portcullis"],
  ["Cache-Status", "portcullis; fwd=uri-miss; fwd-status=200"],
];
function headersOf(received, added) {
  const headers = new Headers();
  received.forEach((value, name) => headers.append(name, value));
  for (const [name, value] of added) headers.append(name, value);
  return headers;
}
export default {
  async fetch({ url, method, headers }) {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), 30_000);
    const response = await fetch("http://127.0.0.1:${origin}" + url.slice(url.indexOf("/", 8)), {
      method,
      headers: headersOf(headers, toOrigin),
      redirect: "manual",
      encodeResponseBody: "manual",
      signal: controller.signal,
    });
    clearTimeout(timer);
    const { status, body } = response;
    return new Response(body, { status, headers: headersOf(response.headers, toVisitor), encodeBody: "manual" });
  },
};`;

/** A cache's least: it looks, fetches, looks what others have stored meanwhile, and stores. */
const lookAndPutSource = (origin: number) => `
export default {
  async fetch({ url }, env, ctx) {
    const found = await caches.default.match(url);
    if (found !== undefined) return found;
    const response = await fetch("http://127.0.0.1:${origin}" + url.slice(url.indexOf("/", 8)));
    const stored = response.clone();
    const store = async () => {
      await caches.default.match(url);
      await caches.default.put(url, stored);
    };
    ctx.waitUntil(store());
    return response;
  },
};`;

export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: "string", default: "5" },
      seconds: { type: "string", default: "3" },
      only: { type: "string" },
      json: { type: "string" },
      strict: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help)
    return console.log(usage(subjects.map(({ id }) => id).join(", ")));
  const only = values.only?.split(",");
  const chosen = subjects.filter(({ id }) => only?.includes(id) ?? true);
  const bundle = await bundleWorker();
  if (!bundle.ok) throw new Error(bundle.problem);
  const registry = await bundleWorker(registryConfigPath);
  if (!registry.ok) throw new Error(registry.problem);
  const servers = await startServers(bundle.value, registry.value, chosen);
  const results: Result[] = [];
  for (const subject of chosen) {
    console.error(`${subject.name} …`);
    results.push(await compare(subject, servers, values));
  }
  await servers.close();
  const bytes = Buffer.byteLength(bundle.value);
  const gzipped = gzipSync(bundle.value).byteLength;
  console.log(report(results, await generator()));
  console.log(
    `\nThe bundle has ${kib(bytes)} KiB, ${kib(gzipped)} KiB with gzip.`,
  );
  if (values.json !== undefined)
    writeFileSync(
      values.json,
      JSON.stringify({ results, bundle: { bytes, gzipped } }, null, 2),
    );
  const missed = results.filter(({ ratio, target }) => ratio < target);
  if (values.strict && missed.length > 0) process.exitCode = 1;
}

const kib = (bytes: number) => Math.round(bytes / 1024);

interface Servers {
  get(name: string): Server;
  has(name: string): boolean;
  close(): Promise<void>;
}

async function startServers(
  bundle: string,
  registry: string,
  chosen: readonly Subject[],
): Promise<Servers> {
  const origin = await startWorker(originSource);
  const at = origin.port;
  const list = {
    "host:shop.localhost": JSON.stringify({
      customer: "shop",
      origins: [`http://127.0.0.1:${at}`],
    }),
    "host:dropped.localhost": JSON.stringify({
      customer: "dropped",
      origins: [`http://127.0.0.1:${at}`],
    }),
    "customer:shop": "allow",
    "customer:dropped": JSON.stringify({
      verdict: "deny",
      ground: "policy",
      reason: "Terms of service, section 4: phishing.",
      effectiveAt: "2026-01-01T00:00:00Z",
    }),
  };
  const started = new Map<string, Server>([
    ["origin", origin],
    ["edge", await startEdge(bundle, list, {})],
    [
      "edge without memory",
      await startEdge(bundle, list, { RESPONSE_MEMORY_MIB: "0" }),
    ],
    ["edge with a registry", await startEdge(bundle, list, {}, { registry })],
    ["bare fetch", await startWorker(fetchSource(at))],
    ["hono/proxy", await startWorker(honoSource(at))],
    ["reflare", await startWorker(reflareSource(at))],
    ["bare Cache API match", await startWorker(cacheSource(at))],
    [sameFields, await startWorker(sameFieldsSource(at))],
    [lookAndPut, await startWorker(lookAndPutSource(at))],
    ...(await startPeers(at)),
  ]);
  const servers: Servers = {
    get: (name) => {
      const server = started.get(name);
      if (server === undefined) throw new Error(`no server ${name}`);
      return server;
    },
    has: (name) => started.has(name),
    close: async () => {
      for (const server of started.values()) await server.close();
    },
  };
  const answers: Record<string, Recorded> = {};
  for (const subject of chosen)
    if (subject.against.includes("twin"))
      answers[twinPath(subject)] = await warm(subject, servers);
  started.set("twin", await startWorker(twinSource(answers, "list")));
  started.set(
    "twin with prepared Headers",
    await startWorker(twinSource(answers, "prepared")),
  );
  started.set(readingTwin, await startWorker(twinSource(answers, "reading")));
  return servers;
}

const twinPath = ({ id }: Subject) => `/${id}`;

/** The answer that the twin repeats: not the first one, which is stored. */
async function warm(
  { edge, host, path, fields }: Subject,
  servers: Servers,
): Promise<Recorded> {
  const { port } = servers.get(edge);
  await record(port, host, path, fields);
  return record(port, host, path, fields);
}

interface Result {
  name: string;
  target: number;
  /** Of requests a second, and of processor time a request, to the first server compared with. */
  ratio: number;
  cpuRatio: number | null;
  against: string;
  /** Ratios to all servers compared with. */
  ratios: Record<string, number>;
  perSecond: number;
  cpuMicroseconds: number | null;
  limit: string | null;
}

async function compare(
  subject: Subject,
  servers: Servers,
  { rounds, seconds }: { rounds: string; seconds: string },
): Promise<Result> {
  const { edge } = subject;
  const against = subject.against.filter((each) => servers.has(each));
  const rates = new Map<string, Rate[]>();
  for (let round = 0; round < Number(rounds); round += 1)
    for (const each of [edge, ...against]) {
      const { port, pid } = servers.get(each);
      const path = each.startsWith("twin") ? twinPath(subject) : subject.path;
      const rate = await measure(
        { ...subject, port, path },
        { seconds: Number(seconds), pid },
      );
      rates.set(each, [...(rates.get(each) ?? []), rate]);
    }
  const perSecond = (each: string) =>
    median((rates.get(each) ?? []).map((rate) => rate.perSecond));
  const cpu = (each: string) =>
    median((rates.get(each) ?? []).map((rate) => rate.cpuMicroseconds ?? 0));
  const [first = ""] = against;
  const ratios = Object.fromEntries(
    against.map((each) => [each, perSecond(edge) / perSecond(each)]),
  );
  return {
    name: subject.name,
    target: subject.target,
    ratio: ratios[first] ?? 0,
    cpuRatio: cpu(edge) === 0 ? null : cpu(first) / cpu(edge),
    against: first,
    ratios,
    perSecond: perSecond(edge),
    cpuMicroseconds: cpu(edge) === 0 ? null : cpu(edge),
    limit: subject.limit ?? null,
  };
}

function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[figures.length >> 1] ?? 0;
}

function report(results: readonly Result[], by: string): string {
  const figure = (value: number | null) =>
    value === null ? "" : value.toFixed(2);
  const rows = results.map((result) => [
    result.name,
    result.against,
    figure(result.ratio),
    figure(result.cpuRatio),
    `≥ ${figure(result.target)}`,
    result.ratio >= result.target ? "" : "missed",
    Object.entries(result.ratios)
      .filter(([name]) => name !== result.against)
      .map(([name, ratio]) => `${figure(ratio)} of ${name}`)
      .join(", "),
  ]);
  const head = ["", "of", "requests/s", "CPU", "target", "", ""];
  const limits = results.flatMap(({ name, ratio, target, limit, ratios }) => {
    const ofLimit = limit === null ? undefined : ratios[limit];
    if (ratio >= target || ofLimit === undefined) return [];
    return `${name}: ${limit}, which makes the same calls into the runtime, reaches ${figure(ratio / ofLimit)}. The edge has ${figure(ofLimit)} of that.`;
  });
  return [`Ratios, measured by ${by}`, table(head, rows), ...limits].join(
    "\n\n",
  );
}
