import { describe, expect, test } from "vitest";
import { newIsolate } from "../../src/edge/isolate.ts";
import { malformedRows } from "../customer/malformed-table.ts";
import { ask, fieldOf, memoryEdge } from "../world.ts";

const shop = "http://shop.example/";
const key = "customer:shop";

/** What a visitor gets after `before` was read and the list says `text`. */
async function after(before: string | null, text: string) {
  const edge = memoryEdge();
  if (before === null) edge.world.list.delete(key);
  else {
    edge.world.list.set(key, before);
    await ask(edge, shop);
  }
  edge.world.list.set(key, text);
  edge.world.clockMs += 60_000;
  const reply = await ask(edge, shop);
  const said = edge.world.events.filter(
    (event) => event.kind === "record-malformed",
  );
  return { edge, reply, said };
}

/** The status of what holds, and of what held before. */
function statusOf(holds: string, before: string | null): number {
  switch (holds) {
    case "deny":
      return 403;
    case "allow":
    case "deny in 2030":
      return 200;
    case "before":
      return before === "deny" ? 403 : 200;
  }
  throw new Error(`the table says ${holds}`);
}

const rows = malformedRows();

test("the manual has a table of malformed entries", () => {
  expect(rows.length).toBeGreaterThan(80);
});

describe.each(["allow", "deny", null])(
  "where %s was known before",
  (before) => {
    test.each(rows.map((row) => [row.text, row.holds, row] as const))(
      "of %j holds: %s",
      async (text, holds, { isLogged }) => {
        const { reply, said } = await after(before, text);
        expect(reply.status).toBe(statusOf(holds, before));
        expect(fieldOf(reply, "Sunset") !== null).toBe(
          holds === "deny in 2030",
        );
        const what =
          holds === "before"
            ? `${key}: `
            : `; the verdict ${holds.replace(" in 2030", "")} holds`;
        const problem: unknown = expect.stringContaining(what);
        expect(said).toEqual(
          isLogged ? [{ kind: "record-malformed", key, problem }] : [],
        );
      },
    );
  },
);

test.each([
  ["its own ground", { ground: "legal", reason: 7 }, 451],
  ["403 where the ground cannot be read", { ground: "leagl" }, 403],
  ["402 for a bill", { ground: "billing", seq: -1 }, 402],
  ["503 until it ends", { ground: "?", endsAt: "2026-01-01T02:00:00Z" }, 503],
])("a denial that holds in part gets %s", async (_, members, status) => {
  const text = JSON.stringify({ verdict: "deny", ...members });
  const { reply } = await after("allow", text);
  expect(reply.status).toBe(status);
});

test("a denial whose offboardUntil cannot be read lets nothing through", async () => {
  const { edge, reply } = await after(
    "allow",
    '{"verdict":"deny","offboardUntil":"2026-02-01"}',
  );
  expect(reply.status).toBe(403);
  const challenge = `${shop}.well-known/acme-challenge/token`;
  expect((await ask(edge, challenge)).status).toBe(403);
});

test("a denial that holds in part holds in its scope", async () => {
  const scope = { countries: ["DE"] };
  const text = JSON.stringify({ verdict: "deny", scope, reason: 7 });
  const { edge, reply } = await after("allow", text);
  expect(reply.status).toBe(200);
  expect((await ask(edge, shop, { country: "DE" })).status).toBe(403);
});

test("a denial that holds in part is what was known before the next malformed entry", async () => {
  const { edge } = await after("allow", '{"verdict":"deny","ground":"polcy"}');
  edge.world.list.set(key, '{"verdict":"allow');
  edge.world.clockMs += 60_000;
  expect((await ask(edge, shop)).status).toBe(403);
  const other = { ...edge, isolate: newIsolate(edge.config) };
  expect((await ask(other, shop)).status).toBe(403);
});

test("a denial that holds in part is logged once, not once a request", async () => {
  const { edge } = await after("allow", '{"verdict":"deny","ground":"polcy"}');
  for (let n = 0; n < 5; n++) {
    edge.world.clockMs += 2000;
    await ask(edge, shop);
  }
  const said = edge.world.events.filter(
    (event) => event.kind === "record-malformed",
  );
  expect(said).toEqual([
    {
      kind: "record-malformed",
      key,
      problem:
        'customer:shop: "ground" is "polcy"; expected one of policy, security, billing, legal, maintenance, request; the verdict deny holds, without "ground"',
    },
  ]);
});

test("a malformed entry of one customer touches no other", async () => {
  for (const { text } of rows) {
    const edge = memoryEdge();
    edge.world.list.set(
      "host:forum.example",
      '{"customer":"forum","origins":["https://origin.forum.example"]}',
    );
    edge.world.list.set("customer:forum", "allow");
    edge.world.list.set(key, text);
    await ask(edge, shop);
    expect((await ask(edge, "http://forum.example/")).status).toBe(200);
  }
});
