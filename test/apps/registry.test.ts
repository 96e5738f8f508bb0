import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { runServer } from "verdaccio";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { request } from "../workerd/request.ts";
import { startRig, type Rig } from "../workerd/rig.ts";

let rig: Rig;
let folder: string;
let server: Server;
let port: number;

/** Verdaccio with a store of its own, and no registry behind it. */
async function startRegistry(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), "portcullis-registry-"));
  const path = join(folder, "config.yaml");
  const settings = {
    storage: "./storage",
    auth: { htpasswd: { file: "./htpasswd", rounds: 4 } },
    uplinks: {},
    packages: { "**": { access: "$all", publish: "$authenticated" } },
    web: { enable: false },
    log: { type: "stdout", format: "json", level: "error" },
  };
  await writeFile(path, stringify(settings));
  server = (await runServer(path)) as Server;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
}

beforeAll(async () => {
  [rig] = await Promise.all([startRig(), startRegistry()]);
  // npm resolves no names of its own.
  await rig.put(
    "host:127.0.0.1",
    JSON.stringify({
      customer: "packages",
      origins: [`http://127.0.0.1:${port}`],
      originHost: "visitor",
    }),
  );
  await rig.put("customer:packages", "allow");
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rig.close();
  await rm(folder, { recursive: true });
});

/** Somebody with npm, an account, and nothing else: no settings of this machine, no cache. */
async function developer(at: number, name: string) {
  const home = join(folder, name);
  await mkdir(home);
  const account = await request(at, `127.0.0.1:${at}`, `/-/user/${name}`, {
    method: "PUT",
    fields: { "content-type": "application/json" },
    body: JSON.stringify({ name, password: "a password of some length" }),
  });
  const { token } = JSON.parse(account.body.toString()) as { token: string };
  const npm = (...args: string[]) =>
    promisify(execFile)("npm", args, {
      cwd: home,
      env: {
        PATH: process.env["PATH"],
        HOME: home,
        npm_config_audit: "false",
        npm_config_fund: "false",
        npm_config_update_notifier: "false",
        npm_config_registry: `http://127.0.0.1:${at}/`,
      },
    });
  const signIn = (secret: string) =>
    writeFile(join(home, ".npmrc"), `//127.0.0.1:${at}/:_authToken=${secret}`);
  const release = async (version: string) => {
    const made = join(home, "package");
    await mkdir(made, { recursive: true });
    const manifest = { name: `seeds-${name}`, version, main: "index.js" };
    await writeFile(join(made, "package.json"), JSON.stringify(manifest));
    await writeFile(join(made, "index.js"), `module.exports = "${version}"`);
    return npm("publish", made);
  };
  return { at, name, home, npm, release, signIn, token };
}
type Developer = Awaited<ReturnType<typeof developer>>;

interface Manifest {
  version: string;
  dist: { tarball: string; integrity: string };
}

/** Publishes a package, looks it up and installs it, with a later version in between; what is seen on the way. */
async function publishAndInstall({
  at,
  name,
  home,
  npm,
  release,
  signIn,
  token,
}: Developer) {
  const view = async () => {
    const { stdout } = await npm("view", `seeds-${name}`, "--json");
    return JSON.parse(stdout) as Manifest;
  };
  await signIn("forged");
  const refused = await release("1.0.0").then(
    () => "published",
    (failure: { stderr: string }) => /E\d+/.exec(failure.stderr)?.[0],
  );
  await signIn(token);
  await release("1.0.0");
  const first = await view();
  await release("1.1.0");
  const { version, dist } = await view();
  const { pathname } = new URL(dist.tarball);
  const tarball = await request(at, `127.0.0.1:${at}`, pathname);
  const digest = createHash("sha512").update(tarball.body).digest("base64");
  await npm("install", `seeds-${name}`);
  const lock = await readFile(join(home, "package-lock.json"), "utf8");
  return {
    refused,
    versions: [first.version, version],
    tarball: dist.tarball,
    isIntact: dist.integrity === `sha512-${digest}`,
    resolved: /"resolved": "([^"]*)"/.exec(lock)?.[1],
    installed: await readFile(
      join(home, "node_modules", `seeds-${name}`, "index.js"),
      "utf8",
    ),
  };
}

test("npm publishes, looks up and installs through the edge as without it", async () => {
  // One after the other: Verdaccio loses the first of two accounts that are made at once.
  const ann = await developer(port, "direct");
  const bea = await developer(rig.port, "edge");
  const [direct, edge] = await Promise.all([
    publishAndInstall(ann),
    publishAndInstall(bea),
  ]);
  const tarball = `http://127.0.0.1:${rig.port}/seeds-edge/-/seeds-edge-1.1.0.tgz`;
  expect(edge).toEqual({
    refused: "E401",
    versions: ["1.0.0", "1.1.0"],
    tarball,
    isIntact: true,
    resolved: tarball,
    installed: 'module.exports = "1.1.0"',
  });
  const withoutEdge = tarball
    .replace(String(rig.port), String(port))
    .replaceAll("seeds-edge", "seeds-direct");
  expect(direct).toEqual({
    ...edge,
    tarball: withoutEdge,
    resolved: withoutEdge,
  });
});
