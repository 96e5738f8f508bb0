import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import type { Result } from "../../src/sim/result.ts";
import { changed } from "./scenario/sample.ts";

const command = new URL("../../src/cli/portcullis.ts", import.meta.url)
  .pathname;

function simulating(...words: string[]): ChildProcess {
  return spawn(process.execPath, [command, "simulate", ...words], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function simulated(...words: string[]) {
  const child = simulating(...words);
  const [stdout, stderr, [code]] = await Promise.all([
    child.stdout === null ? "" : text(child.stdout),
    child.stderr === null ? "" : text(child.stderr),
    once(child, "exit"),
  ]);
  return { stdout, stderr, code };
}

async function folderWith(scenario: string) {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-simulate-"));
  const file = join(folder, "mine.yaml");
  await writeFile(file, scenario);
  return { file, out: join(folder, "out") };
}

test("without a scenario those that ship are listed", async () => {
  const { stdout, code } = await simulated();
  expect(stdout).toContain("The event of 5 August 2019");
  expect(code).toBe(0);
});

test("a run says what came of it, writes its reports, and exits with 0", async () => {
  const { file, out } = await folderWith(changed());
  const { stdout, stderr, code } = await simulated(file, "--out", out);
  expect(stdout).toContain("A sample");
  expect(stderr).toMatch(/\d requests in [\d.]+ s: [\d\u202f ,]+ a second\n$/);
  expect(await readFile(join(out, "report.html"), "utf8")).toContain("<html");
  expect(code).toBe(0);
});

test("a file is only checked with --check, and a member set with --set", async () => {
  const { file, out } = await folderWith(changed());
  const good = await simulated(file, "--check", "--out", out);
  expect(good).toMatchObject({ code: 0, stderr: "" });
  expect(good.stdout).toBe(
    "mine: A sample\n1 customers, 1 events, 2 expectations; no mistake found\n",
  );
  expect(existsSync(out)).toBe(false);
  const bad = await simulated(file, "--check", "--set", "lasts=forever");
  expect(bad.code).toBe(2);
  expect(bad.stderr).toContain('"lasts" is "forever"; expected a duration');
  const short = await simulated(
    file,
    "--set=lasts=90s",
    "--out",
    out,
    "--json",
  );
  const { startedAtMs, endedAtMs }: Result = JSON.parse(short.stdout);
  expect(endedAtMs - startedAtMs).toBe(90_000);
});

test("an expectation that does not come true makes the exit code 1", async () => {
  const { file, out } = await folderWith(changed(['"<= 70s"', '"<= 1ms"']));
  const { stdout, code } = await simulated(file, "--out", out, "--json");
  const result: Result = JSON.parse(stdout);
  expect(result.assertions.map(({ passed }) => passed)).toEqual([false, true]);
  expect(code).toBe(1);
});

test.each([
  [
    ["nowhere.yaml"],
    "nowhere.yaml is no scenario that ships, and no file that can be read",
  ],
  [["typo", "--speed", "9"], "unknown option '--speed'"],
])("simulate %j is not understood: exit code 2", async (words, problem) => {
  const { stderr, code } = await simulated(...words);
  expect(stderr).toContain(problem);
  expect(code).toBe(2);
});

test("a mistake in a scenario is shown with its place: exit code 2", async () => {
  const { file } = await folderWith(changed(["lasts: 3m", "lasts: 3"]));
  const { stderr, code } = await simulated(file);
  expect(stderr).toContain(`${file}:5:1: "lasts" is 3; expected a duration`);
  expect(code).toBe(2);
});

test("Ctrl-C breaks a run off, and its reports hold what there was, marked as partial", async () => {
  const { file, out } = await folderWith(changed(["lasts: 3m", "lasts: 30d"]));
  const child = simulating(file, "--out", out);
  if (child.stderr !== null) await once(child.stderr, "data");
  child.kill("SIGINT");
  const [code] = await once(child, "exit");
  expect(code).toBe(130);
  const result: Result = JSON.parse(
    await readFile(join(out, "result.json"), "utf8"),
  );
  expect(result.partial).toBe(true);
});
