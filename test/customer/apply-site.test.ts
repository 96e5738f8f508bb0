import { expect, test } from "vitest";
import { apply, keysOf } from "../../src/customer/apply.ts";
import { command, nowMs, writesOf } from "./ordered.ts";

const shop =
  '{"customer":"shop","origins":["https://origin.example"],"originFields":{"X-Key":"k"}}';
const site = { customer: "shop", origins: ["https://new.example"] };

test.each([
  ["no site", null, { kind: "add", site }, "written"],
  ["no site", null, { kind: "change", changes: {} }, "absent!"],
  ["no site", null, { kind: "remove" }, "absent!"],
  ["a site", shop, { kind: "add", site }, "present!"],
  ["a site", shop, { kind: "add", site, force: true }, "present!"],
  ["a site", shop, { kind: "change", changes: {} }, "written"],
  ["a site", shop, { kind: "remove" }, "deleted"],
  ["a malformed site", "{", { kind: "add", site }, "malformed!"],
  ["a malformed site", "{", { kind: "add", site, force: true }, "written"],
  ["a malformed site", "{", { kind: "change", changes: {} }, "malformed!"],
  [
    "a malformed site",
    "{",
    { kind: "change", changes: {}, force: true },
    "malformed!",
  ],
  ["a malformed site", "{", { kind: "remove" }, "malformed!"],
  ["a malformed site", "{", { kind: "remove", force: true }, "deleted"],
])("%s (%s), %j: %s", (_, text, given, expected) => {
  const ordered = command({ host: "shop.example", ...given });
  const result = apply(new Map([["host:shop.example", text]]), ordered, nowMs);
  const outcome =
    result.kind === "refused"
      ? `${result.because}!`
      : result.writes.get("host:shop.example") === null
        ? "deleted"
        : "written";
  expect(outcome).toBe(expected);
});

test.each([
  ["gets an explicit entry", null, '{"verdict":"allow","seq":1}'],
  ["keeps the entry it has", "deny", undefined],
  ["keeps an entry that nobody can read", "dney", undefined],
])("the customer of a new site %s", (_, entry, expected) => {
  const ordered = command({ kind: "add", host: "new.example", site });
  const writes = writesOf({ "customer:shop": entry }, ordered);
  expect(writes.get("customer:shop")).toBe(expected);
});

test("a change keeps the members that it does not name", () => {
  const changes = { origins: ["https://a.example", "https://b.example"] };
  const ordered = command({ kind: "change", host: "shop.example", changes });
  expect(writesOf({ "host:shop.example": shop }, ordered)).toEqual(
    new Map([
      [
        "host:shop.example",
        '{"customer":"shop","origins":["https://a.example","https://b.example"],"timeoutSeconds":30,"originFields":{"X-Key":"k"}}',
      ],
    ]),
  );
});

test("a change of a member to null puts it back to its usual value", () => {
  const changes = { originFields: null, timeoutSeconds: null };
  const ordered = command({ kind: "change", host: "shop.example", changes });
  const writes = writesOf({ "host:shop.example": shop }, ordered);
  expect(writes.get("host:shop.example")).toBe(
    '{"customer":"shop","origins":["https://origin.example"],"timeoutSeconds":30}',
  );
});

test("a site that changes hands gives its new customer an entry", () => {
  const ordered = command({
    kind: "change",
    host: "shop.example",
    changes: { customer: "heir" },
  });
  expect(keysOf(ordered)).toEqual(["host:shop.example", "customer:heir"]);
  const writes = writesOf({ "host:shop.example": shop }, ordered);
  expect([...writes.keys()]).toEqual(["host:shop.example", "customer:heir"]);
});
