import { describe, expect, test } from "vitest";
import { textHash } from "../../src/customer/feed.ts";
import { Pops } from "../../src/registry/pops.ts";
import { drop, openOffice, openWithForum } from "./office.ts";
import { openSql } from "../../src/sim/memory-sql.ts";

const key = "customer:forum";

/** With a site of `forum`, published so long ago that nobody is told of it any more. */
async function opened() {
  const office = await openWithForum();
  const page = (after = 0) =>
    office.registry.feedAfter(after, office.clock.nowMs);
  return { ...office, page };
}

describe("the feed", () => {
  test("tells of a decision before KV has it, and of what it replaced", async () => {
    const office = await opened();
    const allowed = office.kv.text(key);
    expect(office.page()).toEqual({
      head: 1,
      floor: 2,
      entries: [],
      more: false,
    });
    await office.command(drop);
    const { entries, head } = office.page(1);
    expect(head).toBe(2);
    expect(entries).toEqual([
      {
        key,
        text: office.registry.look(key).text,
        seq: 2,
        supersedes: [textHash(allowed)],
      },
    ]);
    expect(office.page(2).entries).toEqual([]);
  });

  test("tells of it until three minutes after KV has confirmed it, however long that takes", async () => {
    const office = await opened();
    office.kv.fate = () => "failed";
    await office.command(drop);
    office.clock.nowMs += 3_600_000;
    expect(office.page().entries).toHaveLength(1);
    office.kv.fate = () => "written";
    await office.publish();
    office.clock.nowMs += 179_999;
    expect(office.page()).toMatchObject({ entries: [{ seq: 2 }], floor: 2 });
    office.clock.nowMs += 1;
    expect(office.page()).toMatchObject({ entries: [], floor: 3 });
  });

  test("knows all that a key said lately, but never what it says", async () => {
    const office = await opened();
    const allowed = office.kv.text(key);
    await office.command(drop);
    const dropped = office.registry.look(key).text;
    await office.command({ kind: "restore", customer: "forum" });
    const { entries } = office.page();
    expect(entries).toHaveLength(1);
    expect(entries[0]?.supersedes).toEqual(
      [allowed, dropped]
        .map(textHash)
        .filter((hash) => hash !== textHash(entries[0]?.text ?? null)),
    );
  });

  test("is silent about what stood in KV before, and about edits past the registry", async () => {
    const office = openOffice();
    for (let n = 0; n < 100; n += 1) office.kv.edit(`customer:c${n}`, "allow");
    await office.sweep();
    office.clock.nowMs += 600_000;
    office.kv.edit("customer:c1", "deny");
    await office.sweep();
    office.registry.settle("customer:c1", "adopted", {
      actor: "ann",
      nowMs: office.clock.nowMs,
    });
    expect(office.registry.feedAfter(0, office.clock.nowMs).entries).toEqual(
      [],
    );
  });

  test("has a reverted edit replaced", async () => {
    const office = await opened();
    const allowed = office.kv.text(key);
    office.kv.edit(key, "deny");
    await office.sweep();
    office.registry.settle(key, "reverted", {
      actor: "ann",
      nowMs: office.clock.nowMs,
    });
    expect(office.page().entries).toMatchObject([
      { key, text: allowed, supersedes: [textHash("deny")] },
    ]);
  });

  test("comes in pages that miss nothing", async () => {
    const office = await opened();
    for (let n = 0; n < 300; n += 1)
      await office.command({
        kind: "drop",
        customer: `c${n}`,
        force: true,
        ground: "policy",
        reason: "x".repeat(n % 7 === 0 ? 400 : 10),
      });
    const keys: string[] = [];
    let after = 0;
    for (;;) {
      const { head, entries, more } = office.page(after);
      expect(entries.length).toBeLessThanOrEqual(64);
      keys.push(...entries.map((entry) => entry.key));
      expect(head).toBeGreaterThan(after);
      after = head;
      if (!more) break;
    }
    expect(new Set(keys).size).toBe(300);
    expect(keys).toHaveLength(300);
    expect(after).toBe(301);
  });

  test("outlives a restart", async () => {
    const office = await opened();
    await office.command(drop);
    const again = openOffice(office.sql);
    expect(again.registry.feedAfter(0, office.clock.nowMs)).toEqual(
      office.page(),
    );
  });
});

describe("what PoPs hold", () => {
  const startMs = 1_000_000;

  test("is by their own word, and since they said so first", () => {
    const pops = new Pops(openSql());
    pops.hear("FRA", 4, startMs);
    pops.hear("SIN", 4, startMs);
    pops.hear("FRA", 5, startMs + 1_000);
    pops.hear("FRA", 7, startMs + 2_000);
    // A new isolate asks from the beginning.
    pops.hear("FRA", 0, startMs + 2_500);
    expect(pops.holding(6, startMs + 3_000)).toEqual([
      {
        name: "FRA",
        state: "holds",
        sinceMs: startMs + 2_000,
        heardMs: startMs + 2_500,
      },
      { name: "SIN", state: "behind", sinceMs: null, heardMs: startMs },
    ]);
    expect(pops.holding(5, startMs + 3_000)[0]?.sinceMs).toBe(startMs + 1_000);
  });

  test("is not known of one that has not asked, and forgotten after a day", () => {
    const pops = new Pops(openSql());
    pops.hear("SIN", 4, startMs);
    expect(pops.holding(6, startMs + 10_001)).toMatchObject([
      { state: "silent" },
    ]);
    expect(pops.holding(6, startMs + 86_400_000)).toEqual([]);
  });

  test("outlives a restart", () => {
    const sql = openSql();
    const pops = new Pops(sql);
    pops.hear("FRA", 4, startMs);
    pops.hear("FRA", 5, startMs + 1_000);
    expect(new Pops(sql).holding(5, startMs + 2_000)).toMatchObject([
      { name: "FRA", state: "holds", sinceMs: startMs + 1_000 },
    ]);
  });
});
