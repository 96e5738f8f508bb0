import { newSecretKey, parseSecretKey } from "../../src/registry/checkpoint.ts";
import { publish, signHead } from "../../src/registry/publish.ts";
import {
  Registry,
  type Order,
  type OrderTerms,
} from "../../src/registry/registry.ts";
import { sweep, sweepStart } from "../../src/registry/sweep.ts";
import { MemoryKv } from "./kv.ts";
import { openSql } from "../../src/sim/memory-sql.ts";

const startMs = Date.parse("2026-06-01T12:00:00Z");

const secret = await newSecretKey("test", new Uint8Array(32).fill(7));
const parsed = await parseSecretKey(secret);
if (!parsed.ok) throw new Error(parsed.problem);
export const signer = parsed.value;

/** A registry with its KV, in a time of its own. */
export function openOffice(sql = openSql()) {
  const clock = { nowMs: startMs };
  const kv = new MemoryKv(() => clock.nowMs);
  const registry = new Registry(sql, { settlesMs: 120_000 });
  let salt = 0;
  const office = {
    sql,
    clock,
    kv,
    registry,
    async order(order: Order, terms: Partial<OrderTerms> = {}) {
      const found = await kv.read(registry.keysFor(order));
      return registry.carryOut(
        order,
        {
          actor: "ann",
          idempotencyKey: null,
          ifMatch: null,
          cause: null,
          dryRun: false,
          ...terms,
        },
        found.ok ? found.value : new Map(),
        { nowMs: clock.nowMs, salt: `salt ${salt++}` },
      );
    },
    command: (command: object, terms: Partial<OrderTerms> = {}) =>
      office.order({ kind: "command", command }, terms),
    undo: (seq: number, force = false) =>
      office.order({ kind: "undo", seq, force }),
    async publish() {
      await publish(registry, kv, {
        nowMs: () => clock.nowMs,
        random: () => 0.5,
      });
      await signHead(registry, signer);
    },
    async sweep() {
      let at = sweepStart;
      for (;;) {
        const swept = await sweep(registry, kv, at, () => clock.nowMs);
        if (swept.kind !== "more") return swept;
        at = swept.at;
      }
    },
    entries: () =>
      registry.ledger.after(0, 1_000_000).map(({ text }) => JSON.parse(text)),
  };
  return office;
}

/** With a site of `forum`, published so long ago that KV has settled, and all that stood in KV entered. */
export async function openWithForum() {
  const office = openOffice();
  await office.sweep();
  await office.command(site);
  await office.publish();
  office.clock.nowMs += 600_000;
  return office;
}

export const site = {
  kind: "add",
  host: "forum.example",
  site: { customer: "forum", origins: ["https://origin.example"] },
};
export const drop = {
  kind: "drop",
  customer: "forum",
  ground: "policy",
  reason: "Phishing",
};
