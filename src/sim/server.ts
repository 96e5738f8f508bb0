import { httpDate } from "../http/date.ts";
import type { FieldLine } from "../http/fields.ts";
import type { OriginAnswer, OriginRequest } from "../ports.ts";
import { bodyOf } from "./body.ts";
import type { Origin } from "./origin.ts";
import type { NamedPlace } from "./places.ts";

/** What a server has. */
export interface Content {
  cacheControl: string;
  /** In bytes, by object. */
  sizes: Float64Array;
  /** The object under a URL, whether the site knows it or not. */
  objectAt: (url: URL) => number;
}

/** What a customer's server tells, and how often it was asked. */
export class Server {
  readonly url: string;
  readonly customer: string;
  readonly place: NamedPlace;
  /** Counts what the customer publishes: everything on the site changes with it. */
  version = 1;
  requests = 0;
  failures = 0;
  /** Requests that it refused because it had too much to do. */
  overloads = 0;
  /** Of bodies. */
  bytesSent = 0;
  readonly #load = new SecondsByLoad();
  readonly #origin: Origin;
  readonly #content: Content;

  constructor(
    url: string,
    customer: string,
    place: NamedPlace,
    origin: Origin,
    content: Content,
  ) {
    this.url = url;
    this.customer = customer;
    this.place = place;
    this.#origin = origin;
    this.#content = content;
  }

  /** The answer to a request that reaches it now, and when it begins; never, for one it does not answer. */
  ask(
    request: Pick<OriginRequest, "url" | "fields">,
    nowMs: number,
  ): { answer: OriginAnswer; afterMs: number } {
    this.requests += 1;
    this.#load.count(nowMs);
    const object = this.#content.objectAt(request.url);
    const tag = entityTag(this.customer, object, this.version);
    const isKnown = request.fields.some(
      ([name, value]) =>
        name.toLowerCase() === "if-none-match" && value.includes(tag),
    );
    const length = isKnown ? 0 : this.#sizeOf(object);
    const reaction = this.#origin.ask(length, nowMs);
    switch (reaction.kind) {
      case "refuses":
      case "silent":
        this.failures += 1;
        if (reaction.kind === "refuses" && reaction.isOverload)
          this.overloads += 1;
        return {
          answer: {
            kind: "failed",
            error: "connection_refused",
            details: `${this.url} refused the connection`,
            sent: "nothing",
          },
          afterMs: reaction.kind === "silent" ? Infinity : 0,
        };
      case "answers": {
        const { status, firstByteMs } = reaction;
        if (status !== null && status >= 500) this.failures += 1;
        if (status === null) this.bytesSent += length;
        const answer =
          status === null
            ? this.#found(tag, isKnown ? null : length, nowMs)
            : answered(status, [["Cache-Control", "no-store"]], null);
        return { answer, afterMs: firstByteMs };
      }
    }
  }

  #found(tag: string, length: number | null, nowMs: number): OriginAnswer {
    const fields: FieldLine[] = [
      ["Date", httpDate(nowMs)],
      ["Cache-Control", this.#content.cacheControl],
      ["ETag", tag],
    ];
    if (length === null) return answered(304, fields, null);
    fields.push(
      ["Content-Type", "text/html; charset=utf-8"],
      ["Content-Length", String(length)],
    );
    return answered(200, fields, bodyOf(length));
  }

  #sizeOf(object: number): number {
    const { sizes } = this.#content;
    return sizes[object % sizes.length] ?? 0;
  }

  /** So many requests a second, or fewer, in that share of all seconds: 1 is the busiest one. */
  loadIn(share: number, seconds: number): number {
    return this.#load.within(share, seconds);
  }
}

/** In how many seconds there were how many requests. */
class SecondsByLoad {
  readonly #seconds = new Map<number, number>();
  #second = -1;
  #inSecond = 0;

  count(nowMs: number): void {
    const second = Math.floor(nowMs / 1_000);
    if (second === this.#second) this.#add(this.#inSecond, -1);
    else this.#inSecond = 0;
    this.#second = second;
    this.#inSecond += 1;
    this.#add(this.#inSecond, 1);
  }

  #add(load: number, seconds: number): void {
    this.#seconds.set(load, (this.#seconds.get(load) ?? 0) + seconds);
  }

  /** By nearest rank. Seconds without a request count too. */
  within(share: number, seconds: number): number {
    const busy = [...this.#seconds].toSorted(([one], [other]) => one - other);
    const counted = busy.reduce((sum, [, times]) => sum + times, 0);
    let rank =
      Math.ceil(share * Math.max(seconds, counted)) -
      Math.max(seconds - counted, 0);
    if (rank <= 0) return 0;
    for (const [load, times] of busy) {
      rank -= times;
      if (rank <= 0) return load;
    }
    return 0;
  }
}

function answered(
  status: number,
  fields: readonly FieldLine[],
  body: Uint8Array | null,
): OriginAnswer {
  return { kind: "answered", status, fields, body, channel: null };
}

/** The path of an object; the first is the front page. */
export function pathOf(object: number): string {
  return object === 0 ? "/" : `/${object}`;
}

/** The object that `pathOf` has a path for; whatever else is asked for is the front page. */
export function numberedObject({ pathname }: URL): number {
  return Number(pathname.slice(1)) || 0;
}

function entityTag(customer: string, object: number, version: number): string {
  return `"${customer}/${object}/${version}"`;
}

/** Whose bytes a response has and of which version, by its entity tag; null when it has none of ours. */
export function originOf(
  tag: string,
): { customer: string; version: number } | null {
  const [, customer = "", version = ""] =
    /^"([^/]+)\/\d+\/(\d+)"$/.exec(tag) ?? [];
  return customer === "" ? null : { customer, version: Number(version) };
}
