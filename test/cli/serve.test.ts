import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request, type IncomingMessage } from "node:http";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  family,
  findFreePort,
  gone,
  run,
  type RunningCommand,
} from "./running.ts";

const statePath = mkdtempSync(join(tmpdir(), "portcullis-serve-"));
const command = "src/cli/portcullis.mjs";

/** Tells what it is asked, and at /slow answers half, and the other half when it is told to. */
let finishSlow = () => {};
const origin = createServer(({ url, headers }, response) => {
  response.setHeader("Cache-Control", "no-store");
  if (url !== "/slow") return response.end(JSON.stringify(headers));
  response.write("begun ");
  finishSlow = () => response.end("ended");
  return response;
});

let ports: { open: number; proxied: number; operations: number };
let edge: RunningCommand;

beforeAll(async () => {
  origin.listen(0, "127.0.0.1");
  await once(origin, "listening");
  ports = {
    open: await findFreePort(),
    proxied: await findFreePort(),
    operations: await findFreePort(),
  };
  edge = run(
    command,
    [
      "serve",
      "--state",
      statePath,
      "--listen",
      `127.0.0.1:${ports.open}`,
      "--listen-proxied",
      `127.0.0.1:${ports.proxied}`,
      "--operations",
      `127.0.0.1:${ports.operations}`,
      "--trusted-proxy",
      "192.0.2.0/24",
      "--country-field",
      "X-Country",
      "--private-origins",
      "allowed",
    ],
    {},
  );
  await edge.printed("store:");
  const address = origin.address();
  const port = typeof address === "object" ? address?.port : 0;
  await portcullis(
    "add",
    "shop.example",
    "--customer",
    "shop",
    "--origin",
    `http://127.0.0.1:${port}`,
  );
});

afterAll(async () => {
  edge.signal("SIGTERM");
  finishSlow();
  await edge.ended;
  origin.close();
  rmSync(statePath, { recursive: true });
});

async function portcullis(...args: string[]): Promise<void> {
  const ran = run(command, ["--persist-to", statePath, ...args], {});
  if ((await ran.ended) !== 0) throw new Error(ran.output());
}

async function get(
  port: number,
  path: string,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  const asking = request({
    host: "127.0.0.1",
    port,
    path,
    headers: { Host: "shop.example", ...headers },
    agent: false,
    ...(signal !== undefined && { signal }),
  });
  asking.end();
  const [response] = await once(asking, "response");
  return response;
}

const claims = {
  "X-Forwarded-For": "198.51.100.6, 203.0.113.5, 192.0.2.7",
  "X-Forwarded-Proto": "https",
  Forwarded: "for=198.51.100.66",
  "X-Country": "de",
  // What the local runtime itself would make `request.cf` of.
  "MF-CF-Blob": JSON.stringify({ country: "DE", clientIp: "198.51.100.6" }),
};

describe("portcullis serve", () => {
  test("believes a proxy on its own address, and tells the origin", async () => {
    const told = JSON.parse(await text(await get(ports.proxied, "/", claims)));
    expect(told).toMatchObject({
      "x-forwarded-for": "203.0.113.5",
      "x-forwarded-proto": "https",
      "x-forwarded-host": "shop.example",
      forwarded: "for=203.0.113.5;host=shop.example;proto=https",
    });
    expect(told).not.toHaveProperty("x-country");
  });

  test("believes no visitor who says the same", async () => {
    const told = JSON.parse(await text(await get(ports.open, "/", claims)));
    expect(told).toMatchObject({
      "x-forwarded-proto": "http",
      forwarded: "for=unknown;host=shop.example;proto=http",
    });
    expect(told).not.toHaveProperty("x-forwarded-for");
    expect(told).not.toHaveProperty("x-country");
  });

  test("refuses by the country that a proxy names, whatever a visitor says of theirs", async () => {
    await portcullis(
      "withhold",
      "shop",
      "--authority",
      "Regional Court",
      "--country",
      "DE",
      "--reason",
      "Court order 7 O 114/19",
    );
    const status = async (port: number, country: string) =>
      (await get(port, "/", { ...claims, "X-Country": country })).statusCode;
    await expect.poll(() => status(ports.proxied, "DE")).toBe(451);
    expect(await status(ports.proxied, "FR")).toBe(200);
    expect(await status(ports.open, "DE")).toBe(200);
    await portcullis("restore", "shop", "--force");
    await expect.poll(() => status(ports.proxied, "DE")).toBe(200);
  });

  test("says to Caddy for which names a certificate may be got", async () => {
    const status = async (domain: string) =>
      (await get(ports.operations, `/tls?domain=${domain}`)).statusCode;
    expect(await status("shop.example")).toBe(200);
    expect(await status("SHOP.example.")).toBe(200);
    expect(await status("nobody.example")).toBe(404);
    expect(await status("")).toBe(400);
  });

  test("has metrics and health where its operator asks, and for no visitor", async () => {
    await get(ports.open, "/");
    const metrics = await get(ports.operations, "/metrics");
    expect(metrics.headers["content-type"]).toBe(
      "text/plain; version=0.0.4; charset=utf-8",
    );
    expect(await text(metrics)).toMatch(
      /^portcullis_requests_total\{outcome="served",status="200",cache="uri-miss"\} \d+$/m,
    );
    const health = await get(ports.operations, "/health");
    expect(JSON.parse(await text(health))).toMatchObject({ status: "ok" });
    expect((await get(ports.operations, "/")).statusCode).toBe(404);
    expect(await text(await get(ports.open, "/metrics"))).toContain(
      '"host":"127.0.0.1',
    );
  });

  test("logs each request as a line of JSON on standard output", async () => {
    await get(ports.open, "/logged");
    await edge.printed('"outcome":"served"');
    const lines = edge
      .output()
      .split("\n")
      .filter((line) => line.startsWith("{"));
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({
      kind: "request",
      host: "shop.example",
      pop: null,
    });
  });

  test("stops when what is under way has ended, and leaves nothing running", async () => {
    const processes = family(edge.pid);
    const slow = await get(ports.open, "/slow");
    edge.signal("SIGTERM");
    const isServed = () =>
      get(ports.open, "/", {}, AbortSignal.timeout(300)).then(
        () => true,
        () => false,
      );
    await expect.poll(isServed).toBe(false);
    finishSlow();
    expect(await text(slow)).toBe("begun ended");
    expect(await edge.ended).toBe(0);
    await gone(processes);
    await expect(get(ports.open, "/")).rejects.toThrow("ECONNREFUSED");
  });
});
