import { connect } from "cloudflare:sockets";
import { LRUCache } from "lru-cache";
import { SharedResult } from "../edge/shared-result.ts";
import { clock } from "./clock.ts";
import { sendClientHello } from "./tls-hello.ts";

/** What a connection showed: it was refused, it was taken, and for TLS, whether a ClientHello was answered. */
export type ProbeResult = "closed" | "open" | "tls" | "no-tls";

/** How long an origin may take for each of two steps. */
const patienceMs = 1_000;
/** An origin is probed no more often than this, however many requests want to know. */
const rememberedMs = 1_000;
const maxRemembered = 1_000;
/** In a second, and an isolate. */
const maxProbes = 20;

interface Probe {
  startedAtMs: number;
  result: SharedResult<ProbeResult>;
}

/** Connections that are made only to learn how an origin is. Nothing of a request is sent on them. */
export class OriginProbes {
  readonly #probes = new LRUCache<string, Probe>({ max: maxRemembered });
  #second = 0;
  #madeInSecond = 0;

  /** By one connection, or by that of another request, begun since then. Null when there are too many. */
  async probe(
    url: URL,
    { hello, sinceMs }: { hello: "none" | "tls"; sinceMs: number },
  ): Promise<ProbeResult | null> {
    const address = addressOf(url);
    const key = `${hello} ${address.hostname}:${address.port}`;
    const startedAtMs = clock.nowMs();
    const waitMs = 2 * patienceMs + rememberedMs;
    const known = this.#probes.get(key);
    if (known !== undefined && known.startedAtMs >= sinceMs) {
      const found = await known.result.wait(startedAtMs + waitMs, clock);
      return typeof found === "string" ? found : null;
    }
    if (!this.#mayProbe()) return null;
    const probe: Probe = { startedAtMs, result: new SharedResult() };
    // Whoever makes it may be gone before it has come to anything.
    this.#probes.set(key, probe, { ttl: waitMs });
    const found = await look(address, hello);
    this.#probes.set(key, probe, { ttl: rememberedMs });
    probe.result.settle(found);
    return found;
  }

  #mayProbe(): boolean {
    const second = Math.floor(clock.nowMs() / 1000);
    if (second !== this.#second) this.#madeInSecond = 0;
    this.#second = second;
    this.#madeInSecond += 1;
    return this.#madeInSecond <= maxProbes;
  }
}

function addressOf({ protocol, hostname, port }: URL): SocketAddress {
  const defaultPort = protocol === "https:" ? 443 : 80;
  return {
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? defaultPort : Number(port),
  };
}

async function look(
  address: SocketAddress,
  hello: "none" | "tls",
): Promise<ProbeResult> {
  const socket = connect(address, {
    secureTransport: "off",
    allowHalfOpen: false,
  });
  ignore(socket.closed);
  const isOpen = await inTime(socket.opened.then(() => true));
  const result =
    isOpen !== true
      ? "closed"
      : hello === "none"
        ? "open"
        : (await inTime(sendClientHello(socket, address.hostname))) === true
          ? "tls"
          : "no-tls";
  ignore(socket.close());
  return result;
}

/** Null when it fails, or takes too long. */
async function inTime<T>(work: Promise<T>): Promise<T | null> {
  return Promise.race([
    work.then(
      (value) => value,
      () => null,
    ),
    clock.wait(patienceMs).then(() => null),
  ]);
}

function ignore(work: Promise<unknown>): void {
  work.then(undefined, () => undefined);
}
