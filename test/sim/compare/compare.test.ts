import { spawn } from "node:child_process";
import { makeColors } from "../../../src/node/terminal.ts";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { compare, type Side } from "../../../src/sim/compare/compare.ts";
import {
  comparisonMarkdown,
  comparisonText,
} from "../../../src/sim/report/comparison.ts";
import { parseScenario } from "../../../src/sim/scenario.ts";
import { changed } from "../scenario/sample.ts";

const command = new URL("../../../src/cli/portcullis.ts", import.meta.url)
  .pathname;

function side(label: string, written = changed()): Side {
  const scenario = parseScenario("mine.yaml", written);
  if (!scenario.ok) throw new Error(scenario.problem);
  return { label, name: "mine", scenario: scenario.value, logs: new Map() };
}

const noColors = makeColors(false);

const nobody = {
  progress: () => {},
  signal: new AbortController().signal,
};

const slowList = changed(["events:", "list: { visibleAfter: 90s }\nevents:"]);

async function compared(second: string, seeds = [1, 2, 3]) {
  const found = await compare(
    [side("one"), side("other", second)],
    seeds,
    nobody,
  );
  if (found === null) throw new Error("broken off");
  return found;
}

test("a scenario is the same as itself, in every figure", async () => {
  const found = await compared(changed());
  expect(found.rows.length).toBeGreaterThan(10);
  expect(new Set(found.rows.map(({ verdict }) => verdict))).toEqual(
    new Set(["same"]),
  );
  expect(comparisonText(found, noColors)).toContain("Nothing is different.");
});

test("what a change brings is told from what chance may bring, seed by seed", async () => {
  const found = await compared(slowList);
  const dark = found.rows.find(({ figure }) =>
    figure.startsWith("time to dark of forum, p100"),
  );
  expect(dark?.verdict).toBe("changed");
  expect(dark?.difference?.low).toBeGreaterThan(0);
  const [before, after] = dark?.means ?? [];
  expect(after).toBeGreaterThan((before ?? 0) + 10);
});

test("one seed says nothing of chance", async () => {
  const found = await compared(slowList, [1]);
  const verdicts = found.rows.map(({ verdict }) => verdict);
  expect(verdicts).toContain("one seed");
  expect(verdicts).not.toContain("changed");
});

test("what is different stands first, in the terminal and in Markdown", async () => {
  const found = await compared(slowList);
  const markdown = comparisonMarkdown(found);
  expect(markdown).toMatch(/^## A: one, B: other\n\n3 seeds\n\n\| Figure \|/);
  const verdicts = Array.from(
    markdown.matchAll(/\| ([a-z ]+) \|$/gm),
    ([, verdict]) => verdict,
  );
  expect(verdicts.indexOf("changed")).toBe(0);
  expect(verdicts.lastIndexOf("changed")).toBeLessThan(
    verdicts.includes("by chance") ? verdicts.indexOf("by chance") : Infinity,
  );
  const lines = comparisonText(found, noColors).split("\n");
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

async function comparing(...words: string[]) {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-compare-"));
  const file = join(folder, "mine.yaml");
  const out = join(folder, "out");
  await writeFile(file, changed());
  const child = spawn(
    process.execPath,
    [command, "simulate", file, "--out", out, ...words],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  return { stdout, stderr, code, out };
}

test("the command compares a scenario with itself under another setting", async () => {
  const { stdout, code, out } = await comparing(
    "--compare=list.visibleAfter=90s",
    "--seeds=2",
  );
  expect(stdout.replaceAll(/\s+/g, " ")).toContain(
    "B is list.visibleAfter=90s; 2 seeds",
  );
  expect(code).toBe(0);
  expect(await readdir(out)).toEqual(["compare.md"]);
  expect(await readFile(join(out, "compare.md"), "utf8")).toContain("| Figure");
});

test("a mistake in the other scenario is not understood: exit code 2", async () => {
  const { stderr, code } = await comparing("--compare=list.visibleAftr=90s");
  expect(stderr).toContain("--compare: ");
  expect(stderr).toContain('"list.visibleAftr" is not a member');
  expect(code).toBe(2);
});
