import { describe, expect, test } from "vitest";
import type { Records } from "../../src/customer/apply-result.ts";
import { apply } from "../../src/customer/apply.ts";
import { parseCommand } from "../../src/customer/command.ts";
import {
  formatDesiredList,
  parseDesiredList,
  settingsBeyondCommands,
  stepsTo,
  type DesiredList,
} from "../../src/customer/desired-list.ts";
import {
  defaultSettings,
  parseEdgeSettings,
} from "../../src/customer/settings.ts";

const nowMs = Date.UTC(2026, 10, 27, 12);

function desired(value: object): DesiredList {
  const parsed = parseDesiredList(value);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
}

/** The records of a list, read as apply reads them. */
function present(records: Records) {
  const part = (prefix: string) =>
    Object.fromEntries(
      [...records].flatMap(([key, text]) =>
        key.startsWith(prefix) && text !== null
          ? [[key.slice(prefix.length), JSON.parse(text)]]
          : [],
      ),
    );
  const { sites, customers } = desired({
    sites: part("host:"),
    customers: part("customer:"),
  });
  const settings = parseEdgeSettings("edge", records.get("edge") ?? "{}");
  if (!settings.ok) throw new Error(settings.problem);
  return { sites, customers, settings: settings.value };
}

/** What the list is after all that `stepsTo` orders, and what that was. */
function applied(
  value: object,
  records: Records,
  removal: "none" | "sites" = "none",
) {
  const list = new Map(records);
  const steps = stepsTo(desired(value), present(records), { nowMs, removal });
  for (const { command } of steps) {
    const parsed = parseCommand({ force: false, ...command });
    if (!parsed.ok) throw new Error(parsed.problem);
    const result = apply(list, parsed.value, nowMs);
    if (result.kind !== "applied") throw new Error(result.problem);
    for (const [key, text] of result.writes)
      if (text === null) list.delete(key);
      else list.set(key, text);
  }
  return { list, steps };
}

const origins = ["https://origin.example"];
const sites = { "shop.example": { customer: "shop", origins } };
const dark = { verdict: "deny", ground: "policy", reason: "Phishing" };
const legal = {
  verdict: "deny",
  ground: "legal",
  reason: "Order 7",
  authority: { name: "Court of Example" },
  scope: { countries: ["DE"] },
};

const full = {
  edge: { maintenance: { until: "2026-11-28T00:00:00.000Z" } },
  sites: {
    ...sites,
    "*.forum.example": {
      customer: "forum",
      origins,
      timeoutSeconds: 60,
      cache: { mode: "bypass" },
    },
  },
  customers: { shop: "allow", forum: dark, club: legal },
};

describe("a list that is brought to what a file says", () => {
  test.each<[string, object, object]>([
    ["from nothing", {}, full],
    ["with other members of a site", { sites }, full],
    [
      "with a denial that ends and one that is announced",
      full,
      {
        sites,
        customers: {
          shop: { ...dark, endsAt: "2026-11-29T00:00:00.000Z" },
          club: legal,
          new: { ...dark, effectiveAt: "2026-12-01T00:00:00.000Z" },
        },
      },
    ],
    [
      "served again",
      { sites, customers: { shop: dark } },
      { sites, customers: { shop: "allow" } },
    ],
    [
      "with maintenance ended",
      full,
      { edge: {}, sites: full.sites, customers: full.customers },
    ],
  ])("%s: nothing is left to change", (_, before, value) => {
    const { list } = applied(before, new Map());
    const after = applied(value, list).list;
    expect(applied(value, after).steps).toEqual([]);
  });

  test("who is to be dark is so before a site of theirs is added", () => {
    const { steps } = applied(full, new Map());
    const at = (key: string) => steps.findIndex((step) => step.key === key);
    expect(at("customer:forum")).toBeLessThan(at("host:*.forum.example"));
  });

  test("sites that the file does not have stay, unless they are to go; customers stay always", () => {
    const { list } = applied(full, new Map());
    expect(applied({ sites }, list).steps).toEqual([]);
    const { steps, list: pruned } = applied({ sites }, list, "sites");
    expect(steps).toMatchObject([{ command: { kind: "remove" } }]);
    expect([...pruned.keys()].toSorted()).toEqual([
      "customer:club",
      "customer:forum",
      "customer:shop",
      "edge",
      "host:shop.example",
    ]);
  });

  test("what a denial does not mention stays, and since when it holds too", () => {
    const first = applied({ customers: { shop: dark } }, new Map()).list;
    const later = applied(
      { customers: { shop: { ...dark, reference: "N-7" } } },
      first,
    );
    expect(later.steps).toMatchObject([{ what: "deny: reference" }]);
    expect(
      applied({ customers: { shop: { verdict: "deny" } } }, later.list).steps,
    ).toEqual([]);
  });

  test("a legal demand is not lifted without a question", () => {
    const { list } = applied({ customers: { club: legal } }, new Map());
    expect(() => applied({ customers: { club: "allow" } }, list)).toThrow(
      "stands on a legal demand",
    );
  });
});

test("a list that is written out reads back as it was", () => {
  const { list } = applied(full, new Map());
  const before = present(list);
  expect(desired(formatDesiredList(before))).toEqual({
    ...before,
    customers: new Map(
      [...before.customers].map(([id, standing]) => [
        id,
        standing.kind === "allow"
          ? { kind: "allow", effectiveAtMs: null, seq: null }
          : { ...standing, seq: null },
      ]),
    ),
  });
});

test("what no command changes is named", () => {
  const { settings } = desired({ edge: { failPolicy: "open" } });
  expect(settingsBeyondCommands(settings, defaultSettings)).toEqual([
    "failPolicy",
  ]);
});

test.each<[unknown, readonly string[], string]>([
  [null, [], "the list is null; expected sites, customers and edge"],
  [[1], [], "the list is a list"],
  [{ site: {} }, ["site"], "expected one of edge, sites, customers"],
  [{ sites: [] }, ["sites"], '"sites" is a list; expected an object'],
  [{ customers: "x" }, ["customers"], "expected an object"],
  [
    { sites: { "Shop.Example": {} } },
    ["sites", "Shop.Example"],
    "expected one such as shop.example",
  ],
  [
    { sites: { "shop.example": { customer: "shop" } } },
    ["sites", "shop.example"],
    'host:shop.example: "origins" is missing',
  ],
  [
    { customers: { Shop: "allow" } },
    ["customers", "Shop"],
    '"Shop" is no customer id',
  ],
  [
    { customers: { shop: "dney" } },
    ["customers", "shop"],
    'customer:shop: the value is "dney"',
  ],
  [{ customers: { shop: null } }, ["customers", "shop"], "the value is null"],
  [{ edge: { default: "x" } }, ["edge"], '"default" is "x"'],
])("%j is no list, and its place is said", (value, path, problem) => {
  expect(parseDesiredList(value)).toEqual({
    ok: false,
    path,
    problem: expect.stringContaining(problem),
  });
});
