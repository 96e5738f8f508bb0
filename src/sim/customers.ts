import * as v from "valibot";
import { formatSite } from "../customer/format.ts";
import { siteKey, standingKey } from "../customer/keys.ts";
import { parseSite, type Site } from "../customer/site.ts";
import type { Parsed } from "../parse/parsed.ts";
import { largestBody } from "./body.ts";
import type { RandomStream } from "./random-stream.ts";
import { Origin, type OriginPhase } from "./origin.ts";
import type { NamedPlace } from "./places.ts";
import type { TraceEntry } from "./replay/trace.ts";
import type { Scenario } from "./scenario/form.ts";
import { customer as customerForm } from "./scenario/world.ts";
import { numberedObject, Server, type Content } from "./server.ts";
import { visitorLog, type VisitorLog } from "./visitor-log.ts";

/** What the customers without a name of their own are reported as. */
export const othersId = "others";

/** A customer in the simulated world, with the server behind its site. */
export interface Customer {
  id: string;
  /** Under which figures are reported. */
  reportedAs: string;
  hosts: readonly [string, ...string[]];
  site: Site;
  server: Server;
  /** Of all visitors. */
  share: number;
  /** Where its names lead at first, when that is not this edge. */
  provider: string | null;
  watchedMs: number | null;
  /** Requests that come instead of generated visitors'. */
  log: VisitorLog | null;
}

type CustomerInput = Scenario["customers"][number];

/** The requests of logs in order of time, by the id of the customer whose visitors they come from. */
export type Logs = ReadonlyMap<string, readonly TraceEntry[]>;

/** The hosts of a customer; one that names none has one made of its id. */
export function hostsOf({
  id,
  hosts = [],
}: Pick<CustomerInput, "id" | "hosts">): readonly [string, ...string[]] {
  const [first = `${id}.example`, ...more] = hosts;
  return [first, ...more];
}

/** The site record of a customer as the scenario has it. */
export function siteOf(input: CustomerInput): Parsed<Site> {
  const [host] = hostsOf(input);
  const record = {
    ...input.site,
    customer: input.id,
    origins: [`https://${originHost(host)}`],
  };
  return parseSite(siteKey(host), JSON.stringify(record));
}

/** What a list holds of a customer that it serves. */
export function recordsOf({
  id,
  hosts,
  site,
}: Pick<Customer, "id" | "hosts" | "site">): [key: string, text: string][] {
  return [
    ...hosts.map((host): [string, string] => [siteKey(host), formatSite(site)]),
    [standingKey(id), "allow"],
  ];
}

/** All customers, those with a name first. */
export function customersOf(
  scenario: Scenario,
  places: readonly NamedPlace[],
  phasesOf: (customer: string) => readonly OriginPhase[],
  random: RandomStream,
  logs: Logs,
): Customer[] {
  const sizes = sizesOf(scenario.content, random);
  const named = scenario.customers.map((input) => ({
    given: input,
    reportedAs: input.id,
  }));
  const others = othersOf(scenario, places, random).map((input) => ({
    given: input,
    reportedAs: othersId,
  }));
  return [...named, ...others].map(({ given: input, reportedAs }) => {
    const { id, share, cacheControl, provider = null } = input;
    const log = logOf(input, logs, scenario.lasts);
    const hosts = hostsOf(input);
    const site = siteOf(input);
    const place = places.find(({ code }) => code === input.origin.at);
    if (!site.ok || place === undefined)
      throw new Error(`the customer ${id} was not checked`);
    const origin = new Origin(
      {
        firstByte: input.origin.firstByte,
        concurrent: input.origin.workers,
        maxWaitMs: input.origin.maxWait,
        bytesPerSecond: input.origin.bandwidth,
        phases: phasesOf(reportedAs),
      },
      random.stream(`origin of ${id}`),
    );
    const server = new Server(originHost(hosts[0]), id, place, origin, {
      cacheControl,
      ...(log === null
        ? { sizes, objectAt: numberedObject }
        : loggedContent(log)),
    });
    return {
      id,
      reportedAs,
      hosts,
      site: site.value,
      server,
      share,
      provider,
      watchedMs: input.watched ?? assumedWatchMs(id, scenario),
      log,
    };
  });
}

/** A decision that is asserted has to be looked at everywhere: once a second, or three hundred times in a long run. */
function assumedWatchMs(
  id: string,
  { expect, lasts }: Scenario,
): number | null {
  const isAsserted = expect.some(({ dark, light, fresh }) =>
    [dark, light, fresh].some((propagation) => propagation?.customer === id),
  );
  return isAsserted ? Math.max(1_000, lasts / 300) : null;
}

function logOf(
  { id, replay }: CustomerInput,
  logs: Logs,
  lastsMs: number,
): VisitorLog | null {
  if (replay === undefined) return null;
  const requests = logs.get(id);
  if (requests === undefined) throw new Error(`the log of ${id} was not read`);
  return visitorLog(requests, replay.speed, lastsMs);
}

/** What a log does not know is an object more, as large as its first. */
function loggedContent({
  sizes,
}: VisitorLog): Pick<Content, "sizes" | "objectAt"> {
  const objects = new Map(
    Array.from(sizes.keys(), (target, object) => [target, object]),
  );
  return {
    sizes: Float64Array.from(sizes.values(), (size) =>
      Math.min(size, largestBody),
    ),
    objectAt: ({ pathname, search }) =>
      objects.get(`${pathname}${search}`) ?? objects.size,
  };
}

/** Customers without a name, each with its share of what the named ones leave. */
function othersOf(
  { customers, others }: Pick<Scenario, "customers" | "others">,
  places: readonly NamedPlace[],
  random: RandomStream,
): CustomerInput[] {
  const { count, popularity, cacheControl } = others;
  const taken = customers.reduce((sum, { share }) => sum + share, 0);
  const weights = Array.from({ length: count }, (_, index) =>
    Math.pow(index + 1, -popularity),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const draw = random.stream("places of others");
  return weights.map((weight, index) =>
    v.parse(customerForm, {
      id: `other-${index + 1}`,
      share: (Math.max(1 - taken, 0) * weight) / total,
      cacheControl,
      origin: { at: places[draw.integer(places.length)]?.code },
    }),
  );
}

/** Bytes of each object of a site. */
function sizesOf(
  { objects, size }: Scenario["content"],
  random: RandomStream,
): Float64Array {
  const draw = random.stream("sizes").sampler(size);
  return Float64Array.from({ length: objects }, () =>
    Math.min(Math.ceil(draw()), largestBody),
  );
}

function originHost(host: string): string {
  return `origin.${host}`;
}
