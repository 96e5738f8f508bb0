import { expect, test } from "vitest";
import { Providers } from "../../src/sim/providers.ts";

/** As on 5 August 2019: the second provider hangs on a supplier, which carries others too. */
const parties = () =>
  new Providers([
    { name: "first", supplier: null },
    { name: "second", supplier: "network" },
    { name: "bystander", supplier: "second" },
    { name: "unconcerned", supplier: "network" },
    { name: "network", supplier: null },
  ]);

const dark = (providers: Providers) =>
  ["first", "second", "bystander", "unconcerned"].filter(
    (name) => providers.reach(name).kind === "dark",
  );

test("a supplier that cuts a provider off takes down all that hang on it, and nobody else", () => {
  const providers = parties();
  expect(dark(providers)).toEqual([]);
  expect(providers.cut("second")).toBe(true);
  expect(dark(providers)).toEqual(["second", "bystander"]);
  expect(providers.reach("bystander")).toEqual({
    kind: "dark",
    cutOff: "second",
    by: "network",
  });
});

test("restoring brings them back", () => {
  const providers = parties();
  providers.cut("second");
  expect(providers.restore("second")).toBe(true);
  expect(dark(providers)).toEqual([]);
  expect(providers.restore("second")).toBe(false);
});

test("who has no supplier cannot be cut off", () => {
  const providers = parties();
  expect(providers.cut("first")).toBe(false);
  expect(dark(providers)).toEqual([]);
});

test("parties that supply one another can be reached", () => {
  const providers = new Providers([
    { name: "a", supplier: "b" },
    { name: "b", supplier: "a" },
  ]);
  expect(providers.reach("a")).toEqual({ kind: "reachable" });
  providers.cut("b");
  expect(providers.reach("a").kind).toBe("dark");
});
