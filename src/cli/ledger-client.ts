import * as v from "valibot";
import type { Parsed } from "../parse/parsed.ts";
import type { Order } from "../registry/registry.ts";
import type { RegistryClient, Reply } from "./registry-client.ts";

const texts = v.record(v.string(), v.nullable(v.string()));
const orderAnswer = v.object({
  seq: v.nullable(v.number()),
  before: texts,
  writes: texts,
  version: v.string(),
  isConfirmed: v.boolean(),
});
const entered = v.object({ seq: v.number() });
const driftAnswer = v.object({
  drifted: v.array(
    v.object({
      key: v.string(),
      ledger: v.nullable(v.string()),
      found: v.nullable(v.string()),
    }),
  ),
});

const instantText = v.pipe(
  v.string(),
  v.transform((text) => Date.parse(text)),
  v.number(),
);
const propagation = v.object({
  key: v.string(),
  text: v.nullable(v.string()),
  seq: v.number(),
  at: instantText,
  actor: v.string(),
  confirmedAt: v.nullable(instantText),
  pops: v.array(
    v.object({
      name: v.string(),
      state: v.picklist(["holds", "behind", "silent"]),
      since: v.nullable(instantText),
      heard: instantText,
    }),
  ),
});

const sinceAnswer = v.object({
  records: v.array(
    v.object({ key: v.string(), since: v.nullable(instantText) }),
  ),
});
/** What the API takes at once. */
const keysAtOnce = 1000;

/** How far a change has come; instants in milliseconds since the epoch. */
export type Propagation = v.InferOutput<typeof propagation>;

export type OrderAnswer = v.InferOutput<typeof orderAnswer>;
type Drifted = v.InferOutput<typeof driftAnswer>["drifted"][number];

/** What only a registry can do: enter decisions, and tell of them. */
export class LedgerClient {
  readonly client: RegistryClient;

  constructor(client: RegistryClient) {
    this.client = client;
  }

  /** What an order would write. */
  plan(order: Order): Promise<Reply<OrderAnswer>> {
    return this.client.post("/v1/orders", { order, dryRun: true }, orderAnswer);
  }

  /** Carries an order out once, if what was looked at has not changed. */
  carryOut(
    order: Order,
    { version, cause }: { version: string; cause: string | null },
  ): Promise<Reply<OrderAnswer>> {
    return this.client.post("/v1/orders", { order, cause }, orderAnswer, {
      "Idempotency-Key": crypto.randomUUID(),
      "If-Match": `"${version}"`,
    });
  }

  /** Ends the drift of a key. */
  settle(
    key: string,
    how: "adopt" | "revert",
  ): Promise<Reply<{ seq: number }>> {
    return this.client.post("/v1/drift", { key, how }, entered);
  }

  /** How far the last change about a customer has come. */
  propagation(customer: string): Promise<Reply<Propagation>> {
    return this.client.get("/v1/propagation", { customer }, propagation);
  }

  /** Since when keys hold what they hold, in milliseconds since the epoch; those that it is not known of are absent. */
  async sinceOf(keys: readonly string[]): Promise<Parsed<Map<string, number>>> {
    const found = new Map<string, number>();
    for (let start = 0; start < keys.length; start += keysAtOnce) {
      const some = keys.slice(start, start + keysAtOnce);
      const path = "/v1/records/read";
      const page = await this.client.post(path, { keys: some }, sinceAnswer);
      if (page.kind !== "answered") return { ok: false, problem: page.problem };
      for (const { key, since } of page.value.records)
        if (since !== null) found.set(key, since);
    }
    return { ok: true, value: found };
  }

  async drifted(): Promise<Parsed<readonly Drifted[]>> {
    const reply = await this.client.get("/v1/drift", {}, driftAnswer);
    return reply.kind === "answered"
      ? { ok: true, value: reply.value.drifted }
      : { ok: false, problem: reply.problem };
  }
}
