import type { NamedFields } from "../http/fields.ts";
import type { CacheOutcome, Inbound, Reply } from "../ports.ts";
import type { Customer } from "./customers.ts";
import { roundTripMs, defaultAccess } from "./network.ts";
import type { Place } from "./places.ts";
import type { Pop } from "./pop.ts";
import type { EdgeProvider } from "./provider.ts";
import { isContent, type VisitOutcome } from "./result.ts";
import { originOf, type Server } from "./server.ts";
import type { Stage } from "./stage.ts";
import type { Metrics } from "./metrics.ts";
import { visitorFields } from "./visitor-fields.ts";
import type { PopWorld } from "./world.ts";

/** One thing a visitor, or somebody who is none, asks a site for. */
export interface VisitRequest {
  customer: Customer;
  place: Place;
  /** Path and query. */
  target: string;
  /** A probe looks for the sake of the figures; nobody is harmed by what it gets. */
  by: "visitor" | "probe" | "attacker";
}

/** Lets requests happen in the world of a stage, and tells the metrics what became of them. */
export class Visits {
  readonly #stage: Stage;
  readonly #metrics: Metrics;
  readonly #accessMs: () => number;
  readonly #fields = new Map<string, NamedFields>();

  constructor(stage: Stage, metrics: Metrics) {
    this.#stage = stage;
    this.#metrics = metrics;
    this.#accessMs = stage.random.stream("access").sampler(defaultAccess);
  }

  /** From the name to the answer's first byte. */
  async ask(request: VisitRequest): Promise<void> {
    const { engine, destinations, providers, own } = this.#stage;
    const { customer, place } = request;
    const target = this.#stage
      .resolverAt(place)
      .resolve(customer.hosts[0], engine.nowMs);
    const destination = target === null ? undefined : destinations.get(target);
    if (destination === undefined) {
      const { pop } = own.routeFrom(place, engine.nowMs);
      return this.#record(request, pop.id, "unreachable", engine.nowMs);
    }
    const isDark = providers.reach(destination.id).kind === "dark";
    switch (destination.kind) {
      case "edge": {
        if (!isDark) return this.#askEdge(request, destination);
        const { pop } = destination.routeFrom(place, engine.nowMs);
        return this.#record(request, pop.id, "unreachable", engine.nowMs);
      }
      case "bare-origin":
        return this.#askServer(
          request,
          destination.id,
          isDark ? null : customer.server,
        );
    }
  }

  async #askEdge(request: VisitRequest, edge: EdgeProvider): Promise<void> {
    const { engine, own } = this.#stage;
    const { pop, roundTripMs: wayMs } = edge.routeFrom(
      request.place,
      engine.nowMs,
    );
    const startedAtMs = engine.nowMs;
    const { code } = pop.place;
    if (edge.trouble.isDark(code, startedAtMs))
      return this.#record(request, pop.id, "unreachable", startedAtMs);
    const travelMs = this.#accessMs() + wayMs;
    await engine.sleep(travelMs / 2);
    const arrivedAtMs = engine.nowMs;
    if (edge.trouble.strikes(code, arrivedAtMs))
      return this.#record(request, pop.id, "error", arrivedAtMs, travelMs);
    const { reply, requestEvent } = await pop.answer(this.#inbound(request));
    countTraffic(pop, reply);
    const kind = outcomeOf(reply, requestEvent);
    countCache(pop.count, reply, requestEvent?.cache ?? null);
    const tag = tagOf(reply);
    const origin = tag === null ? null : originOf(tag);
    if (origin !== null && origin.customer !== request.customer.id)
      throw new Error(
        `a visitor of ${request.customer.id} got what ${origin.customer} serves`,
      );
    this.#record(
      request,
      pop.id,
      edge !== own && isContent(kind) ? "other-provider" : kind,
      arrivedAtMs,
      engine.nowMs - startedAtMs + travelMs / 2,
      origin?.version,
    );
  }

  async #askServer(
    request: VisitRequest,
    where: string,
    server: Server | null,
  ): Promise<void> {
    const { engine } = this.#stage;
    if (server === null)
      return this.#record(request, where, "unreachable", engine.nowMs);
    const travelMs =
      this.#accessMs() + roundTripMs(request.place, server.place);
    await engine.sleep(travelMs / 2);
    const url = new URL(`https://${server.url}${request.target}`);
    const { answer, afterMs } = server.ask({ url, fields: [] }, engine.nowMs);
    if (answer.kind === "failed")
      return this.#record(request, where, "unreachable", engine.nowMs);
    const outcome = answer.status < 500 ? "other-provider" : "error";
    this.#record(request, where, outcome, engine.nowMs, travelMs + afterMs);
  }

  #record(
    { customer, by }: VisitRequest,
    pop: string,
    outcome: VisitOutcome,
    atMs: number,
    latencyMs: number | null = null,
    version: number | null = null,
  ): void {
    if (by === "attacker") this.#metrics.countAttack();
    else
      this.#metrics.count(customer, {
        pop,
        outcome,
        atMs,
        latencyMs,
        version,
        isProbe: by === "probe",
      });
  }

  #inbound({ customer, place, target }: VisitRequest): Inbound {
    const [host] = customer.hosts;
    return {
      method: "GET",
      url: `https://${host}${target}`,
      fields: this.#fieldsFor(host),
      body: null,
      country: place.country,
      pop: null,
      // RFC 5737: an address of nobody's.
      clientAddress: "203.0.113.1",
      httpVersion: "2",
    };
  }

  #fieldsFor(host: string): NamedFields {
    const known = this.#fields.get(host) ?? visitorFields(host);
    this.#fields.set(host, known);
    return known;
  }
}

function outcomeOf(
  reply: Reply,
  event: PopWorld["requestEvent"],
): VisitOutcome {
  switch (event?.outcome) {
    case "refused":
      return "refused";
    case "served":
    case "noticed":
    case "offboarding":
      return reply.status >= 500 ? "error" : contentOutcome(event.cache);
    case "unknown-host":
    case "unreachable":
    case "maintenance":
    case "unavailable":
    case "malformed":
    case "not-cached":
    case "upload-broken":
    case undefined:
      return "error";
  }
}

/** RFC 9211: a hit whose time to live has run out was served stale; an answer stored by another's request came from the cache too. */
function contentOutcome(cache: CacheOutcome | null): VisitOutcome {
  if (cache === null) return "served";
  if (cache.detail === "stale-on-error") return "stale";
  if (cache.fwd !== null && !cache.collapsed) return "served";
  return (cache.ttlSeconds ?? 0) < 0 ? "stale" : "cached";
}

function countTraffic({ traffic }: Pop, { body }: Reply): void {
  traffic.requests += 1;
  traffic.bytes += body.kind === "bytes" ? body.bytes.byteLength : 0;
}

function countCache(
  count: { requests: number; hits: number; bytes: number; hitBytes: number },
  reply: Reply,
  cache: CacheOutcome | null,
): void {
  if (cache === null) return;
  const bytes = reply.body.kind === "bytes" ? reply.body.bytes.byteLength : 0;
  count.requests += 1;
  count.bytes += bytes;
  if (contentOutcome(cache) === "served") return;
  count.hits += 1;
  count.hitBytes += bytes;
}

function tagOf(reply: Reply): string | null {
  return fieldOf(reply, "etag");
}

function fieldOf({ fields }: Reply, name: string): string | null {
  for (const [field, value] of fields)
    if (field.toLowerCase() === name) return value;
  return null;
}
