import { get, STATUS_CODES } from "node:http";
import {
  differences,
  kvCommand,
  runtimeNames,
  storeOption,
  type RunningEdge,
} from "../startup-message.ts";
import type { DemoCustomer } from "../seeds.ts";
import { html, page, type Markup } from "./html.ts";
import { fixed, send, serve, type Site } from "./site.ts";
import { stylesheet } from "./style.ts";

/**
 * Serves what `http://localhost` shows: what runs here, what to open, how to drop it. It is a demo customer like the
 * others, behind the edge that it speaks of. So a site record that somebody else has for `localhost` goes before it.
 */
export async function serveWelcome(
  edge: RunningEdge,
  sites: readonly DemoCustomer[],
): Promise<DemoCustomer> {
  return {
    id: "welcome",
    host: "localhost",
    origin: await serve(openWelcome(edge, sites)),
    entry: "allow",
  };
}

const style = stylesheet({ accent: "#9a3b5c", accentDark: "#f08fb0" });

const layout = {
  name: "Portcullis",
  stylesheet: style.href,
  links: [
    ["/", "Start"],
    ["/.well-known/portcullis/", "About this edge"],
  ] as const,
  footer:
    "Served by npm start, through the edge, as the demo customer welcome.",
};

function openWelcome(edge: RunningEdge, sites: readonly DemoCustomer[]): Site {
  const routes = new Map([
    ["/style.css", fixed(style.content)],
    ["/icon.svg", fixed(icon)],
    [
      "/",
      {
        get: async (visit) => {
          const cards = await Promise.all(
            sites.map((site) => card(site, edge.port)),
          );
          send(visit, page(layout, "Portcullis", greeting(edge, cards)));
        },
      },
    ],
  ] satisfies [string, ReturnType<Site["route"]>][]);
  const missing = html`<h1>Not found</h1>
    <p><a href="/">Start</a></p>`;
  return {
    route: (path) => routes.get(path) ?? null,
    notFound: (visit) =>
      send(visit, { ...page(layout, "Not found", missing), status: 404 }),
    echoPath: null,
  };
}

const purposes: Readonly<Record<string, string>> = {
  shop: "Pages and images from the cache, a cart that is not, server-sent events, an echo.",
  forum: "Replies that show at once although pages are kept for some seconds.",
  archive: "A customer who was dropped, with a statement.",
  club: "A customer who is served, and will not be in a week.",
};

async function card({ id, host }: DemoCustomer, port: number): Promise<Markup> {
  return html`<li class="card">
    <h2><a href="http://${host}:${port}/">${host}</a></h2>
    <p>${purposes[id] ?? ""}</p>
    <p class="soft">Now: ${await askEdge(host, port)}</p>
  </li>`;
}

/** What the edge now gives a visitor of a host, in a few words. */
function askEdge(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    get(
      {
        method: "HEAD",
        host: "127.0.0.1",
        port,
        headers: { Host: `${host}:${port}` },
        signal: AbortSignal.timeout(2_000),
      },
      ({ statusCode = 0, headers }) => {
        const { sunset } = headers;
        const until =
          typeof sunset === "string" ? `, to be dropped on ${sunset}` : "";
        resolve(`${statusCode} ${STATUS_CODES[statusCode] ?? ""}${until}`);
      },
    ).on("error", () => resolve("no answer"));
  });
}

function greeting(edge: RunningEdge, cards: readonly Markup[]): Markup {
  const { port, runtime } = edge;
  const put = kvCommand(edge, "put");
  const drop = `npx portcullis${storeOption(edge)} drop shop`;
  return html`<h1>Portcullis is running</h1>
    <p class="lede">
      A reverse proxy and cache for many customers’ sites, whose operator can
      stop serving any one of them with one key. This page came through it.
    </p>
    <h2>Open a site</h2>
    <ul class="cards">
      ${cards}
    </ul>
    <h2>Drop one</h2>
    <p>
      In another terminal, in the project’s folder. Then reload the shop: every
      page and image of it is refused, cached or not.
    </p>
    <pre>${put} customer:shop deny</pre>
    <p>And bring it back:</p>
    <pre>${put} customer:shop allow</pre>
    <p>
      <code>${drop}</code> does the same, says before what visitors will get,
      and refuses what makes no sense.
    </p>
    <h2>What runs here</h2>
    <p>
      The ${runtimeNames[runtime]}, on
      <code>http://localhost:${port}</code>, with its list in
      <code>${edge.storePath}</code>. Different from Cloudflare:
    </p>
    <ul>
      ${differences(runtime).map((difference) => html`<li>${difference}</li>`)}
    </ul>
    <p>
      The terminal shows more commands. README.md shows how to put a site of
      your own behind the edge.
    </p>`;
}

const icon = {
  type: "image/svg+xml",
  cacheControl: "public, max-age=86400",
  body: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#9a3b5c"/><path d="M7 6h18M10 6v18M16 6v20M22 6v18M7 12h18M7 18h18" stroke="#fff" stroke-width="2.2" stroke-linecap="round" fill="none"/></svg>`,
};
