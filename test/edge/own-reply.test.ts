import { expect, test } from "vitest";
import { ask, fieldOf, memoryEdge, textOf } from "../world.ts";

const shop = "http://shop.example/";
const denied = (more: object) =>
  JSON.stringify({ verdict: "deny", ground: "policy", ...more });

function edgeWith(standing: string) {
  const edge = memoryEdge();
  edge.world.list.set("customer:shop", standing);
  return edge;
}

test("visitors who ask alike within a second get the very same page but for the id of their request, and others their own", async () => {
  const edge = edgeWith(denied({ reason: "Phishing." }));
  const accept = "text/html";
  const first = await ask(edge, shop, { fields: { accept } });
  const again = await ask(edge, shop, { fields: { accept } });
  expect(again.fields).toBe(first.fields);
  const [one, other] = await Promise.all([textOf(first), textOf(again)]);
  const [id = "", otherId = ""] = edge.world.events.map((event) =>
    event.kind === "request" ? (event.traceId ?? "") : "",
  );
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(otherId).not.toBe(id);
  expect(one).toContain(id);
  expect(one.replaceAll(id, otherId)).toBe(other);
  const german = { accept, "accept-language": "de" };
  expect(
    fieldOf(await ask(edge, shop, { fields: german }), "Content-Language"),
  ).toBe("de");
  const json = { accept: "application/json" };
  expect(fieldOf(await ask(edge, shop, { fields: json }), "Content-Type")).toBe(
    "application/json",
  );
  expect((await ask(edge, shop, { method: "HEAD" })).body.kind).toBe("none");
});

test("a page tells what its record says now, and when it is now", async () => {
  const edge = edgeWith(denied({ reason: "Phishing." }));
  const first = await ask(edge, shop);
  expect(await textOf(first)).toContain("Phishing.");
  edge.world.pass(60_000);
  edge.world.list.set("customer:shop", denied({ reason: "Malware." }));
  await ask(edge, shop);
  await edge.world.settle();
  const second = await ask(edge, shop);
  expect(await textOf(second)).toContain("Malware.");
  expect(fieldOf(second, "Date")).not.toBe(fieldOf(first, "Date"));
});

test("Retry-After counts down", async () => {
  const edge = memoryEdge();
  const endsAt = new Date(edge.world.clockMs + 100_000).toISOString();
  edge.world.list.set("customer:shop", denied({ endsAt }));
  const before = Number(fieldOf(await ask(edge, shop), "Retry-After"));
  edge.world.pass(2_000);
  const after = Number(fieldOf(await ask(edge, shop), "Retry-After"));
  expect(before - after).toBe(2);
});

test("the page for one host names no other", async () => {
  const edge = edgeWith(denied({}));
  const site = JSON.stringify({
    customer: "shop",
    origins: ["https://origin.example"],
  });
  edge.world.list.set("host:other.example", site);
  expect(await textOf(await ask(edge, shop))).toContain("shop.example");
  const other = await textOf(await ask(edge, "http://other.example/"));
  expect(other).toContain("other.example");
  expect(other).not.toContain("shop.example");
});
