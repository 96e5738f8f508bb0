import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loopbackAddresses } from "../../src/cli/ports.ts";
import {
  ask,
  askUntil,
  family,
  freePort,
  gone,
  pasted,
  runStart,
  type RunningCommand,
} from "./running.ts";

const up = "Ctrl-C stops everything.";

/** A folder whose name needs quoting, so that the printed commands are tried with one. */
const statePath = mkdtempSync(join(tmpdir(), "portcullis start "));
afterAll(() => rmSync(statePath, { recursive: true, force: true }));

/** The printed commands that have this text, in their order. */
function printedCommands({ output }: RunningCommand, text: string): string[] {
  return output()
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => /^(npx|curl) /.test(line) && line.includes(text));
}

describe("npm start on wrangler dev", () => {
  let port: number;
  let edge: RunningCommand;

  beforeAll(async () => {
    port = await freePort();
    edge = runStart(["--state", statePath], { PORT: String(port) });
    await edge.printed(up);
  });

  test.each([
    ["shop", 200, /Good things for long evenings/],
    ["forum", 200, /Pull up a chair/],
    ["archive", 403, /N-0042/],
    ["club", 200, /Northside Chess Club/],
  ])("serves %s.localhost with %i", async (id, status, text) => {
    const answer = await ask(port, `${id}.localhost`);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatch(text);
    expect(edge.output()).toContain(`http://${id}.localhost:${port}/ `);
  });

  test("announces when the club will be dropped", async () => {
    const { headers } = await ask(port, "club.localhost");
    expect(Date.parse(String(headers["sunset"]))).toBeGreaterThan(Date.now());
    expect(edge.output()).toContain("then dropped (billing)");
  });

  test("says which store it uses, and prints no talk of the runtime's", () => {
    expect(edge.output()).toContain(`Local store: ${statePath}\n`);
    expect(edge.output()).not.toMatch(
      /wrangler:|⛅|binding.*Resource|telemetry/i,
    );
  });

  test("prints commands that drop the shop and bring it back, on its own store", async () => {
    const [drop = "", restore = ""] = printedCommands(edge, "customer:shop");
    await pasted(drop);
    const refused = await askUntil(port, "shop.localhost", 403);
    expect(refused.body).not.toContain("Good things");
    expect((await ask(port, "shop.localhost", "/images/dusk.png")).status).toBe(
      403,
    );
    await pasted(restore);
    expect((await askUntil(port, "shop.localhost", 200)).body).toContain(
      "Good things",
    );
  });

  test("prints a legal standing that gives 451 and names who blocks", async () => {
    const [, restore = "", legal = ""] = printedCommands(edge, "customer:shop");
    await pasted(legal);
    const { headers, body } = await askUntil(port, "shop.localhost", 451);
    expect(headers.link).toContain('rel="blocked-by"');
    expect(body).toContain("Regional Court of Example");
    await pasted(restore);
    await askUntil(port, "shop.localhost", 200);
  });

  test("prints a standing that takes effect 30 seconds after it is pasted", async () => {
    const [announce = "", takeBack = ""] = printedCommands(
      edge,
      "customer:forum",
    );
    await pasted(announce);
    let sunset: string | undefined;
    while (sunset === undefined) {
      const { status, headers } = await ask(port, "forum.localhost");
      expect(status).toBe(200);
      sunset = headers["sunset"]?.toString();
    }
    const ahead = Date.parse(sunset) - Date.now();
    expect(ahead).toBeGreaterThan(0);
    expect(ahead).toBeLessThanOrEqual(30_000);
    await pasted(takeBack);
  });

  test("prints requests that work as they are", async () => {
    for (const command of printedCommands(edge, "curl")) {
      await expect(pasted(command)).resolves.toBeUndefined();
    }
  });

  test("refuses a second start on the same port in one line, which ends with 1", async () => {
    const second = runStart(["--no-demo"], { PORT: String(port) });
    expect(await second.ended).toBe(1);
    expect(second.output()).toMatch(
      new RegExp(
        `^Port ${port} is already in use, .*: PORT=${port + 1} npm start\\n$`,
      ),
    );
  });

  test("keeps a toggle for the next start, ends all it started on SIGINT, and exits with 0", async () => {
    const [drop = ""] = printedCommands(edge, "customer:shop");
    await pasted(drop);
    const started = family(edge.pid);
    expect(started.length).toBeGreaterThan(2);
    edge.signal("SIGINT");
    expect(await edge.ended).toBe(0);
    await gone(started);
    await expect(ask(port, "shop.localhost")).rejects.toThrow("ECONNREFUSED");
  });
});

describe("npm start -- --direct", () => {
  test("serves the store that wrangler dev left, with nothing before the Worker, on every localhost", async () => {
    const port = await freePort();
    const edge = runStart(["--direct", "--state", statePath], {
      PORT: String(port),
    });
    await edge.printed(up);
    expect(edge.output()).toContain(
      `http://shop.localhost:${port}/     dropped`,
    );
    expect((await ask(port, "shop.localhost")).status).toBe(403);
    for (const address of loopbackAddresses()) {
      const { status, headers } = await ask(
        port,
        "forum.localhost",
        "/",
        address,
      );
      expect(status).toBe(200);
      // The entry worker of miniflare takes the length away.
      expect(headers["content-length"]).toBeDefined();
    }

    const [, restore = ""] = printedCommands(edge, "customer:shop");
    await pasted(restore);
    await askUntil(port, "shop.localhost", 200);

    const started = family(edge.pid);
    edge.signal("SIGTERM");
    expect(await edge.ended).toBe(0);
    await gone(started);
  });

  test("with --fresh resets the demo and says which keys", async () => {
    const port = await freePort();
    const env = { PORT: String(port) };
    const list = `--binding CUSTOMERS --persist-to '${statePath}'`;
    await pasted(`npx wrangler kv key put ${list} customer:shop deny`);
    await pasted(`npx wrangler kv key put ${list} edge '{"maintenance":true}'`);
    const edge = runStart(["--direct", "--fresh", "--state", statePath], env);
    await edge.printed(up);
    expect(edge.output()).toMatch(
      /^Emptied the cache; reset .*customer:shop.*, edge\.$/m,
    );
    expect((await ask(port, "shop.localhost")).status).toBe(200);
    edge.signal("SIGHUP");
    expect(await edge.ended).toBe(0);
  });

  test("with --no-demo has no customers and shows how to add one", async () => {
    const empty = mkdtempSync(join(tmpdir(), "portcullis-"));
    const port = await freePort();
    const edge = runStart(["--direct", "--no-demo", "--state", empty], {
      PORT: String(port),
    });
    await edge.printed(up);
    expect((await ask(port, "shop.localhost")).status).toBe(421);
    for (const command of printedCommands(edge, " put ")) await pasted(command);
    // The example's origin is a port on which nobody needs to listen.
    expect((await ask(port, "www.localhost")).status).not.toBe(421);
    edge.signal("SIGINT");
    expect(await edge.ended).toBe(0);
    rmSync(empty, { recursive: true });
  });
});

describe("npm start", () => {
  test.each([
    [["--help"], {}, 0, /^Usage: npm start/],
    [["--frsh"], {}, 1, /^unknown option --frsh\nSee npm start -- --help\n$/],
    [[], { PORT: "http" }, 1, /^PORT is "http", expected a whole number/],
  ])("%j with %j ends with %i and says why", async (args, env, code, text) => {
    const command = runStart(args, env);
    expect(await command.ended).toBe(code);
    expect(command.output()).toMatch(text);
  });

  test("says so and ends with 1 when its runtime ends by itself", async () => {
    const env = { PORT: String(await freePort()) };
    const edge = runStart(["--state", statePath], env);
    await edge.printed(up);
    const [, runtime = 0, ...rest] = family(edge.pid);
    process.kill(runtime, "SIGKILL");
    expect(await edge.ended).toBe(1);
    expect(edge.output()).toContain(
      "The runtime (wrangler dev) ended by itself: SIGKILL.",
    );
    await gone(rest);
  });

  test("takes its runtime along when it is killed itself", async () => {
    const env = { PORT: String(await freePort()) };
    const edge = runStart(["--state", statePath], env);
    await edge.printed(up);
    const started = family(edge.pid);
    edge.signal("SIGKILL");
    await edge.ended;
    await expect(gone(started)).resolves.toBeUndefined();
  });
});
