import { describe, expect, test } from "vitest";
import { secretHash } from "../../src/registry/registry.ts";
import { drop, openOffice, openWithForum, site } from "./office.ts";

type Office = Awaited<ReturnType<typeof openWithForum>>;

const kinds = (office: Office) => office.entries().map(({ kind }) => kind);

describe("a command", () => {
  test("is entered with who gave it, what it changed and what was before, and comes to KV", async () => {
    const office = await openWithForum();
    const done = await office.command(drop, { actor: "bea" });
    expect(done).toMatchObject({ kind: "done", seq: 2 });
    expect(office.entries()[1]).toMatchObject({
      seq: 2,
      at: "2026-06-01T12:10:00.000Z",
      actor: "bea",
      kind: "commanded",
      command: drop,
      before: { "customer:forum": '{"verdict":"allow","seq":1}' },
    });
    expect(office.kv.text("customer:forum")).toContain("allow");
    expect(office.registry.look("customer:forum").state).toBe("pending");
    await office.publish();
    expect(office.kv.text("customer:forum")).toContain('"deny"');
    expect(office.registry.look("customer:forum").state).toBe("synced");
  });

  test("that is refused, malformed or only tried out enters nothing", async () => {
    const office = await openWithForum();
    expect(
      await office.command({ kind: "restore", customer: "forum" }),
    ).toMatchObject({ kind: "refused", because: "already-served" });
    expect(await office.command({ kind: "dorp" })).toMatchObject({
      kind: "malformed",
    });
    expect(await office.command({ ...drop, customer: "forun" })).toMatchObject({
      kind: "refused",
      because: "unknown",
    });
    expect(await office.command(drop, { dryRun: true })).toMatchObject({
      kind: "planned",
      seq: null,
    });
    expect(kinds(office)).toEqual(["commanded"]);
  });

  test("given twice with one key is carried out once, and another with that key is refused", async () => {
    const office = await openWithForum();
    const terms = { idempotencyKey: "k" };
    const first = await office.command(drop, terms);
    office.clock.nowMs += 1000;
    expect(await office.command(drop, terms)).toEqual(first);
    expect(await office.command(site, terms)).toMatchObject({
      kind: "reused-key",
    });
    // A key is its giver's own.
    expect(
      await office.command(
        { kind: "restore", customer: "forum" },
        { idempotencyKey: "k", actor: "bea" },
      ),
    ).toMatchObject({ kind: "done" });
    expect(kinds(office)).toEqual(["commanded", "commanded", "commanded"]);
  });

  test("of two officers at once, one is told that it has changed", async () => {
    const office = await openWithForum();
    const seen = await office.command(drop, { dryRun: true });
    const ifMatch = "version" in seen ? seen.version : "";
    const suspend = {
      ...drop,
      kind: "suspend",
      endsAt: "2026-07-01T00:00:00Z",
    };
    const results = await Promise.all([
      office.command(drop, { ifMatch, actor: "ann" }),
      office.command(suspend, { ifMatch, actor: "bea" }),
    ]);
    expect(results.map(({ kind }) => kind)).toEqual(["done", "changed"]);
    expect(kinds(office)).toEqual(["commanded", "commanded"]);
  });

  test("keeps why it was given where it can be erased", async () => {
    const office = await openWithForum();
    await office.command(drop, { cause: "A call from Mr Smith" });
    const [, entry] = office.entries();
    const kept = office.registry.causeOf(entry.cause);
    expect(kept?.text).toBe("A call from Mr Smith");
    expect(secretHash(kept?.salt ?? "", kept?.text ?? "")).toBe(entry.cause);
    const root = office.registry.ledger.find(2);
    const by = { actor: "ann", nowMs: office.clock.nowMs };
    expect(office.registry.redact(2, "GDPR", by)).toEqual({ seq: 3 });
    expect(office.registry.causeOf(entry.cause)).toBeNull();
    expect(office.registry.ledger.find(2)).toEqual(root);
    expect(office.registry.redact(2, "again", by)).toHaveProperty("problem");
    expect(JSON.stringify(office.entries())).not.toContain("Smith");
  });
});

test("a hundred commands at once are entered one after the other", async () => {
  const office = await openWithForum();
  const add = (n: number) => ({
    kind: "add",
    host: `h${n}.example`,
    site: { customer: `c${n % 10}`, origins: ["https://o.example"] },
  });
  await Promise.all(
    Array.from({ length: 100 }, (_, n) => office.command(add(n))),
  );
  expect(office.entries().map(({ seq }) => seq)).toEqual(
    Array.from({ length: 101 }, (_, n) => n + 1),
  );
  await office.publish();
  expect(
    [...office.kv.values.keys()].filter((key) => key.startsWith("host:")),
  ).toHaveLength(101);
});

describe("undo", () => {
  test("of a drop serves the customer again, with a higher number", async () => {
    const office = await openWithForum();
    await office.command(drop);
    expect(await office.undo(2)).toMatchObject({ kind: "done", seq: 3 });
    const { text } = office.registry.look("customer:forum");
    expect(JSON.parse(text ?? "")).toMatchObject({ verdict: "allow", seq: 3 });
    expect(office.entries()[2]).toMatchObject({ kind: "undone", undoes: 2 });
  });

  test("of an undo, or of a restore, denies again on the same terms", async () => {
    const office = await openWithForum();
    await office.command(drop);
    await office.undo(2);
    await office.undo(3);
    const { text } = office.registry.look("customer:forum");
    expect(JSON.parse(text ?? "")).toMatchObject({
      verdict: "deny",
      ground: "policy",
      reason: "Phishing",
      seq: 4,
    });
  });

  test("of a new site takes it out, and of its removal brings it back as it was", async () => {
    const office = await openWithForum();
    const before = office.registry.look("host:forum.example").text;
    await office.command({ kind: "remove", host: "forum.example" });
    await office.undo(2);
    expect(office.registry.look("host:forum.example").text).toBe(before);
    await office.undo(1);
    expect(office.registry.look("host:forum.example").text).toBeNull();
  });

  test("asks where the key has changed since, and where a legal demand would go", async () => {
    const office = await openWithForum();
    await office.command(drop);
    await office.command({ ...drop, reason: "Other" });
    expect(await office.undo(2)).toMatchObject({ because: "changed-since" });
    await office.command({
      kind: "withhold",
      customer: "forum",
      authority: { name: "A court" },
      force: true,
    });
    expect(await office.undo(4)).toMatchObject({ because: "by-order" });
    expect(await office.undo(4, true)).toMatchObject({ kind: "done" });
  });

  test("of a purge, of what changed nothing and of no entry is refused", async () => {
    const office = await openWithForum();
    await office.command({ kind: "purge", customer: "forum", what: "all" });
    expect(await office.undo(2)).toMatchObject({ because: "final" });
    expect(await office.undo(9)).toMatchObject({ kind: "malformed" });
  });
});

describe("an edit past the registry", () => {
  test.each([
    ["typed in full", '{"verdict":"deny","ground":"policy"}'],
    ["with a typo", "dney"],
    ["that deletes the key", null],
  ])("%s is found once, shown and not undone", async (_, text) => {
    const office = await openWithForum();
    office.kv.edit("customer:forum", text);
    await office.sweep();
    await office.sweep();
    await office.publish();
    expect(office.entries().at(-1)).toMatchObject({
      seq: 2,
      actor: "kv",
      kind: "observed",
      key: "customer:forum",
      text,
    });
    expect(kinds(office)).toHaveLength(2);
    expect(office.kv.text("customer:forum")).toBe(text);
    expect(office.registry.look("customer:forum")).toMatchObject({
      text,
      state: "drifted",
    });
  });

  test("is adopted, or reverted", async () => {
    for (const how of ["adopted", "reverted"] as const) {
      const office = await openWithForum();
      const before = office.kv.text("customer:forum");
      office.kv.edit("customer:forum", "deny");
      await office.sweep();
      const by = { actor: "ann", nowMs: office.clock.nowMs };
      expect(office.registry.settle("customer:forum", how, by)).toEqual({
        seq: 3,
      });
      await office.publish();
      expect(office.kv.text("customer:forum")).toBe(
        how === "adopted" ? "deny" : before,
      );
      expect(office.registry.look("customer:forum").state).toBe("synced");
      expect(office.registry.settle("customer:forum", how, by)).toHaveProperty(
        "problem",
      );
      office.clock.nowMs += 600_000;
      await office.sweep();
      expect(kinds(office)).toHaveLength(3);
    }
  });

  test("that is taken back by hand is no drift any more", async () => {
    const office = await openWithForum();
    const before = office.kv.text("customer:forum");
    office.kv.edit("customer:forum", "deny");
    await office.sweep();
    office.kv.edit("customer:forum", before);
    await office.sweep();
    expect(office.registry.look("customer:forum").state).toBe("synced");
    expect(kinds(office)).toEqual(["commanded", "observed", "observed"]);
  });

  test("is adopted by a command that follows it, and judged by it", async () => {
    const office = await openWithForum();
    office.kv.edit("customer:forum", "deny");
    expect(
      await office.command({ kind: "restore", customer: "forum" }),
    ).toMatchObject({ kind: "done", before: { "customer:forum": "deny" } });
    expect(kinds(office)).toEqual([
      "commanded",
      "observed",
      "adopted",
      "commanded",
    ]);
  });

  test("is not seen in what KV shows late", async () => {
    const office = await openWithForum();
    const old = office.kv.text("customer:forum");
    await office.command(drop);
    await office.publish();
    office.kv.edit("customer:forum", old);
    office.clock.nowMs += 60_000;
    await office.sweep();
    expect(kinds(office)).toEqual(["commanded", "commanded"]);
  });

  test("of a key that the ledger does not know is one too, once the list is entered", async () => {
    const office = openOffice();
    office.kv.edit("customer:old", "allow");
    office.kv.pageSize = 1;
    office.kv.edit("host:old.example", "{}");
    await office.sweep();
    expect(office.registry.look("customer:old").state).toBe("synced");
    office.kv.edit("customer:new", "deny");
    await office.sweep();
    expect(office.registry.look("customer:new").state).toBe("drifted");
    expect(kinds(office)).toEqual(["imported", "imported", "observed"]);
  });
});

describe("publication", () => {
  test("writes a key once a second at most, and only the last of several texts", async () => {
    const office = await openWithForum();
    const from = office.kv.writes.length;
    await office.command(drop);
    await office.publish();
    await office.command({ kind: "restore", customer: "forum" });
    await office.command(drop);
    await office.publish();
    expect(office.kv.writes).toHaveLength(from + 1);
    office.clock.nowMs += 1000;
    await office.publish();
    expect(office.kv.writes).toHaveLength(from + 2);
    expect(office.kv.text("customer:forum")).toBe(
      office.registry.look("customer:forum").text,
    );
  });

  test.each(["failed", "too-many"] as const)(
    "of a write that %s is tried again, later and later",
    async (fate) => {
      const office = await openWithForum();
      office.kv.fate = (write) => (write <= 8 ? fate : "written");
      await office.command(drop);
      let tries = 0;
      while (office.registry.look("customer:forum").state === "pending") {
        await office.publish();
        expect(office.registry.subjects.backlog().writes).toBeLessThan(2);
        office.clock.nowMs =
          office.registry.subjects.nextDueMs() ?? office.clock.nowMs;
        expect((tries += 1)).toBeLessThan(20);
      }
      expect(office.kv.text("customer:forum")).toContain("deny");
      expect(office.clock.nowMs).toBeLessThan(Date.parse("2026-06-01T12:15Z"));
    },
  );

  test("that KV confirmed and lost is made again when a sweep sees it", async () => {
    const office = await openWithForum();
    office.kv.fate = () => "lost";
    await office.command(drop);
    await office.publish();
    expect(office.kv.text("customer:forum")).toContain("allow");
    office.kv.fate = () => "written";
    office.clock.nowMs += 600_000;
    await office.sweep();
    await office.publish();
    expect(office.kv.text("customer:forum")).toContain("deny");
    expect(kinds(office)).toEqual(["commanded", "commanded"]);
  });
});
