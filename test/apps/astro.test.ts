import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sharedBrowser } from "../browser.ts";
import { findFreePort, run, type RunningCommand } from "../cli/running.ts";
import { startRig, type Rig } from "../workerd/rig.ts";

let rig: Rig;
let folder: string;
let port: number;
let site: RunningCommand;

/** Builds the site in a folder of its own, because Astro writes beside its sources, and starts it. */
async function startSite(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), "portcullis-astro-"));
  await cp(fileURLToPath(new URL("astro", import.meta.url)), folder, {
    recursive: true,
  });
  await symlink(resolve("node_modules"), join(folder, "node_modules"));
  const quiet = { ASTRO_TELEMETRY_DISABLED: "1" };
  const cli = "node_modules/astro/bin/astro.mjs";
  const build = run(process.execPath, [cli, "build", "--root", folder], quiet);
  if ((await build.ended) !== 0) throw new Error(build.output());
  port = await findFreePort();
  site = run(process.execPath, [join(folder, "dist/server/entry.mjs")], {
    HOST: "127.0.0.1",
    PORT: String(port),
  });
  await site.printed("Server listening");
}

beforeAll(async () => {
  [rig] = await Promise.all([startRig(), startSite()]);
  await rig.site("garden", [`http://127.0.0.1:${port}`], {
    originHost: "visitor",
  });
});
afterAll(async () => {
  site.signal("SIGTERM");
  await Promise.all([site.ended, rig.close()]);
  await rm(folder, { recursive: true });
});

/** What a page shows once its scripts and the part that is rendered for each visitor have come. */
async function home(page: Page, at: number) {
  await page.goto(`http://garden.localhost:${at}/`);
  await page.locator("body[data-wilted]").waitFor();
  const greeting = await page.locator("p").textContent();
  const { href, colour, width } = await page.evaluate(() => ({
    href: document.querySelector<HTMLLinkElement>("link[rel=canonical]")?.href,
    colour: getComputedStyle(document.body).backgroundColor,
    width: document.querySelector("img")?.naturalWidth,
  }));
  return [greeting, href, colour, width];
}

/** A visitor who looks around and signs the book, at the second try; what the site shows. */
async function visit(at: number, name: string) {
  const context = await (await sharedBrowser()).newContext();
  const page = await context.newPage();
  const failures: string[] = [];
  const cached: Record<string, string> = {};
  page.on("response", (response) => {
    const { pathname } = new URL(response.url());
    if (!response.ok()) failures.push(`${response.status()} ${pathname}`);
    cached[pathname] ??= response.headers()["cache-status"] ?? "";
  });
  const seen: unknown[] = await home(page, at);
  await page.getByRole("link").click();
  for (const written of ["x", name]) {
    await page.getByRole("textbox").fill(written);
    await page.getByRole("textbox").press("Enter");
    const answer = page.locator("p").filter({ hasText: /BAD|Signed/ });
    seen.push(await answer.textContent());
  }
  seen.push(...(await home(page, at)), ...failures);
  const feed = await page.goto(`http://garden.localhost:${at}/feed.json`);
  seen.push(await feed?.text());
  await context.close();
  const text = JSON.stringify(seen).replaceAll(String(at), "port");
  return { seen: JSON.parse(text) as unknown, cached };
}

test("an Astro site looks and works in a browser through the edge as without it", async () => {
  const direct = await visit(port, "ann");
  const edge = await visit(rig.port, "ann");
  expect(edge.seen).toEqual(direct.seen);
  const url = "http://garden.localhost:port";
  const look = [`${url}/`, "rgb(240, 255, 240)", 8];
  expect(edge.seen).toEqual([
    "Hello, stranger",
    ...look,
    "BAD_REQUEST",
    `Signed by ann at ${url}/book`,
    "Hello, ann",
    ...look,
    "400 /sign",
    "303 /sign",
    `{"home":"${url}/","items":["${url}/book"]}`,
  ]);
});

test("what is for everybody comes from the cache, and what is for one visitor does not", async () => {
  await visit(rig.port, "bea");
  const { cached } = await visit(rig.port, "cleo");
  const shared = Object.keys(cached).filter((path) =>
    cached[path]?.startsWith("portcullis;hit"),
  );
  const assets = Object.keys(cached).filter((path) =>
    path.startsWith("/_astro/"),
  );
  expect(assets).toHaveLength(4);
  expect(new Set(shared)).toEqual(new Set(["/", "/feed.json", ...assets]));
});
