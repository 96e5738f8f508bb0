import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { expect, inject, test } from "vitest";

const root = join(import.meta.dirname, "..");
const run = promisify(execFile);

test("the bundle that would be deployed stays small", () => {
  const compressed = gzipSync(inject("bundle")).length;
  process.stdout.write(
    `The Worker is ${(compressed / 1024).toFixed(1)} KiB compressed.\n`,
  );
  expect(compressed).toBeLessThan(256 * 1024);
});

test("the environment's types are those of wrangler.toml", async () => {
  const { scripts } = JSON.parse(
    await readFile(join(root, "package.json"), "utf8"),
  );
  const words: string[] = scripts.types.split(" ").slice(1);
  const wrangler = join(root, "node_modules/wrangler/bin/wrangler.js");
  const { stdout } = await run(
    process.execPath,
    [wrangler, ...words, "--check"],
    { cwd: root },
  );
  expect(stdout).toContain("up to date");
});
