import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseCommand } from "../../src/customer/command.ts";
import { bareDenial } from "../../src/customer/standing.ts";

const site = { customer: "shop", origins: ["https://origin.example"] };

test.each([
  [
    { kind: "drop", customer: "forum", ground: "policy", reason: "Spam" },
    {
      kind: "deny",
      verb: "drop",
      customer: "forum",
      denial: { ...bareDenial, ground: "policy", reason: "Spam" },
      force: false,
    },
  ],
  [
    {
      kind: "withhold",
      customer: "forum",
      authority: { name: "Court" },
      scope: { countries: ["de"] },
      force: true,
    },
    {
      kind: "deny",
      verb: "withhold",
      customer: "forum",
      denial: {
        ...bareDenial,
        ground: "legal",
        authority: { name: "Court", law: null, jurisdiction: null, url: null },
        scope: { hosts: null, countries: ["DE"] },
      },
      force: true,
    },
  ],
  [
    { kind: "change", host: "Shop.Example.", changes: { timeoutSeconds: 5 } },
    {
      kind: "change",
      host: "shop.example",
      changes: { timeoutSeconds: 5 },
      force: false,
    },
  ],
  [
    {
      kind: "change",
      host: "shop.example",
      changes: { originHost: "visitor" },
    },
    {
      kind: "change",
      host: "shop.example",
      changes: { originHost: { kind: "visitor" } },
      force: false,
    },
  ],
  [
    { kind: "change", host: "shop.example", changes: { timeoutSeconds: null } },
    {
      kind: "change",
      host: "shop.example",
      changes: { timeoutSeconds: 30 },
      force: false,
    },
  ],
  [
    { kind: "purge", customer: "shop", what: { host: "shop.example" } },
    {
      kind: "purge",
      customer: "shop",
      atMs: null,
      what: { kind: "host", host: "shop.example" },
      how: "hard",
      force: false,
    },
  ],
  [
    { kind: "restore", customer: "forum" },
    { kind: "restore", customer: "forum", force: false },
  ],
  [
    { kind: "remove", host: "*.shop.example" },
    { kind: "remove", host: "*.shop.example", force: false },
  ],
])("%j is a command", (given, value) => {
  expect(parseCommand(given)).toEqual({ ok: true, value });
});

test.each([
  [undefined, 'command: the value is ""; expected an object'],
  [5, "command: the value is 5; expected an object"],
  [{}, '"kind" is missing; expected one of add, change, remove'],
  [{ kind: "dorp", customer: "forum" }, '"kind" is "dorp"; expected one of'],
  [{ kind: "drop" }, '"customer" is missing; expected a customer id'],
  [
    { kind: "drop", customer: "forum", effectivAt: "x" },
    '"effectivAt" is an unexpected member; expected perhaps "effectiveAt"',
  ],
  [
    { kind: "drop", customer: "forum", seq: 3 },
    '"seq" is an unexpected member',
  ],
  [
    { kind: "drop", customer: "forum", verdict: "allow" },
    '"verdict" is an unexpected member',
  ],
  [
    { kind: "drop", customer: "forum", ground: "polcy" },
    'customer:forum: "ground" is "polcy"; expected one of policy',
  ],
  [
    { kind: "drop", customer: "forum", ground: "legal" },
    "withhold is the command",
  ],
  [
    { kind: "drop", customer: "forum", endsAt: "2026-01-01T00:00:00Z" },
    "suspend is the command",
  ],
  [{ kind: "suspend", customer: "forum" }, '"endsAt" is missing'],
  [{ kind: "notice", customer: "forum" }, '"effectiveAt" is missing'],
  [{ kind: "withhold", customer: "forum" }, '"authority" is missing'],
  [
    {
      kind: "withhold",
      customer: "forum",
      authority: { name: "C" },
      ground: "policy",
    },
    '"ground" is "policy"; expected "legal" or none',
  ],
  [
    { kind: "add", host: "a/b", site },
    '"host" is "a/b"; expected a host such as',
  ],
  [
    { kind: "add", host: "shop.example" },
    "host:shop.example: the value is null",
  ],
  [
    { kind: "add", host: "shop.example", site: { ...site, orgins: [] } },
    'perhaps "origins"',
  ],
  [
    { kind: "change", host: "shop.example" },
    '"changes" is missing; expected an object',
  ],
  [
    { kind: "change", host: "shop.example", changes: { customer: "A B" } },
    '"customer" is "A B"',
  ],
  [{ kind: "restore", customer: "forum", force: "yes" }, '"force" is "yes"'],
  [
    { kind: "purge", customer: "shop", what: "everything" },
    'purge:shop: "what" is "everything"',
  ],
])("%j is none: %s", (given, problem) => {
  expect(parseCommand(given)).toEqual({
    ok: false,
    problem: expect.stringContaining(problem),
  });
});

test("nothing makes the parser throw", () => {
  const cycle: { kind: string; site?: unknown } = { kind: "add" };
  cycle.site = cycle;
  expect(parseCommand(cycle).ok).toBe(false);
  expect(parseCommand({ kind: "drop", customer: 1n }).ok).toBe(false);
  fc.assert(fc.property(fc.anything(), (value) => !parseCommand(value).ok));
});
