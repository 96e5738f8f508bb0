import { describe, expect, test } from "vitest";
import { apply } from "../../src/customer/apply.ts";
import type { Command } from "../../src/customer/command.ts";
import { stateOf } from "../../src/customer/state.ts";
import { command, nowMs, writesOf } from "./ordered.ts";

const past = "2026-05-01T00:00:00Z";
const soon = "2026-07-01T00:00:00Z";
const later = "2026-08-01T00:00:00Z";
const court = { name: "Regional Court of Example" };

/** An entry of customer `forum` in each state, as judged at `nowMs`. */
const entries = {
  absent: null,
  malformed: '{"verdict":"dney","seq":7}',
  allowed: '{"verdict":"allow","seq":7}',
  noticed: deny({ effectiveAt: soon }),
  "noticed by order": deny({
    ground: "legal",
    authority: court,
    effectiveAt: soon,
  }),
  dropped: deny({ effectiveAt: past }),
  "dropped in part": deny({
    scope: { hosts: ["a.example"], countries: ["DE", "AT"] },
  }),
  suspended: deny({ endsAt: soon }),
  withheld: deny({ ground: "legal", authority: court }),
  ended: deny({ effectiveAt: past, endsAt: "2026-06-01T12:00:00Z" }),
  "noticed, flawed": deny({ effectiveAt: soon, reason: 7 }),
  "dropped, flawed": deny({ ground: "leagl" }),
  "withheld, flawed": deny({ ground: "legal", authority: "a court" }),
};
type Entry = keyof typeof entries;

/** The list around it. */
const sites = {
  "host:a.example": site("forum"),
  "host:*.forum.example": site("forum"),
  "host:shop.example": site("shop"),
};

function site(customer: string): string {
  return JSON.stringify({ customer, origins: ["https://origin.example"] });
}

function deny(members: object): string {
  return JSON.stringify({ verdict: "deny", seq: 7, ...members });
}

const orders = {
  notice: { effectiveAt: soon },
  drop: {},
  "drop, later": { kind: "drop", effectiveAt: soon },
  "drop, less": {
    kind: "drop",
    scope: { hosts: ["a.example"], countries: ["DE"] },
  },
  suspend: { endsAt: later },
  "suspend, later": { kind: "suspend", effectiveAt: soon, endsAt: later },
  withhold: { authority: court },
  "withhold, less": {
    kind: "withhold",
    authority: court,
    scope: { countries: ["DE"] },
  },
  restore: {},
};
type Order = keyof typeof orders;

function order(name: Order, more: object = {}): Command {
  return command({ kind: name, customer: "forum", ...orders[name], ...more });
}

/** The state after each order, or the refusal: a row per state, a column per order. */
const machine = `
                  notice        drop          drop, later   drop, less    suspend       suspend, later  withhold   withhold, less  restore
absent            noticed       dropped       noticed       dropped       suspended     noticed         withheld   withheld        allowed
allowed           noticed       dropped       noticed       dropped       suspended     noticed         withheld   withheld        already-served!
ended             noticed       dropped       noticed       dropped       suspended     noticed         withheld   withheld        allowed
noticed           noticed       dropped       noticed       dropped       suspended     noticed         withheld   withheld        allowed
noticed by order  by-order!     by-order!     by-order!     by-order!     by-order!     by-order!       withheld   withheld        by-order!
dropped           serves-again! dropped       serves-again! serves-again! suspended     serves-again!   withheld   serves-again!   allowed
dropped in part   serves-again! dropped       serves-again! serves-again! suspended     serves-again!   withheld   serves-again!   allowed
suspended         serves-again! dropped       serves-again! serves-again! suspended     serves-again!   withheld   serves-again!   allowed
withheld          by-order!     by-order!     by-order!     by-order!     by-order!     by-order!       withheld   serves-again!   by-order!
malformed         malformed!    malformed!    malformed!    malformed!    malformed!    malformed!      malformed! malformed!      malformed!
noticed, flawed   malformed!    malformed!    malformed!    malformed!    malformed!    malformed!      malformed! malformed!      allowed
dropped, flawed   serves-again! malformed!    serves-again! serves-again! malformed!    serves-again!   malformed! serves-again!   allowed
withheld, flawed  by-order!     by-order!     by-order!     by-order!     by-order!     by-order!       malformed! serves-again!   by-order!
`;
const [orderNames = [], ...rows] = machine
  .trim()
  .split("\n")
  .map((line) => line.trim().split(/ {2,}|(?<=!) /));
const cells = rows.flatMap(([entry = "", ...outcomes]) =>
  orderNames.map((name, at) => [entry, name, outcomes[at] ?? ""] as const),
);

test("the machine has every state and every order", () => {
  expect(new Set(rows.map(([entry]) => entry))).toEqual(
    new Set(Object.keys(entries)),
  );
  expect(orderNames).toEqual(Object.keys(orders));
});

test.each(cells)("%s, %s: %s", (entry, name, expected) => {
  expect(outcome(entry as Entry, order(name as Order))).toBe(expected);
});

test.each(
  cells.filter(([, , expected]) => /^(malformed|by|serves)/.test(expected)),
)("%s, %s: not %s when forced", (entry, name) => {
  const forced = outcome(entry as Entry, order(name as Order, { force: true }));
  expect(forced).toBe(outcome("absent", order(name as Order)));
});

test.each(cells.filter(([, , expected]) => !expected.endsWith("!")))(
  "%s, %s: %s, counted one further",
  (entry, name) => {
    const text = write(entries[entry as Entry], order(name as Order));
    expect(JSON.parse(text).seq).toBe(entry === "absent" ? 1 : 8);
  },
);

test.each([
  ["a malformed record", entries.malformed],
  ["a flawed one", deny({ ground: "leagl" })],
  ["one whose number is in quotes", deny({ seq: "7" })],
])("what %s says of its number still counts", (_, entry) => {
  for (const name of ["drop", "restore"] as const) {
    const text = write(entry, order(name, { force: true }));
    expect(JSON.parse(text).seq).toBe(8);
  }
});

test.each([
  [
    "malformed",
    "drop",
    /^customer:forum: "verdict" is "dney"; expected allow or deny$/,
  ],
  ["allowed", "restore", /^customer:forum says allow already$/],
  ["dropped", "notice", /served again until 2026-07-01T00:00:00\.000Z$/],
  ["dropped", "drop, less", /outside this scope/],
  ["withheld", "drop", /legal demand of Regional Court of Example/],
] as const)("%s, %s: the refusal says why", (entry, name, why) => {
  const records = recordsWith(entries[entry]);
  expect(apply(records, order(name), nowMs)).toMatchObject({
    problem: expect.stringMatching(why),
  });
});

test.each([
  [
    "a notice of this very moment",
    "notice",
    { effectiveAt: "2026-06-01T12:00:00Z" },
  ],
  ["a notice of what has passed", "notice", { effectiveAt: past }],
  [
    "a suspension that ends at this very moment",
    "suspend",
    { endsAt: "2026-06-01T12:00:00Z" },
  ],
  ["a demand that has ended", "withhold", { endsAt: past }],
] as const)("%s is refused, forced or not", (_, name, members) => {
  expect(outcome("allowed", order(name, members))).toBe("past!");
  expect(outcome("allowed", order(name, { ...members, force: true }))).toBe(
    "past!",
  );
});

test("a denial without a moment holds from the one at which it is applied", () => {
  expect(write(null, order("drop"))).toBe(
    '{"verdict":"deny","effectiveAt":"2026-06-01T12:00:00.000Z","seq":1}',
  );
});

describe("a denial of a customer who is denied already", () => {
  const billing = {
    ground: "billing",
    reason: "Invoice 7",
    reference: "N-1",
    noticeUrl: "https://edge.example/n-1",
    appealUrl: "https://edge.example/appeals",
  };

  test("keeps what it does not mention, and since when it holds", () => {
    const before = deny({ ...billing, effectiveAt: past });
    const more = { reason: "Invoices 7 and 8" };
    expect(JSON.parse(write(before, order("suspend", more)))).toEqual({
      verdict: "deny",
      ...billing,
      ...more,
      effectiveAt: "2026-05-01T00:00:00.000Z",
      endsAt: "2026-08-01T00:00:00.000Z",
      seq: 8,
    });
  });

  test("brings an announced one forward, with all that was announced", () => {
    const before = deny({ ...billing, effectiveAt: soon });
    expect(JSON.parse(write(before, order("drop")))).toEqual({
      verdict: "deny",
      ...billing,
      effectiveAt: "2026-06-01T12:00:00.000Z",
      seq: 8,
    });
  });

  test("says no moment where the one before said none", () => {
    expect(JSON.parse(write("deny", order("drop")))).toEqual({
      verdict: "deny",
      seq: 1,
    });
  });

  test("on another ground asks before texts go that it does not say anew", () => {
    const before = deny({ ...billing, effectiveAt: past });
    const policy = { ground: "policy", reason: "Phishing", reference: "N-2" };
    const asked = apply(recordsWith(before), order("drop", policy), nowMs);
    expect(asked).toEqual({
      kind: "refused",
      because: "discards",
      problem:
        "customer:forum is denied on the ground billing, and with another one its noticeUrl, appealUrl would go",
    });
    const forced = order("drop", { ...policy, force: true });
    expect(JSON.parse(write(before, forced))).toEqual({
      verdict: "deny",
      ...policy,
      effectiveAt: "2026-06-01T12:00:00.000Z",
      seq: 8,
    });
  });
});

test.each([
  ["shop.example", "shop.example is a site of shop, not of forum"],
  [
    "b.example",
    "the list has no site b.example, so this would darken nothing there",
  ],
  [
    "*.shop.example",
    "the list has no site *.shop.example, so this would darken nothing there",
  ],
])(
  "a denial of %s, which is not the customer's, is refused",
  (host, problem) => {
    const scope = { hosts: ["a.example", host] };
    expect(
      apply(recordsWith(entries.allowed), order("drop", { scope }), nowMs),
    ).toEqual({ kind: "refused", because: "not-theirs", problem });
    const forced = order("drop", { scope, force: true });
    expect(JSON.parse(write(entries.allowed, forced)).scope).toEqual(scope);
  },
);

test("a denial that would have begun before it was decided is asked about", () => {
  const effectiveAt = "2026-05-31T12:00:00.000Z";
  const given = order("drop", { effectiveAt });
  expect(apply(recordsWith(entries.allowed), given, nowMs)).toEqual({
    kind: "refused",
    because: "backdated",
    problem: `customer:forum would be denied at once, and said to have been since ${effectiveAt}; it is 2026-06-01T12:00:00.000Z`,
  });
  const forced = order("drop", { effectiveAt, force: true });
  expect(JSON.parse(write(entries.allowed, forced))).toMatchObject({
    effectiveAt,
  });
});

test("a host below the customer's wildcard is the customer's", () => {
  const scope = { hosts: ["x.forum.example", "*.forum.example"] };
  expect(
    JSON.parse(write(entries.allowed, order("drop", { scope }))).scope,
  ).toEqual(scope);
});

test("a restored customer's entry says since when", () => {
  expect(write(entries.dropped, order("restore"))).toBe(
    '{"verdict":"allow","effectiveAt":"2026-06-01T12:00:00.000Z","seq":8}',
  );
});

function recordsWith(entry: string | null) {
  return new Map(Object.entries({ ...sites, "customer:forum": entry }));
}

function outcome(entry: Entry, ordered: Command): string {
  const records = recordsWith(entries[entry]);
  const result = apply(records, ordered, nowMs);
  if (result.kind === "refused") return `${result.because}!`;
  const text = result.writes.get("customer:forum") ?? null;
  return stateOf("forum", text, nowMs).kind;
}

/** The customer's entry after a command that is not refused. */
function write(entry: string | null, ordered: Command): string {
  const writes = writesOf({ ...sites, "customer:forum": entry }, ordered);
  return writes.get("customer:forum") ?? "";
}
