import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { changed } from "../scenario/sample.ts";

const command = new URL("../../../src/cli/portcullis.ts", import.meta.url)
  .pathname;

async function sweeping(scenario: string, ...words: string[]) {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-sweep-"));
  const file = join(folder, "mine.yaml");
  const out = join(folder, "out");
  await writeFile(file, scenario);
  const child = spawn(
    process.execPath,
    [command, "simulate", file, "--out", out, ...words],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  return { child, out };
}

test("a sweep prints its table and writes its page and its lines, and exits with 0", async () => {
  const { child, out } = await sweeping(
    changed(),
    "--vary=edge.LIST_CACHE_SECONDS=30,110",
    "--seeds=2",
  );
  const [stdout, [code]] = await Promise.all([
    text(child.stdout),
    once(child, "exit"),
  ]);
  expect(stdout).toMatch(/^ {2}110 {2,}2 {2,}\d/m);
  expect(await readdir(out)).toEqual(["sweep.csv", "sweep.html"]);
  const lines = (await readFile(join(out, "sweep.csv"), "utf8")).split("\r\n");
  expect(lines).toHaveLength(1 + 4 + 1);
  expect(code).toBe(0);
});

test("a sweep that cannot be is not understood: exit code 2", async () => {
  const { child } = await sweeping(
    changed(),
    "--vary=edge.LIST_CACHE_SECONDS=10,60",
  );
  const [stderr, [code]] = await Promise.all([
    text(child.stderr),
    once(child, "exit"),
  ]);
  expect(stderr).toContain("expected a number of seconds from 30 to 120");
  expect(code).toBe(2);
});

test("Ctrl-C before the first run has ended leaves nothing to write: exit code 130", async () => {
  const { child } = await sweeping(
    changed(["lasts: 3m", "lasts: 30d"]),
    "--vary=edge.LIST_CACHE_SECONDS=30,60",
  );
  await once(child.stderr, "data");
  child.kill("SIGINT");
  const [stderr, [code]] = await Promise.all([
    text(child.stderr),
    once(child, "exit"),
  ]);
  expect(stderr).toContain("Broken off before there were any figures.");
  expect(code).toBe(130);
});
