import { describe, expect, test } from "vitest";
import type { Watch } from "../../src/ports.ts";
import { answered, ask, fieldOf, memoryEdge, textOf } from "../world.ts";

const usual = { RECORD_MEMORY_SECONDS: "5", SITE_MEMORY_SECONDS: "1200" };
const shop = "http://shop.example/";
const hour = 3_600_000;

type Edge = ReturnType<typeof memoryEdge>;

const statusOf = async (edge: Edge) => (await ask(edge, shop)).status;

async function quiescence(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

const steps = [
  ["back", -hour],
  ["forward", hour],
] as const;

describe.each(steps)("when the clock steps an hour %s", (_, stepMs) => {
  test("a drop written after it takes effect at once", async () => {
    const edge = memoryEdge(usual);
    await ask(edge, shop);
    edge.world.clockMs += stepMs;
    edge.world.list.set("customer:shop", "deny");
    expect(await statusOf(edge)).toBe(403);
  });

  test("a restore does too", async () => {
    const edge = memoryEdge(usual);
    edge.world.list.set("customer:shop", "deny");
    await ask(edge, shop);
    edge.world.clockMs += stepMs;
    edge.world.list.set("customer:shop", "allow");
    expect(await statusOf(edge)).toBe(200);
  });

  test("a customer that was dropped stays dark, whenever the drop began", async () => {
    const edge = memoryEdge(usual);
    const effectiveAt = new Date(edge.world.nowMs()).toISOString();
    edge.world.list.set(
      "customer:shop",
      JSON.stringify({ verdict: "deny", effectiveAt }),
    );
    expect(await statusOf(edge)).toBe(403);
    edge.world.clockMs += stepMs;
    expect(await statusOf(edge)).toBe(403);
    edge.world.clockMs += 60_000;
    expect(await statusOf(edge)).toBe(403);
  });

  test("visitors are served, now and when it steps again", async () => {
    const edge = memoryEdge(usual);
    for (let n = 0; n < 4; n++) {
      expect(await statusOf(edge)).toBe(200);
      edge.world.clockMs += n % 2 === 0 ? stepMs : -stepMs;
    }
  });

  test("a change of the site and maintenance show at once", async () => {
    const edge = memoryEdge(usual);
    await ask(edge, shop);
    edge.world.clockMs += stepMs;
    edge.world.list.set(
      "host:shop.example",
      '{"customer":"shop","origins":["https://new.example"]}',
    );
    await ask(edge, shop);
    expect(edge.world.sent.at(-1)?.url.host).toBe("new.example");
    edge.world.clockMs -= stepMs;
    edge.world.list.set("edge", '{"maintenance":true}');
    expect(await statusOf(edge)).toBe(503);
  });

  test("an open response is cut within the watch's seconds of a drop", async () => {
    const edge = memoryEdge(usual);
    const watch = watchOf((await ask(edge, shop)).body);
    edge.world.clockMs += stepMs;
    edge.world.list.set("customer:shop", "deny");
    let isCut = false;
    const cut = () => {
      isCut = true;
    };
    void watch.cut.then(cut);
    void watch.during(new Promise(() => undefined));
    for (let n = 0; n < 3; n++) {
      await quiescence();
      edge.world.pass(5000);
    }
    await quiescence();
    expect(isCut).toBe(true);
  });
});

function watchOf(body: Awaited<ReturnType<typeof ask>>["body"]): Watch {
  if (body.kind !== "stream") throw new Error("not a stream");
  return body.watch;
}

describe("what was stored before the clock stepped back", () => {
  /** An edge with a page stored five minutes ago, which the origin has changed since. */
  async function storing() {
    const edge = memoryEdge(usual);
    const say = (text: string, ...more: [string, string][]) => {
      edge.world.origin = () =>
        answered(200, [["Cache-Control", "max-age=86400"], ...more], text);
    };
    say("old");
    await ask(edge, shop);
    say("new");
    edge.world.pass(300_000);
    edge.world.clockMs -= hour;
    return edge;
  }
  const pageOf = async (edge: Edge) => textOf(await ask(edge, shop));

  test("is asked for anew, since nobody knows how old it is", async () => {
    const edge = await storing();
    expect(await pageOf(edge)).toBe("new");
  });

  test("and is stored again", async () => {
    const edge = await storing();
    await ask(edge, shop);
    const reply = await ask(edge, shop);
    expect(fieldOf(reply, "Cache-Status")).toContain("hit");
  });

  test("is not used after a purge by the new time, nor when that has caught up", async () => {
    const edge = await storing();
    edge.world.list.set(
      "purge:shop",
      new Date(edge.world.nowMs()).toISOString(),
    );
    expect(await pageOf(edge)).toBe("new");
    edge.world.pass(2 * hour);
    expect(await pageOf(edge)).toBe("new");
  });

  test("is not used after a write by the new time", async () => {
    const edge = await storing();
    await ask(edge, shop, { method: "POST" });
    edge.world.pass(2 * hour);
    expect(await pageOf(edge)).toBe("new");
  });
});

test("answers are stored again after a write that was before the step back", async () => {
  const edge = memoryEdge(usual);
  edge.world.origin = () =>
    answered(200, [["Cache-Control", "max-age=86400"]], "page");
  await ask(edge, shop, { method: "POST" });
  edge.world.clockMs -= hour;
  await ask(edge, shop);
  edge.world.pass(1);
  await ask(edge, shop);
  edge.world.pass(1);
  expect(fieldOf(await ask(edge, shop), "Cache-Status")).toContain("hit");
});

test("that a page is for one visitor each is not believed for an hour longer", async () => {
  const edge = memoryEdge(usual);
  edge.world.origin = () =>
    answered(200, [["Cache-Control", "private"]], "mine");
  await ask(edge, shop);
  edge.world.clockMs -= hour;
  edge.world.pass(121_000);
  edge.world.origin = () =>
    answered(200, [["Cache-Control", "max-age=60"]], "for all");
  await ask(edge, shop);
  expect(fieldOf(await ask(edge, shop), "Cache-Status")).toContain("hit");
});
