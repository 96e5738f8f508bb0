import { describe, expect, test } from "vitest";
import { serveDemoSites } from "../../src/cli/demo/customers.ts";
import { planSeeds, seedKeys } from "../../src/cli/seeds.ts";
import type { Records } from "../../src/customer/apply-result.ts";
import { parseSite } from "../../src/customer/site.ts";
import { parseStanding } from "../../src/customer/standing.ts";
import { verdictAt } from "../../src/customer/decide.ts";

const shop = {
  id: "shop",
  host: "shop.localhost",
  origin: "http://127.0.0.1:5000",
  entry: "allow",
};
const host = "host:shop.localhost";
const customer = "customer:shop";
const ours = '{"customer":"shop","origins":["http://127.0.0.1:5000"]}';
const earlier = '{"customer":"shop","origins":["http://127.0.0.1:4000"]}';

type Row = [
  rule: string,
  found: Record<string, string>,
  changes: Record<string, string | null>,
];

function planned(found: Record<string, string>, demo: "kept" | "fresh") {
  const entries: Records = new Map(
    seedKeys([shop]).map((key) => [key, found[key] ?? null]),
  );
  return Object.fromEntries(planSeeds([shop], entries, demo));
}

describe("a kept demo", () => {
  test.each<Row>([
    ["fills an empty store", {}, { [host]: ours, [customer]: "allow" }],
    ["changes nothing twice", { [host]: ours, [customer]: "allow" }, {}],
    ["keeps a dropped customer", { [host]: ours, [customer]: "deny" }, {}],
    [
      "keeps an entry that cannot be read",
      { [host]: ours, [customer]: "dney" },
      {},
    ],
    ["keeps an empty entry", { [host]: ours, [customer]: "" }, {}],
    ["writes only what is missing", { [customer]: "deny" }, { [host]: ours }],
    [
      "renews the port of an earlier start",
      { [host]: earlier, [customer]: "deny" },
      { [host]: ours },
    ],
    [
      "keeps what an operator added to the record",
      {
        [host]:
          '{"customer":"shop","origins":["http://127.0.0.1:4000/"],"timeoutSeconds":5}',
        [customer]: "allow",
      },
      {
        [host]:
          '{"customer":"shop","origins":["http://127.0.0.1:5000"],"timeoutSeconds":5}',
      },
    ],
    [
      "renews a record that starts with a byte order mark",
      { [host]: `\ufeff${earlier}`, [customer]: "allow" },
      { [host]: ours },
    ],
    [
      "keeps a site that was moved elsewhere",
      {
        [host]: '{"customer":"shop","origins":["https://shop.example"]}',
        [customer]: "allow",
      },
      {},
    ],
    [
      "keeps a site that only looks like ours",
      {
        [host]: '{"customer":"shop","origins":["http://127.0.0.10:4000"]}',
        [customer]: "allow",
      },
      {},
    ],
    [
      "keeps a site that has two origins",
      {
        [host]:
          '{"customer":"shop","origins":["http://127.0.0.1:4000","http://127.0.0.1:4001"]}',
        [customer]: "allow",
      },
      {},
    ],
    [
      "keeps a site record that cannot be read",
      { [host]: "{", [customer]: "allow" },
      {},
    ],
    [
      "leaves purges and settings alone",
      { [host]: ours, [customer]: "allow", "purge:shop": "[]", edge: "{}" },
      {},
    ],
  ])("%s", (_, found, changes) => {
    expect(planned(found, "kept")).toEqual(changes);
  });
});

describe("a fresh demo", () => {
  test.each<Row>([
    ["fills an empty store", {}, { [host]: ours, [customer]: "allow" }],
    [
      "restores a dropped customer",
      { [host]: ours, [customer]: "deny" },
      { [customer]: "allow" },
    ],
    [
      "takes a moved site back",
      {
        [host]: '{"customer":"shop","origins":["https://shop.example"]}',
        [customer]: "allow",
      },
      { [host]: ours },
    ],
    [
      "ends purges and settings",
      { [host]: ours, [customer]: "allow", "purge:shop": "[]", edge: "{}" },
      { "purge:shop": null, edge: null },
    ],
  ])("%s", (_, found, changes) => {
    expect(planned(found, "fresh")).toEqual(changes);
  });
});

describe("the demo customers", async () => {
  const nowMs = Date.parse("2019-08-05T01:44:00Z");
  const customers = await serveDemoSites(nowMs);

  test.each([
    ["shop", "serve"],
    ["forum", "serve"],
    ["archive", "refuse"],
    ["club", "notice"],
  ])("%s starts with the verdict %s", (id, kind) => {
    const seeded = customers.find((one) => one.id === id);
    const standing = parseStanding(`customer:${id}`, seeded?.entry ?? "");
    const visit = {
      method: "GET",
      host: `${id}.localhost`,
      country: null,
      target: "/",
      upgrade: "none",
      content: "none",
    } as const;
    expect(
      standing.kind === "whole" &&
        verdictAt(standing.standing, visit, "allow", nowMs).kind,
    ).toBe(kind);
  });

  test("the archive's entry states all there is to state", () => {
    const entry = customers.find(({ id }) => id === "archive")?.entry ?? "";
    expect(parseStanding("customer:archive", entry)).toMatchObject({
      kind: "whole",
      standing: {
        ground: "policy",
        reason: expect.any(String),
        statement: Object.fromEntries(
          ["en", "fr", "de", "es", "pt", "ja", "ar"].map((tag) => [
            tag,
            expect.any(String),
          ]),
        ),
        reference: "N-0042",
        noticeUrl: expect.any(String),
        appealUrl: expect.any(String),
        offboardUntilMs: expect.any(Number),
      },
    });
  });

  test("have site records that the edge can read", () => {
    const records = planSeeds(customers, new Map(), "kept");
    for (const { id, host: name, origin } of customers) {
      const text = records.get(`host:${name}`) ?? "";
      expect(parseSite(`host:${name}`, text)).toMatchObject({
        ok: true,
        value: { customer: id, origins: [origin] },
      });
    }
  });
});
