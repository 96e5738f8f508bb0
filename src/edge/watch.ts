import type { Visit } from "../customer/visit.ts";
import type { Watch } from "../ports.ts";
import type { Edge } from "./edge.ts";
import { gate, type Gate, type Passed } from "./gate.ts";

/** What the gate says of a request that it let pass before, and passes no longer. */
export type Cut = Extract<
  Gate,
  { kind: "refused" | "maintenance" | "unknown-host" }
>;

/**
 * The watch over one exchange, from the first byte of the visitor's content to the last byte of the response. A request
 * that takes long passes the gate again and again, so that a drop also ends what was under way. A list that cannot be
 * read cuts nothing.
 */
export class RequestWatch implements Watch {
  readonly #visit: Visit;
  readonly #customer: string;
  readonly #edge: Edge;
  #underWay = 0;
  #isLooking = false;
  #cutBy: Cut | null = null;
  /** Told of the cut. */
  readonly #listeners: ((cut: Cut) => void)[] = [];
  /** Kept while nothing is under way: work in several steps is not checked less often than work in one. */
  #nextLookAtMs: number;

  constructor(visit: Visit, { site, passage }: Passed, edge: Edge) {
    this.#visit = visit;
    this.#customer = site.customer;
    this.#edge = edge;
    this.#nextLookAtMs = nextLookAtMs(passage, edge);
  }

  get cut(): Promise<Cut> {
    const { promise, resolve } = Promise.withResolvers<Cut>();
    this.#onCut(resolve);
    return promise;
  }

  #onCut(listener: (cut: Cut) => void): void {
    if (this.#cutBy === null) this.#listeners.push(listener);
    else listener(this.#cutBy);
  }

  during<Value>(work: Promise<Value>): Promise<Value> {
    this.#underWay += 1;
    const end = () => {
      this.#underWay -= 1;
    };
    work.then(end, end);
    if (!this.#isLooking) void this.#look();
    return work;
  }

  /**
   * What `work` comes to, or the cut that comes first. A check that is due when the work is done is made before it counts.
   * Checks before that are made only `during` those parts of the work that may take long.
   */
  async unlessCut<Value>(
    work: Promise<Value>,
  ): Promise<{ kind: "done"; value: Value } | { kind: "cut"; gate: Cut }> {
    const { promise, resolve, reject } = Promise.withResolvers<
      { kind: "done"; value: Value } | { kind: "cut"; gate: Cut }
    >();
    this.#onCut((cut) => resolve({ kind: "cut", gate: cut }));
    work.then((value) => resolve({ kind: "done", value }), reject);
    const first = await promise;
    if (first.kind === "cut") return first;
    const cut = this.#nextLookInMs() === 0 ? await this.#check() : null;
    return cut === null ? first : { kind: "cut", gate: cut };
  }

  async #look(): Promise<void> {
    const { world } = this.#edge;
    this.#isLooking = true;
    for (;;) {
      await world.wait(this.#nextLookInMs());
      if (this.#underWay === 0) break;
      if ((await this.#check()) !== null) return;
    }
    this.#isLooking = false;
  }

  /** No look is further ahead than `watchMs`: where one seems to be, the clock was set back, and it is due. */
  #nextLookInMs(): number {
    const { world, config } = this.#edge;
    const aheadMs = this.#nextLookAtMs - world.nowMs();
    return aheadMs > Math.max(config.watchMs, 1) ? 0 : Math.max(aheadMs, 0);
  }

  async #check(): Promise<Cut | null> {
    const { world, config } = this.#edge;
    const now = await gate(this.#visit, this.#edge);
    switch (now.kind) {
      case "pass":
        this.#nextLookAtMs = nextLookAtMs(now.passage, this.#edge);
        return null;
      case "misconfigured":
      case "unavailable":
        this.#nextLookAtMs = world.nowMs() + Math.max(config.watchMs, 1);
        return null;
      case "refused":
      case "maintenance":
      case "unknown-host":
        this.#end(now);
        return now;
    }
  }

  #end(cut: Cut): void {
    if (this.#cutBy !== null) return;
    this.#cutBy = cut;
    this.#edge.world.observe({
      kind: "cut",
      host: this.#visit.host,
      customer: this.#customer,
    });
    for (const listener of this.#listeners) listener(cut);
  }
}

/** A drop that is announced is met at its very moment. */
function nextLookAtMs(
  passage: Passed["passage"],
  { config, world }: Edge,
): number {
  const regularlyMs = world.nowMs() + Math.max(config.watchMs, 1);
  return passage.kind === "notice"
    ? Math.min(regularlyMs, passage.sunsetAtMs)
    : regularlyMs;
}
