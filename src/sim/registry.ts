import { edgeKey } from "../customer/keys.ts";
import type { FeedAnswer } from "../ports.ts";
import type { Kv } from "../registry/ports.ts";
import { Pops } from "../registry/pops.ts";
import { publish } from "../registry/publish.ts";
import { Registry, type OrderResult } from "../registry/registry.ts";
import { sweep, sweepStart } from "../registry/sweep.ts";
import type { CustomerList } from "./customer-list.ts";
import type { Engine } from "./engine.ts";
import { openSql } from "./memory-sql.ts";
import { isDuring, type Phase } from "./phase.ts";
import type { NamedPlace } from "./places.ts";
import type { Result } from "./result.ts";
import type { RandomStream } from "./random-stream.ts";

/** A time in which the registry does not answer, or is slow. */
export interface RegistryPhase extends Phase {
  trouble: { kind: "down" } | { kind: "slow"; factor: number };
}

export interface RegistrySettings {
  /** Where its object lives, and the PoP there, if the edge has one. */
  place: NamedPlace;
  pop: string | null;
  /** How long it takes for an answer. */
  latencyMs: number;
  sweepEveryMs: number;
  phases: readonly RegistryPhase[];
}

/** As deployed by default (wrangler.registry.toml). */
const settlesMs = 120_000;

/**
 * The registry as it is, with a database in memory, in virtual time. What it does not model: heads are not signed, and its ledger
 * knows the customers with a name only. An answer takes the same time however many ask.
 */
export class SimulatedRegistry {
  readonly place: NamedPlace;
  /** Called with what is found in the list that no order wrote. */
  onDrift: ((key: string, text: string | null) => void) | null = null;
  readonly count = { orders: 0, reads: 0, failedReads: 0, peakPerSecond: 0 };
  readonly #registry: Registry;
  readonly #pops: Pops;
  readonly #settings: RegistrySettings;
  readonly #list: CustomerList;
  readonly #engine: Engine;
  readonly #random: RandomStream;
  readonly #drifts = new Map<string, string | null>();
  #publishesAtMs = Infinity;
  #second = { startMs: -Infinity, requests: 0 };

  constructor(
    settings: RegistrySettings,
    { list, keys, engine, random }: RegistryGround,
  ) {
    const sql = openSql();
    this.#registry = new Registry(sql, { settlesMs });
    this.#pops = new Pops(sql);
    this.#settings = settings;
    this.place = settings.place;
    this.#list = list;
    this.#engine = engine;
    this.#random = random.stream("registry");
    const found = new Map(
      [...keys, edgeKey].map((key) => [key, list.latest(key)] as const),
    );
    this.#registry.observe(found, this.#nowMs);
    this.#registry.finishImport();
    this.#sweepLater();
  }

  /** Carries out a command; null where nothing answers. */
  order(command: unknown): OrderResult | null {
    if (this.#isDown) return null;
    const registry = this.#registry;
    const order = { kind: "command", command } as const;
    const result = registry.carryOut(
      order,
      {
        actor: "operator",
        idempotencyKey: null,
        ifMatch: null,
        cause: null,
        dryRun: false,
      },
      new Map(
        registry.keysFor(order).map((key) => [key, this.#list.latest(key)]),
      ),
      { nowMs: this.#nowMs, salt: "" },
    );
    if (result.kind === "done") this.count.orders += 1;
    this.#publishAt(this.#nowMs);
    return result;
  }

  /** What an edge is told that is `roundTripMs` away. */
  async readFeed(
    pop: string,
    roundTripMs: number,
    after: number,
  ): Promise<FeedAnswer> {
    await this.#engine.sleep(roundTripMs / 2);
    this.#countRead();
    if (this.#isDown) {
      this.count.failedReads += 1;
      await this.#engine.sleep(roundTripMs / 2);
      return { kind: "failed", problem: "the registry answered 503" };
    }
    await this.#engine.sleep(this.#settings.latencyMs * this.#slowdown);
    this.#pops.hear(pop, after, this.#nowMs);
    const page = this.#registry.feedAfter(after, this.#nowMs);
    await this.#engine.sleep(roundTripMs / 2);
    return { kind: "read", text: JSON.stringify(page) };
  }

  /** What it came to. */
  figures(): NonNullable<Result["registry"]> {
    return {
      place: this.place.code,
      ...this.count,
      entries: this.#registry.ledger.tree().size,
      drifted: this.#drifts.size,
      backlog: this.#registry.subjects.backlog().writes,
    };
  }

  get #nowMs(): number {
    return Math.floor(this.#engine.nowMs);
  }

  get #isDown(): boolean {
    return this.#phases.some(({ trouble }) => trouble.kind === "down");
  }

  get #slowdown(): number {
    return this.#phases.reduce(
      (factor, { trouble }) =>
        trouble.kind === "slow" ? factor * trouble.factor : factor,
      1,
    );
  }

  get #phases(): RegistryPhase[] {
    return this.#settings.phases.filter((phase) =>
      isDuring(phase, this.#engine.nowMs),
    );
  }

  #countRead(): void {
    this.count.reads += 1;
    const startMs = this.#engine.nowMs - (this.#engine.nowMs % 1_000);
    if (startMs !== this.#second.startMs)
      this.#second = { startMs, requests: 0 };
    this.#second.requests += 1;
    this.count.peakPerSecond = Math.max(
      this.count.peakPerSecond,
      this.#second.requests,
    );
  }

  /** Sets the object's alarm, unless it is set for earlier. */
  #publishAt(atMs: number): void {
    if (atMs >= this.#publishesAtMs) return;
    this.#publishesAtMs = atMs;
    this.#engine.schedule(Math.max(atMs, this.#engine.nowMs), () => {
      if (this.#publishesAtMs !== atMs) return;
      this.#publishesAtMs = Infinity;
      this.#engine.track(this.#publish());
    });
  }

  async #publish(): Promise<void> {
    const phase = this.#phases.find(({ trouble }) => trouble.kind === "down");
    if (phase !== undefined) return this.#publishAt(phase.untilMs);
    await publish(this.#registry, this.#kv, {
      nowMs: () => this.#nowMs,
      random: () => this.#random.uniform(),
    });
    const dueMs = this.#registry.subjects.nextDueMs();
    if (dueMs !== null) this.#publishAt(Math.max(dueMs, this.#nowMs + 10));
  }

  #sweepLater(): void {
    const { sweepEveryMs } = this.#settings;
    this.#engine.schedule(this.#engine.nowMs + sweepEveryMs, () => {
      if (!this.#isDown) this.#engine.track(this.#sweep());
      this.#sweepLater();
    });
  }

  async #sweep(): Promise<void> {
    await sweep(this.#registry, this.#kv, sweepStart, () => this.#nowMs);
    for (const { key, drift = null } of this.#registry.subjects.drifted(1_000))
      if (!this.#drifts.has(key) || this.#drifts.get(key) !== drift) {
        this.#drifts.set(key, drift);
        this.onDrift?.(key, drift);
      }
    this.#publishAt(this.#nowMs);
  }

  /** The namespace at its centre, as far as it is about what the ledger knows. */
  get #kv(): Kv {
    const { pop } = this.#settings;
    const list = this.#list;
    const known = () => this.#registry.subjects.list("", "", 10_000);
    return {
      write: async (key, text, seq) => {
        const written = list.write(key, text, { pop, seq });
        switch (written.kind) {
          case "accepted":
            return { ok: true, value: null };
          case "too-many-writes":
            return {
              ok: false,
              problem: "429",
              retryAfterMs: written.retryAfterMs,
            };
          case "failed":
            return { ok: false, problem: "500", retryAfterMs: null };
        }
      },
      list: async () => ({
        ok: true,
        value: {
          keys: known()
            .filter(({ key }) => list.latest(key) !== null)
            .map(({ key }) => ({ name: key, seq: list.latestSeq(key) })),
          cursor: null,
        },
      }),
      read: async (keys) => ({
        ok: true,
        value: new Map(keys.map((key) => [key, list.latest(key)])),
      }),
    };
  }
}

/** What the registry stands on. */
export interface RegistryGround {
  list: CustomerList;
  /** Keys that stand in the list before. */
  keys: readonly string[];
  engine: Engine;
  random: RandomStream;
}
