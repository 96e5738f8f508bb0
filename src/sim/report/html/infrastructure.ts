import * as Plot from "@observablehq/plot";
import { markup, type Markup } from "../../../markup.ts";
import type { Result } from "../../result.ts";
import { regionOf } from "../regions.ts";
import {
  byteSize,
  count,
  counted,
  milliseconds,
  price,
  share,
} from "../wording.ts";
import { inBothSizes, plotted } from "./svg.ts";
import { behind, figures, table, text } from "./table.ts";

/** Caches, origins, the list of customers, and how long visitors waited. */
export function infrastructureSection(result: Result): Markup {
  return markup`<section aria-labelledby="infrastructure"><h2 id="infrastructure">Caches, origins and the list</h2>
<div class="pair">${caches(result)}${origins(result)}</div>
<div class="pair">${list(result)}${registry(result)}${latency(result)}</div>
${priced(result)}
</section>`;
}

function caches({ cache, pops }: Result): Markup | null {
  const used = cache.filter(({ requests }) => requests > 0);
  if (used.length === 0) return null;
  const places = new Map(pops.map((pop) => [pop.code, pop]));
  const dots = used.map(({ pop, requests, hits }) => ({
    ratio: (hits / requests) * 100,
    requests,
    region: regionOf(places.get(pop)?.country ?? ""),
  }));
  const regions = [...new Set(dots.map(({ region }) => region))].toSorted();
  const label = `Share of requests answered from the cache, a dot for each of ${counted(used.length, "PoP")}`;
  return markup`<figure><figcaption><h3>Answered from the cache</h3> <span class="soft">share of requests, a circle per PoP, as large as its requests</span></figcaption>
${inBothSizes(
  (size) =>
    plotted(size, label, {
      height: 50 + 30 * regions.length,
      marginLeft: 92,
      marginTop: 4,
      marginRight: 20,
      x: {
        domain: [0, 100],
        label: null,
        grid: true,
        ticks: 5,
        tickFormat: (percent: number) => `${percent} %`,
      },
      y: { domain: regions, label: null, tickSize: 0 },
      r: { range: [1.5, 8] },
      marks: [
        Plot.dot(dots, {
          x: "ratio",
          y: "region",
          r: "requests",
          fill: "var(--accent)",
          fillOpacity: 0.35,
          stroke: "var(--accent)",
          strokeOpacity: 0.8,
        }),
      ],
    }),
  424,
)}
${behind(
  "The cache of each PoP",
  [
    text("PoP"),
    figures("Requests"),
    figures("Hits"),
    figures("Bytes"),
    figures("Bytes hit"),
  ],
  cache.map(({ pop, requests, hits, bytes, hitBytes }) => [
    pop,
    count(requests),
    share(hits, requests),
    byteSize(bytes),
    share(hitBytes, bytes),
  ]),
)}
</figure>`;
}

/** More origins than this are told by the table alone. */
const drawn = 10;

function origins({ origins: all }: Result): Markup | null {
  if (all.length === 0) return null;
  const busiest = all
    .toSorted((one, other) => other.requests - one.requests)
    .slice(0, drawn);
  const label = `Requests to the ${busiest.length === 1 ? "origin" : `${busiest.length} busiest origins`}; the table below says the same`;
  const bars = busiest.flatMap(({ origin, requests, failures }) => [
    { origin: nameOf(origin), part: "answered", requests: requests - failures },
    { origin: nameOf(origin), part: "failed", requests: failures },
  ]);
  return markup`<figure><figcaption><h3>Sent to origins</h3> <span class="soft">requests; failed ones hatched</span></figcaption>
${inBothSizes(
  (size) =>
    plotted(size, label, {
      height: 50 + 24 * busiest.length,
      marginLeft: 150,
      marginTop: 4,
      marginRight: 20,
      x: {
        label: null,
        grid: true,
        ticks: 4,
        tickFormat: (value: number) => compact.format(value),
      },
      y: {
        domain: [...new Set(bars.map(({ origin }) => origin))],
        label: null,
        tickSize: 0,
      },
      color: {
        domain: ["answered", "failed"],
        range: ["var(--accent)", "url(#texture-error)"],
      },
      marks: [
        Plot.barX(bars, {
          x: "requests",
          y: "origin",
          fill: "part",
          order: ["answered", "failed"],
          insetTop: 2,
          insetBottom: 2,
        }),
        Plot.ruleX([0]),
      ],
    }),
  424,
)}
${behind(
  "Every origin",
  [
    text("Origin"),
    text("Customer"),
    figures("Requests"),
    figures("Failed"),
    figures("Overload"),
    figures("Sent"),
    figures("A second, 95 % of the time"),
    figures("99 %"),
    figures("At most"),
  ],
  all.map((one) => [
    one.origin,
    one.customer,
    count(one.requests),
    share(one.failures, one.requests),
    count(one.overloads),
    byteSize(one.bytes),
    count(one.p95PerSecond),
    count(one.p99PerSecond),
    count(one.peakPerSecond),
  ]),
)}
</figure>`;
}

const compact = new Intl.NumberFormat("en", { notation: "compact" });

/** Without the scheme, and no longer than a label may be. */
function nameOf(origin: string): string {
  const name = origin.replace(/^https?:\/\//, "");
  return name.length > 22 ? `${name.slice(0, 21)}…` : name;
}

function list({ list: figuresOf }: Result): Markup {
  const { reads, failedReads, writes, refusedWrites, malformed } = figuresOf;
  return markup`<div><h3>The list of customers</h3>
${table(
  "Reads and writes of the list",
  [
    text("Operation"),
    figures("All"),
    figures("Failed"),
    figures("Share failed"),
  ],
  [
    ["Reads", count(reads), count(failedReads), share(failedReads, reads)],
    [
      "Writes",
      count(writes),
      count(refusedWrites),
      share(refusedWrites, writes),
    ],
  ],
)}
<p class="soft">${counted(malformed, "value")} read that no parser takes.</p></div>`;
}

function priced({ cost }: Result): Markup | null {
  if (cost.amount === null) return null;
  return markup`<p>${price(cost.amount)} at the scenario's prices: ${counted(cost.requests, "request")}, ${counted(cost.listReads, "read")} and ${counted(cost.listWrites, "write")} of the list, ${counted(cost.registryReads, "request")} to the registry, ${byteSize(cost.bytes)} sent.</p>`;
}

function registry({ registry: found }: Result): Markup | null {
  if (found === null) return null;
  const { place, reads, failedReads, peakPerSecond, orders, drifted } = found;
  return markup`<div><h3>The registry in ${place}</h3>
${table(
  "What edges asked the registry",
  [
    text("Asked for"),
    figures("All"),
    figures("Failed"),
    figures("Most in a second"),
  ],
  [["The feed", count(reads), count(failedReads), count(peakPerSecond)]],
)}
<p class="soft">${counted(orders, "command")} went through it; ${counted(drifted, "key")} changed past it.</p></div>`;
}

const maxRows = 6;

function latency({ latency: all }: Result): Markup | null {
  if (all.length === 0) return null;
  const columns = [
    text("Customer"),
    figures("Half within"),
    figures("95 %"),
    figures("99 %"),
  ];
  const rows = all.map(({ customer, p50Ms, p95Ms, p99Ms }) => [
    customer,
    ...[p50Ms, p95Ms, p99Ms].map(milliseconds),
  ]);
  return markup`<div><h3>How long visitors waited</h3>
${table("Time to the response", columns, rows.slice(0, maxRows))}
${rows.length > maxRows ? behind("Every customer’s visitors", columns, rows) : null}</div>`;
}
