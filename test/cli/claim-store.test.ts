import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { claimStore } from "../../src/cli/claim-store.ts";

const folder = mkdtempSync(join(tmpdir(), "portcullis-claim-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (path: string) => join(folder, path);
writeFileSync(at("file"), "");
symlinkSync(at("nothing"), at("link"));

describe("a store", () => {
  test.each([
    ["a folder", "."],
    ["nothing yet", "new/below"],
  ])("that is %s is claimed once", async (_, path) => {
    expect(await claimStore(at(path), 8787)).toBeNull();
    expect(await claimStore(at(path), 8788)).toBe(
      `Another \`npm start\` runs on the store ${at(path)}: http://localhost:8787 (process ${process.pid}). End that one, or use another store: --state DIR`,
    );
  });

  test.each([
    ["a file", "file", "it is not a folder"],
    ["below a file", "file/below", "it is not a folder"],
    ["a link that leads nowhere", "link", "it is not a folder"],
    ["below a link that leads nowhere", "link/a/b", "it is not a folder"],
  ])("that is %s is refused in one line", async (_, path, reason) => {
    expect(await claimStore(at(path), 8787)).toBe(
      `The store ${at(path)} cannot be used: ${reason}. Choose another folder: --state DIR`,
    );
  });
});
