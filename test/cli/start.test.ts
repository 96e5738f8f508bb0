import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import {
  createServer,
  get,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { constants, createGunzip, createGzip } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loopbackAddresses } from "../../src/cli/ports.ts";
import {
  findFreePort,
  ask,
  askUntil,
  family,
  gone,
  pasted,
  run,
  runStart,
  runtimes,
  type RunningCommand,
} from "./running.ts";
import { wrangler } from "../workerd/wrangler.ts";

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

describe("npm start", () => {
  let port: number;
  let edge: RunningCommand;

  beforeAll(async () => {
    port = await findFreePort();
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

  test("greets on localhost: what runs, the sites with links and what they now answer, how to drop one", async () => {
    const { status, body } = await ask(port, "localhost");
    expect(status).toBe(200);
    expect(body).toContain("production bundle on workerd");
    expect(body).toContain(`<a href="http://shop.localhost:${port}/">`);
    expect(body).toMatch(/archive\.localhost<\/a>[^]*?Now: 403 Forbidden/);
    const [drop = ""] = printedCommands(edge, "customer:shop");
    expect(body).toContain(drop.replaceAll("'", "&#39;"));
    expect((await ask(port, "localhost", "/none")).status).toBe(404);
  });

  test("greets nobody on another name of this machine", async () => {
    expect((await ask(port, "other.localhost")).status).toBe(421);
    expect((await ask(port, "127.0.0.1")).status).toBe(421);
  });

  test("keeps an eye on its cache, which may be written", async () => {
    expect(await readHealth(port)).toEqual({
      status: "ok",
      list: "readable",
      cache: "ok",
    });
  });

  test("answers with nothing before the Worker, on every address of localhost", async () => {
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
  });

  test.each([
    ["plain", (response: ServerResponse): Writable => response],
    [
      "gzip",
      (response: ServerResponse): Writable => {
        response.setHeader("Content-Encoding", "gzip");
        const coded = createGzip({ flush: constants.Z_SYNC_FLUSH });
        coded.pipe(response);
        return coded;
      },
    ],
  ])(
    "hands on HTML that the origin streams (%s) piece by piece to a visitor who takes gzip",
    async (coding, open) => {
      let sendSecond = () => {};
      const server = createServer((_request, response) => {
        response.setHeader("Content-Type", "text/html");
        const body = open(response);
        body.write("<h1>first</h1>");
        sendSecond = () => body.end("<p>second</p>");
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      const address = server.address();
      const origin = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
      const record = JSON.stringify({ customer: coding, origins: [origin] });
      await wrangler({ statePath }, "bulk put", [
        { key: `host:${coding}.localhost`, value: record },
        { key: `customer:${coding}`, value: "allow" },
      ]);

      const request = get({
        host: "127.0.0.1",
        port,
        headers: {
          Host: `${coding}.localhost:${port}`,
          "Accept-Encoding": "gzip",
        },
      });
      const [response] = (await once(request, "response")) as [IncomingMessage];
      const text = coding === "gzip" ? response.pipe(createGunzip()) : response;
      const pieces = text.setEncoding("utf8")[Symbol.asyncIterator]();
      // The second piece is sent only after the first has come.
      expect((await pieces.next()).value).toBe("<h1>first</h1>");
      sendSecond();
      expect((await pieces.next()).value).toBe("<p>second</p>");
      expect((await pieces.next()).done).toBe(true);
      server.close();
    },
  );

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

  test("refuses a second start on the same store in one line, which says where the first is, and ends with 1", async () => {
    const env = { PORT: String(await findFreePort()) };
    const second = runStart(["--no-demo", "--state", statePath], env);
    expect(await second.ended).toBe(1);
    expect(second.output()).toBe(
      `Another \`npm start\` runs on the store ${statePath}: http://localhost:${port} (process ${edge.pid}). End that one, or use another store: --state DIR\n`,
    );
  });

  test("refuses a second start on the same port in one line, which ends with 1", async () => {
    const other = join(statePath, "other");
    const second = runStart(["--state", other], { PORT: String(port) });
    expect(await second.ended).toBe(1);
    expect(second.output()).toMatch(
      new RegExp(
        `^127\\.0\\.0\\.1:${port} is already in use, .*: PORT=${port + 1} npm start\\n$`,
      ),
    );
  });

  test("starts its runtime again when that is killed, and says so", async () => {
    const [runtime = 0, ...others] = runtimes(edge.pid);
    expect(others).toEqual([]);
    process.kill(runtime, "SIGKILL");
    await edge.printed("crashed unexpectedly and is being restarted");
    await answersAgain(port);
    expect((await ask(port, "forum.localhost")).status).toBe(200);
  });

  test("drops a customer by what was written while its runtime was killed", async () => {
    const [drop = "", restore = ""] = printedCommands(edge, "customer:shop");
    const [runtime = 0] = runtimes(edge.pid);
    process.kill(runtime, "SIGKILL");
    await pasted(drop);
    const refused = await askUntil(port, "shop.localhost", 403);
    expect(refused.body).not.toContain("Good things");
    await pasted(restore);
    await askUntil(port, "shop.localhost", 200);
  });

  test("keeps a toggle for the next start, ends all it started on SIGINT, and exits with 0", async () => {
    const [drop = ""] = printedCommands(edge, "customer:shop");
    await pasted(drop);
    const started = family(edge.pid);
    expect(started.length).toBeGreaterThan(1);
    edge.signal("SIGINT");
    expect(await edge.ended).toBe(0);
    await gone(started);
    await expect(ask(port, "shop.localhost")).rejects.toThrow("ECONNREFUSED");
  });
});

describe("npm start -- --dev", () => {
  let port: number;
  let edge: RunningCommand;

  beforeAll(async () => {
    port = await findFreePort();
    const args = ["--dev", "--state", statePath];
    edge = runStart(args, { PORT: String(port) });
    await edge.printed(up);
  });

  test("serves the store that npm start left, prints no talk of wrangler's, and says what not to judge by it", async () => {
    expect(edge.output()).toContain(
      `http://shop.localhost:${port}/     dropped`,
    );
    expect(edge.output()).toContain("Leave out --dev to judge");
    expect(edge.output()).not.toMatch(
      /wrangler:|⛅|binding.*Resource|telemetry/i,
    );
    expect((await ask(port, "shop.localhost")).status).toBe(403);
    expect((await ask(port, "localhost")).body).toContain("wrangler dev");

    const [, restore = ""] = printedCommands(edge, "customer:shop");
    await pasted(restore);
    await askUntil(port, "shop.localhost", 200);
  });

  test("lets its cache be written", async () => {
    expect(await readHealth(port)).toMatchObject({ cache: "ok" });
  });

  test("says so and ends with 1 when the runtime that listens is killed, which wrangler does not get over", async () => {
    const started = family(edge.pid);
    const [listening = 0] = runtimes(edge.pid);
    process.kill(listening, "SIGKILL");
    expect(await edge.ended).toBe(1);
    expect(edge.output()).toContain("The runtime does not answer any more.\n");
    await gone(started);
  });
});

describe("npm start with options", () => {
  test("with --fresh resets the demo and says which keys", async () => {
    const port = await findFreePort();
    const env = { PORT: String(port) };
    const list = `--binding CUSTOMERS --persist-to '${statePath}'`;
    await pasted(`npx wrangler kv key put ${list} customer:shop deny`);
    await pasted(`npx wrangler kv key put ${list} edge '{"maintenance":true}'`);
    const edge = runStart(["--fresh", "--state", statePath], env);
    await edge.printed(up);
    expect(edge.output()).toMatch(
      /^Emptied the cache; reset .*customer:shop.*, edge\.$/m,
    );
    expect((await ask(port, "shop.localhost")).status).toBe(200);
    edge.signal("SIGHUP");
    expect(await edge.ended).toBe(0);
  });

  test("with --no-demo, and with --direct as it was called once, has no customers and shows how to add one", async () => {
    const empty = mkdtempSync(join(tmpdir(), "portcullis-"));
    const port = await findFreePort();
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

describe("npm start, however it goes,", () => {
  test.each([
    [["--help"], {}, 0, /^Usage: npm start/],
    [
      ["--frsh"],
      {},
      2,
      /^unknown option '--frsh'\n\(Did you mean --fresh\?\)\nSee npm start -- --help\n$/,
    ],
    [[], { PORT: "http" }, 2, /^PORT is "http", expected a whole number/],
    [
      ["--state", fileURLToPath(import.meta.url)],
      {},
      1,
      /^The store \S+ cannot be used: it is not a folder\. Choose [^\n]*\n$/,
    ],
  ])("%j with %j ends with %i and says why", async (args, env, code, text) => {
    const command = runStart(args, env);
    expect(await command.ended).toBe(code);
    expect(command.output()).toMatch(text);
  });

  test("with --dev says so and ends with 1 when wrangler ends by itself", async () => {
    const env = { PORT: String(await findFreePort()) };
    const edge = runStart(["--dev", "--no-demo", "--state", statePath], env);
    await edge.printed(up);
    const [, , server = 0, ...rest] = family(edge.pid);
    process.kill(server, "SIGKILL");
    expect(await edge.ended).toBe(1);
    expect(edge.output()).toContain(
      "The runtime (wrangler dev) ended by itself: SIGKILL.",
    );
    await gone(rest);
  });

  test("says so and ends all with 1 when the process that serves is killed", async () => {
    const env = { PORT: String(await findFreePort()) };
    const edge = runStart(["--no-demo", "--state", statePath], env);
    await edge.printed(up);
    const [, serving = 0, ...rest] = family(edge.pid);
    process.kill(serving, "SIGKILL");
    expect(await edge.ended).toBe(1);
    expect(edge.output()).toContain("The edge ended by itself: SIGKILL.\n");
    await gone(rest);
  });

  test.each([[[]], [["--dev"]]])(
    "with %j takes its runtime along when it is killed itself",
    async (args) => {
      const env = { PORT: String(await findFreePort()) };
      const edge = runStart([...args, "--no-demo", "--state", statePath], env);
      await edge.printed(up);
      const started = family(edge.pid);
      edge.signal("SIGKILL");
      await edge.ended;
      await expect(gone(started)).resolves.toBeUndefined();
    },
  );

  test("leaves nothing running when npm alone is told to end", async () => {
    const port = await findFreePort();
    const args = ["start", "--silent", "--", "--no-demo", "--state", statePath];
    const npm = run("npm", args, { PORT: String(port) });
    await npm.printed(up);
    const started = family(npm.pid);
    npm.signal("SIGTERM");
    await gone(started);
    await expect(ask(port, "localhost")).rejects.toThrow("ECONNREFUSED");
  });
});

async function readHealth(port: number): Promise<object> {
  const path = "/.well-known/portcullis/health";
  const { body } = await ask(port, "localhost", path);
  return JSON.parse(body);
}

/** Settles when the edge answers again. */
async function answersAgain(port: number): Promise<void> {
  const answer = await ask(port, "forum.localhost").catch(() => null);
  if (answer === null) await answersAgain(port);
}
