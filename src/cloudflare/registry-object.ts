import { DurableObject } from "cloudflare:workers";
import { createApi } from "../admin/api.ts";
import type { Office } from "../admin/office.ts";
import type { Records } from "../customer/apply-result.ts";
import { toHex } from "../registry/base64.ts";
import { parseSecretKey, type Signer } from "../registry/checkpoint.ts";
import type { FeedPage } from "../customer/feed.ts";
import { Pops } from "../registry/pops.ts";
import { publish, signHead } from "../registry/publish.ts";
import { Registry, type Order, type OrderTerms } from "../registry/registry.ts";
import { sweep, sweepStart, type SweepPosition } from "../registry/sweep.ts";
import { namespaceKv, objectSql } from "./registry-ports.ts";

/** What wrangler.registry.toml binds. */
export interface RegistryEnv {
  CUSTOMERS: KVNamespace;
  REGISTRY: DurableObjectNamespace<RegistryObject>;
  /** Signs the heads: `PRIVATE+KEY+<name>+<hash>+<key>`. */
  REGISTRY_KEY?: string;
  /** SHA-256, in hexadecimal, of the token that lets the first operator in. */
  REGISTRY_TOKEN_SHA256?: string;
  /** The audience tag of the application by which Cloudflare Access lets people in; empty for none. */
  ACCESS_AUD: string;
  /** How often KV is compared with the ledger. */
  SWEEP_SECONDS: string;
  /** For how long KV may show an older value than the one it has confirmed. */
  KV_SETTLES_SECONDS: string;
}

/** How long a request waits for KV to confirm what it wrote. */
const confirmWithinMs = 5_000;

/** The one object that all decisions go through. Its alarm publishes, signs and sweeps, whether anybody asks or not. */
export class RegistryObject extends DurableObject<RegistryEnv> {
  readonly #office: Office;
  readonly #registry: Registry;
  readonly #pops: Pops;
  readonly #api: ReturnType<typeof createApi>;
  #signer: Signer | null = null;
  #working: Promise<void> = Promise.resolve();
  #sweepAt: SweepPosition = sweepStart;
  #sweptMs = -Infinity;

  constructor(ctx: DurableObjectState, env: RegistryEnv) {
    super(ctx, env);
    const settlesMs = Number(env.KV_SETTLES_SECONDS) * 1000;
    const sql = objectSql(ctx.storage);
    this.#registry = new Registry(sql, {
      settlesMs,
      observed: (key) => log({ event: "drift", key }),
    });
    this.#pops = new Pops(sql);
    this.#office = this.#createOffice();
    this.#api = createApi(this.#office);
    void ctx.blockConcurrencyWhile(() => this.#begin());
  }

  override async fetch(request: Request): Promise<Response> {
    return this.#api.fetch(request);
  }

  /** What an edge at a PoP is told that holds all up to an entry. */
  readFeed(pop: string, after: number): FeedPage {
    const nowMs = Date.now();
    this.#pops.hear(pop, after, nowMs);
    return this.#registry.feedAfter(after, nowMs);
  }

  /** A failure is logged and tried again: an alarm that throws is given up after six times. */
  override async alarm(): Promise<void> {
    await this.#work().then(undefined, (error: unknown) =>
      log({ event: "registry-failed", problem: String(error) }),
    );
    await this.#setAlarm();
  }

  async #begin(): Promise<void> {
    const key = await parseSecretKey(this.env.REGISTRY_KEY ?? "");
    if (key.ok) this.#signer = key.value;
    else
      log({
        event: "registry-unsigned",
        problem: `REGISTRY_KEY: ${key.problem}`,
      });
    if ((await this.ctx.storage.getAlarm()) === null) await this.#setAlarm();
  }

  /** Publishes what is due, signs, and sweeps a page when it is time. One after the other: who asks meanwhile waits for the next. */
  #work(): Promise<void> {
    const work = this.#working.then(() => this.#workOnce());
    this.#working = work.then(undefined, () => undefined);
    return work;
  }

  async #workOnce(): Promise<void> {
    await this.#publish();
    if (this.#sweptMs + this.#sweepEveryMs <= Date.now()) await this.#sweep();
    await this.#publish();
  }

  async #publish(): Promise<void> {
    await publish(this.#registry, namespaceKv(this.env.CUSTOMERS), {
      nowMs: Date.now,
      random: Math.random,
    });
    await this.#sign();
  }

  async #sign(): Promise<void> {
    if (this.#signer !== null) await signHead(this.#registry, this.#signer);
  }

  /** All pages of a short list, one of a long one. */
  async #sweep(): Promise<void> {
    const kv = namespaceKv(this.env.CUSTOMERS);
    const swept = await sweep(this.#registry, kv, this.#sweepAt, Date.now);
    switch (swept.kind) {
      case "more":
        this.#sweepAt = swept.at;
        return;
      case "failed":
        log({ event: "sweep-failed", problem: swept.problem });
        break;
      case "complete":
        break;
    }
    this.#sweepAt = sweepStart;
    this.#sweptMs = Date.now();
  }

  get #sweepEveryMs(): number {
    return Number(this.env.SWEEP_SECONDS) * 1000;
  }

  async #setAlarm(): Promise<void> {
    const nowMs = Date.now();
    const sweepMs = Math.max(this.#sweptMs + this.#sweepEveryMs, nowMs);
    const dueMs = this.#registry.subjects.nextDueMs() ?? Infinity;
    await this.ctx.storage.setAlarm(
      Math.max(Math.min(sweepMs, dueMs), nowMs + 10),
    );
  }

  #createOffice(): Office {
    const registry = this.#registry;
    return {
      registry,
      pops: this.#pops,
      nowMs: Date.now,
      randomHex: (bytes) =>
        toHex(crypto.getRandomValues(new Uint8Array(bytes))),
      configuredActor: (hash) =>
        hash === this.env.REGISTRY_TOKEN_SHA256
          ? { name: "operator", role: "operator" }
          : null,
      lookUp: (keys) => this.#lookUp(keys),
      carryOut: (order, terms) => this.#carryOut(order, terms),
      freshen: async (maxAgeMs) => {
        if (this.#sweptMs + maxAgeMs > Date.now()) return;
        this.#sweptMs = -Infinity;
        await this.#work();
      },
      publish: async () => {
        await this.#work();
        await this.#setAlarm();
      },
      sign: () => this.#sign(),
      getPublicKey: () => this.#signer?.text ?? null,
      log,
    };
  }

  async #carryOut(order: Order, terms: OrderTerms) {
    const registry = this.#registry;
    const found = await this.#lookUp(registry.keysFor(order));
    const result = registry.carryOut(order, terms, found, {
      nowMs: Date.now(),
      salt: this.#office.randomHex(16),
    });
    if (result.kind !== "done") return result;
    // Whatever becomes of this request, the alarm publishes what it wrote.
    await this.#setAlarm();
    const untilMs = Date.now() + confirmWithinMs;
    const keys = Object.keys(result.writes);
    const isPending = () =>
      keys.some((key) => registry.look(key).state === "pending");
    while (isPending() && Date.now() < untilMs) {
      await this.#work();
      if (isPending()) await scheduler.wait(100);
    }
    return result;
  }

  async #lookUp(keys: readonly string[]): Promise<Records> {
    const kv = namespaceKv(this.env.CUSTOMERS);
    if (keys.length === 0) return new Map();
    const found = await kv.read(keys.slice(0, 100));
    return found.ok ? found.value : new Map();
  }
}

function log(event: Readonly<Record<string, unknown>>): void {
  console.log(JSON.stringify(event));
}
