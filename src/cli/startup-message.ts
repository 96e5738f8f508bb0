import { standingKey } from "../customer/keys.ts";
import { parseStanding } from "../customer/standing.ts";
import { verdictAt } from "../customer/decide.ts";
import type { StartOptions } from "./options.ts";
import { nameOf } from "./ports.ts";

/** Where an edge of `npm start` runs, and on which store. */
export interface RunningEdge {
  port: number;
  /** "bundle" is the production bundle on workerd, "dev" is `wrangler dev`. */
  runtime: "bundle" | "dev";
  storePath: string;
  /** What `wrangler kv` must be told to find the store; null when that is its usual one. */
  persistTo: string | null;
}

interface Running extends RunningEdge {
  /** The demo customers and what the list says of each; none without the demo. */
  customers: readonly { id: string; host: string; entry: string }[];
}

/** What `npm start` prints once the edge answers: what to open, and the commands that act on this very store. */
export function startupMessage(running: Running, nowMs: number): string {
  const { port, runtime, customers } = running;
  return [
    `Portcullis is up: http://localhost:${port} (${runtimeNames[runtime]})`,
    `Local store: ${running.storePath}`,
    "",
    ...(customers.length === 0 ? onboarding(running) : tour(running, nowMs)),
    "",
    "Different from Cloudflare",
    ...differences(runtime).map((difference) => `  ${difference}`),
    "",
    "Ctrl-C stops everything.",
  ].join("\n");
}

/** What `portcullis serve` says once the edge answers: who reaches it where. */
export function serveMessage({
  listeners,
  proxied,
  operations,
  storePath,
}: Pick<StartOptions, "listeners" | "proxied" | "operations"> & {
  storePath: string;
}): string {
  const places = (
    [
      ["visitors", listeners],
      ["proxies, who say who their visitors are", proxied],
      ["/metrics, /health and /tls", operations === null ? [] : [operations]],
    ] as const
  ).filter(([, there]) => there.length > 0);
  return [
    ...places.map(
      ([what, there]) => `for ${what}: ${there.map(nameOf).join(", ")}`,
    ),
    `store: ${storePath}`,
  ]
    .map((line) => `portcullis: ${line}`)
    .join("\n");
}

export const runtimeNames = {
  bundle: "production bundle on workerd",
  dev: "wrangler dev",
} as const;

/** What differs from Cloudflare's network, a sentence or two each. */
export function differences(runtime: RunningEdge["runtime"]): string[] {
  return [
    "One place, plain HTTP, loopback only; origins on this machine are allowed.",
    "A toggle shows within a second. Elsewhere KV takes a minute, or more.",
    ...byRuntime[runtime],
  ];
}

const byRuntime = {
  bundle: [
    "Visitors have no country and no address, and nothing is compressed on the way out.",
  ],
  dev: [
    "Text is compressed, streamed text is held back to its end, and Content-Length is dropped.",
    "CF-Connecting-IP is believed from anybody. Leave out --dev to judge bytes or streams.",
  ],
} as const;

function tour(running: Running, nowMs: number): string[] {
  const { port, customers } = running;
  const widest = Math.max(...customers.map(({ host }) => host.length));
  const put = kvCommand(running, "put");
  return [
    "Open",
    ...customers.map(({ id, host, entry }) => {
      const address = `http://${host}:${port}/`.padEnd(
        widest + `http://:${port}/`.length,
      );
      return `  ${address}  ${stateOf({ id, host, entry }, nowMs)}`;
    }),
    "",
    "Drop a customer, and bring it back",
    `  ${put} customer:shop deny`,
    `  ${put} customer:shop allow`,
    "",
    "Drop it by a court's order (451); announce a drop 30 seconds ahead, and take it back",
    `  ${put} customer:shop '${legalOrder}'`,
    `  ${put} customer:forum ${inThirtySeconds}`,
    `  ${put} customer:forum allow`,
    "",
    "Ask as a program does",
    `  curl -i http://shop.localhost:${port}/api/products`,
    `  curl -i -H 'Accept: application/problem+json' http://archive.localhost:${port}/`,
    `  curl -H 'Accept: text/plain' -H 'Accept-Language: fr' http://archive.localhost:${port}/`,
    "",
    "npm start -- --fresh puts the demo back as it was.",
  ];
}

function onboarding(running: Running): string[] {
  const put = kvCommand(running, "put");
  return [
    "No demo customers. A customer is two keys: where its site is, and that it is served",
    `  ${put} host:www.localhost '{"customer":"acme","origins":["http://127.0.0.1:3000"]}'`,
    `  ${put} customer:acme allow`,
    "",
    "See what the list holds",
    `  ${kvCommand(running, "list")}`,
  ];
}

const legalOrder = JSON.stringify({
  verdict: "deny",
  ground: "legal",
  reason: "Court order 7 O 114/19",
  authority: {
    name: "Regional Court of Example",
    jurisdiction: "DE",
    url: "https://court.example/",
  },
});

// The shell works the moment out when the command is run: a date printed here would soon have passed.
const inThirtySeconds = `'{"verdict":"deny","ground":"policy","effectiveAt":"'$(node -p 'new Date(Date.now()+3e4).toISOString()')'"}'`;

export function kvCommand(edge: RunningEdge, verb: "put" | "list"): string {
  return `npx wrangler kv key ${verb} --binding CUSTOMERS${storeOption(edge)}`;
}

/** What names the store to `wrangler` and `portcullis` alike, or nothing where it is their usual one. */
export function storeOption({ persistTo }: RunningEdge): string {
  return persistTo === null ? "" : ` --persist-to ${quoted(persistTo)}`;
}

/** A word for a POSIX shell. */
function quoted(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function stateOf(
  customer: { id: string; host: string; entry: string },
  nowMs: number,
): string {
  const parsed = parseStanding(standingKey(customer.id), customer.entry);
  if (parsed.kind === "malformed") return `unreadable entry: ${parsed.problem}`;
  const visit = {
    method: "GET",
    host: customer.host,
    country: null,
    target: "/",
    upgrade: "none",
    content: "none",
  } as const;
  const verdict = verdictAt(parsed.standing, visit, "allow", nowMs);
  switch (verdict.kind) {
    case "serve":
      return "served";
    case "notice":
      return `served until ${new Date(verdict.sunsetAtMs).toUTCString()}, then dropped${ground(verdict.denial.ground)}`;
    case "offboard":
    case "refuse":
      return `dropped${ground(verdict.denial.ground)}`;
  }
}

function ground(word: string | null): string {
  return word === null ? "" : ` (${word})`;
}
