import { algorithmNames } from "../cache/algorithms.ts";
import * as v from "valibot";
import { oneOf, wholeNumber } from "../../parse/schema.ts";
import { variableNames } from "../../config.ts";
import { placeCodes } from "../places.ts";
import { formats } from "../replay/trace-file.ts";
import {
  between,
  bytes,
  duration,
  id,
  latency,
  members,
  placeCode,
  share,
  size,
  text,
} from "./values.ts";

/** The parts of a scenario's world, each with what it is when it is left out. */

const popsSaid = `a number from 1 to ${placeCodes.length}, or a list of airport codes`;

export const pops = v.pipe(
  v.union(
    [
      wholeNumber(1, placeCodes.length),
      v.pipe(v.array(placeCode), v.minLength(1, popsSaid)),
    ],
    popsSaid,
  ),
  v.description(`Where the edge has points of presence: ${popsSaid}.`),
);

export const list = v.pipe(
  members({
    preset: v.pipe(
      v.optional(oneOf(["documented", "outage-2025-06-12"]), "documented"),
      v.description(
        "How Workers KV behaves; an outage begins with the scenario.",
      ),
    ),
    visibleAfter: v.optional(duration),
    ownPopSeesAtOnce: v.optional(share),
    cached: v.optional(latency),
    central: v.optional(latency),
    centralReadsPerSecond: v.optional(wholeNumber(1, 1e9)),
  }),
  v.description("The key-value store that holds the customer list."),
);

export const edge = v.pipe(
  members(
    v.entriesFromList(
      variableNames,
      v.optional(v.union([v.string(), v.number()], "a text or a number")),
    ),
  ),
  v.description(
    "The Worker's variables, as wrangler.toml has them; usual ones when left out.",
  ),
);

export const registry = v.pipe(
  members({
    at: v.pipe(
      v.optional(placeCode, "IAD"),
      v.description("Where its Durable Object lives."),
    ),
    latency: v.pipe(
      v.optional(duration, "5ms"),
      v.description("What an answer takes besides the way."),
    ),
    sweep: v.pipe(
      v.optional(v.pipe(duration, v.minValue(1_000, "at least 1s")), "60s"),
      v.description("How often the list is compared with the ledger."),
    ),
  }),
  v.description(
    "A registry that commands go through, and whose feed the edge reads. Without it they are written to the list.",
  ),
);

export const isolates = v.pipe(
  members({
    perPop: v.optional(wholeNumber(1, 64)),
    meanLifetime: v.optional(duration),
    idle: v.optional(duration),
  }),
  v.description("The isolates of each point of presence."),
);

export const cache = v.pipe(
  members({
    capacity: v.optional(bytes, "1GB"),
    algorithm: v.optional(oneOf(algorithmNames), "s3-fifo"),
    latency: v.pipe(
      v.optional(duration, "1ms"),
      v.description("What a look into the cache takes."),
    ),
  }),
  v.description("The cache of each point of presence."),
);

/** How much is asked for, and when: the presets' figures are our own. */
export const trafficPresets = {
  steady: { requestsPerSecond: 20, dailySwing: 1 },
  daily: { requestsPerSecond: 20, dailySwing: 3 },
  busy: { requestsPerSecond: 300, dailySwing: 1 },
};

export const traffic = v.pipe(
  members({
    preset: v.optional(oneOf(["steady", "daily", "busy"]), "steady"),
    requestsPerSecond: v.pipe(
      v.optional(between(0.001, 1e6)),
      v.description("Of all visitors, on average over a day."),
    ),
    dailySwing: v.optional(between(1, 100)),
    peakHour: v.optional(between(0, 24)),
    pagesPerVisit: v.optional(between(1, 1_000)),
    assetsPerPage: v.optional(wholeNumber(0, 100)),
    countries: v.pipe(
      v.optional(v.record(v.string(), between(0, 1e9))),
      v.description("Weights by ISO 3166-1 code; the world's when left out."),
    ),
  }),
  v.description("What visitors do."),
);

export const content = v.pipe(
  members({
    objects: v.optional(wholeNumber(1, 1e7), 500),
    popularity: v.pipe(
      v.optional(between(0, 3), 0.8),
      v.description("Zipf's exponent."),
    ),
    size: v.optional(size, { median: "12kB", p95: "400kB" }),
  }),
  v.description("The pages and assets of every customer's site."),
);

const origin = v.pipe(
  members({
    at: v.optional(placeCode, "IAD"),
    firstByte: v.optional(latency, { median: "60ms", p95: "300ms" }),
    workers: v.optional(wholeNumber(1, 10_000), 64),
    maxWait: v.optional(duration, "10s"),
    bandwidth: v.pipe(
      v.optional(bytes, "125MB"),
      v.description("What its link carries in a second."),
    ),
  }),
  v.description("The server behind the edge."),
);

const cacheControl = v.pipe(
  v.optional(text, "public, max-age=600"),
  v.description("The origin's Cache-Control for everything it serves."),
);

const hostSaid = "a host such as forum.example";
const host = v.pipe(
  v.string(hostSaid),
  v.regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, hostSaid),
);

const replay = v.pipe(
  members({
    file: text,
    format: v.pipe(
      v.optional(oneOf(formats)),
      v.description("What the file's name says when left out."),
    ),
    speed: v.pipe(
      v.optional(between(0.001, 1_000), 1),
      v.description("How many times as fast as in the log."),
    ),
  }),
  v.description(
    "A log whose requests come instead of generated visitors; file is relative to the scenario's.",
  ),
);

export const customer = members({
  id,
  hosts: v.pipe(
    v.optional(v.array(host)),
    v.description("<id>.example when left out."),
  ),
  share: v.pipe(
    v.optional(share, 0.1),
    v.description("Of all visitors; the other customers have the rest."),
  ),
  cacheControl,
  site: v.pipe(
    v.optional(v.looseObject({}), {}),
    v.description("Members of the site record besides customer and origins."),
  ),
  origin: v.optional(origin, {}),
  provider: v.pipe(
    v.optional(id),
    v.description("Where the name leads at first; this edge when left out."),
  ),
  watched: v.pipe(
    v.optional(duration),
    v.description(
      "At every point of presence someone asks for the front page this often; once a second where time to dark, light or fresh is expected.",
    ),
  ),
  replay: v.optional(replay),
});

export const others = v.pipe(
  members({
    count: wholeNumber(0, 100_000),
    popularity: v.optional(between(0, 3), 0.8),
    cacheControl,
  }),
  v.description("Further customers, reported together as `others`."),
);

export const provider = v.variant(
  "kind",
  [
    members({
      id,
      kind: v.literal("edge"),
      name: text,
      pops,
      supplier: v.optional(id),
    }),
    members({
      id,
      kind: v.literal("bare-origin"),
      name: text,
      supplier: v.optional(id),
    }),
  ],
  "edge or bare-origin",
);

const price = (byDefault: number, what: string) =>
  v.pipe(v.optional(between(0, 1e6), byDefault), v.description(what));

export const prices = v.pipe(
  members({
    currency: v.optional(text, "USD"),
    requests: price(0.3, "A million requests."),
    listReads: price(0.5, "A million reads of the list."),
    listWrites: price(5, "A million writes of the list."),
    registryReads: price(0.15, "A million requests to the registry's object."),
    gigabytes: price(0, "A gigabyte of content sent to visitors."),
  }),
  v.description(
    "What is billed; Workers Paid beyond what it includes, when left out (developers.cloudflare.com/workers/platform/pricing).",
  ),
);

export const dns = v.pipe(
  members({
    ttl: v.optional(duration, "5m"),
    slowShare: v.pipe(
      v.optional(share, 0),
      v.description("Resolvers that keep records longer than these say."),
    ),
    slowTtl: v.optional(duration, "1h"),
  }),
  v.description("How names lead visitors to providers."),
);
