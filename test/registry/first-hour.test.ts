import { spawnSync } from "node:child_process";
import {
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { portcullis } from "../cli/portcullis.ts";
import {
  ask,
  askUntil,
  findFreePort,
  runStart,
  type RunningCommand,
  runtimes,
} from "../cli/running.ts";
import { openStore } from "../cli/open-store.ts";

let port: number;
let edge: RunningCommand;
const statePath = mkdtempSync(join(tmpdir(), "portcullis-registry-"));
const on = (...args: readonly string[]) =>
  portcullis([...args, "--persist-to", statePath]);
const json = async (...args: readonly string[]) => {
  const { code, stdout } = await on(...args, "--json");
  return { code, report: JSON.parse(stdout) };
};

async function start(): Promise<void> {
  port = await findFreePort();
  edge = runStart(["--state", statePath], { PORT: String(port) });
  await edge.printed("Ctrl-C stops everything.");
}

beforeAll(start);
afterAll(async () => {
  edge.signal("SIGINT");
  await edge.ended;
  rmSync(statePath, { recursive: true, force: true });
});

const because = ["--ground", "policy", "--reason", "Phishing"];

describe("with the registry of npm start, the command", () => {
  test("enters a drop, and says who, when, why and what changed", async () => {
    const drop = await on("drop", "forum", ...because, "--cause", "Case 7");
    expect(drop).toMatchObject({ code: 0, stderr: "" });
    expect(drop.stdout).toMatch(/^registry http:.* of the local store /);
    expect(drop.stdout).toContain("forum: allowed -> dropped");
    expect(drop.stdout).toMatch(
      /Entered as \d+, and confirmed by KV: customer:forum\n$/,
    );
    await askUntil(port, "forum.localhost", 403);
    const history = await on("history", "forum.localhost");
    expect(history.stdout).toMatch(/operator: drop forum/);
    expect(history.stdout).toMatch(/customer:forum +allowed -> dropped/);
    expect(history.stdout).toMatch(/reason +Phishing/);
    expect(history.stdout).toMatch(/cause +Case 7/);
  });

  test("says how far a decision has come, by the word of KV and of each PoP", async () => {
    // What it holds, a PoP says with its next question, which a visitor makes it ask.
    const visits = setInterval(() => void ask(port, "forum.localhost"), 200);
    const waited = await on("status", "forum", "--wait");
    clearInterval(visits);
    expect(waited).toMatchObject({ code: 0 });
    expect(waited.stdout).toMatch(/^forum: dropped$/m);
    expect(waited.stdout).toMatch(/entry +\d+ by operator, /);
    expect(waited.stdout).toMatch(/KV +confirmed \d+\.\d s after/);
    expect(waited.stdout).toMatch(/PoPs +1 of 1 hold it/);
    expect(waited.stdout).toMatch(/time to dark +\d+\.\d s/);
    const { code, report } = await json("status", "forum.localhost");
    expect(code).toBe(0);
    expect(report).toMatchObject({
      customer: "forum",
      key: "customer:forum",
      left: [],
      pops: [{ state: "holds" }],
    });
    const unknown = await on("status", "nobody");
    expect(unknown.stderr).toContain("no entry about nobody");
    expect(unknown.code).toBe(1);
    expect((await on("status", "forum", "--wait", "--for", "x")).code).toBe(2);
  });

  test("asks and refuses as without one", async () => {
    const typo = await on("drop", "forun", ...because);
    expect(typo).toMatchObject({ code: 1, stdout: "" });
    expect(typo.stderr).toContain("did you mean forum?");
    const silent = await on("drop", "shop");
    expect(silent.stderr).toContain("there is no ground and no reason");
    const again = await on("restore", "shop");
    expect(again.stderr).toContain("customer:shop says allow already");
  });

  test("takes an entry back, by its number", async () => {
    const { report } = await json("history", "forum", "--limit", "1");
    const [{ seq }] = report.entries;
    expect((await on("undo", `${seq}`, "--dry-run")).stdout).toContain(
      "customer:forum  dropped -> allowed",
    );
    expect(await json("undo", `${seq}`)).toMatchObject({
      code: 0,
      report: { outcome: "written", undoes: seq, isConfirmed: true },
    });
    await askUntil(port, "forum.localhost", 200);
    expect((await on("undo", `${seq}`)).stderr).toContain("has changed since");
    expect((await on("undo", "999")).stderr).toContain("has no entry 999");
  });

  test("finds an edit past it, lets it stand or takes it back", async () => {
    const store = openStore(statePath);
    await store.write(new Map([["customer:shop", "deny"]]));
    await store.close();
    const found = await json("drift");
    // A bare word says no moment; the ledger knows when it was found.
    const { report: list } = await json("list");
    const [shop] = list.customers.filter(
      ({ customer }: { customer: string }) => customer === "shop",
    );
    expect(shop.isDrifted).toBe(true);
    expect((await on("list")).stdout).toMatch(
      /shop +dropped, past the registry/,
    );
    expect(edge.output()).toContain('{"event":"drift","key":"customer:shop"}');
    expect(Date.now() - Date.parse(shop.since)).toBeLessThan(60_000);
    expect((await on("show", "shop")).stdout).toMatch(/from +20\d\d-.* ago\)/);
    expect(found).toMatchObject({
      code: 3,
      report: {
        drifted: [{ key: "customer:shop", ledger: "allow", found: "deny" }],
      },
    });
    expect((await on("doctor")).stdout).toContain("past the registry");
    expect((await on("revert", "customer:shop")).stdout).toContain("reverted");
    await askUntil(port, "shop.localhost", 200);
    expect(await json("drift")).toMatchObject({ code: 0 });
  });

  test("exports what anybody can verify, and a changed byte is found", async () => {
    const { stdout } = await on("export");
    const verified = await json("verify");
    expect(verified).toMatchObject({ code: 0, report: { ok: true } });
    const { key, entries } = verified.report;
    expect(stdout.trim().split("\n").length).toBeGreaterThan(entries);
    const file = join(statePath, "export.jsonl");
    writeFileSync(file, stdout);
    expect(await on("verify", file, "--key", key)).toMatchObject({ code: 0 });
    writeFileSync(file, stdout.replace("Phishing", "Fishing!"));
    const forged = await on("verify", file, "--key", key);
    expect(forged.code).toBe(3);
    expect(forged.stdout).toMatch(/Not verified: entry \d+: changed/);
  });

  test("lets somebody else in by a token, and a viewer decide nothing", async () => {
    const { report } = await json("token", "bea", "--role", "viewer");
    const place = join(statePath, "registry.json");
    expect(statSync(place).mode & 0o777).toBe(0o600);
    const { url }: { url: string } = JSON.parse(readFileSync(place, "utf8"));
    const env = { PORTCULLIS_REGISTRY: url, PORTCULLIS_TOKEN: report.token };
    const list = await portcullis(["list"], env);
    expect(list).toMatchObject({ code: 0 });
    expect(list.stdout).toContain("archive");
    const drop = await portcullis(["drop", "shop", ...because, "--yes"], env);
    expect(drop).toMatchObject({ code: 1 });
    expect(drop.stderr).toContain("bea is a viewer; expected an operator");
    const unknown = await portcullis(["list"], {
      ...env,
      PORTCULLIS_TOKEN: "x",
    });
    expect(unknown.stderr).toContain("who asks is not known");
  });

  test("writes past it with --kv, which is then found", async () => {
    const drop = await on("drop", "shop", ...because, "--kv");
    expect(drop.stdout).toContain("Written and read back");
    expect((await json("drift")).report.drifted).toHaveLength(1);
    await on("adopt", "customer:shop");
  });

  test("walks the README's path, line by line", async () => {
    const [, block = ""] =
      /## Who decided what[^]*?```sh\n([^]*?)```/.exec(
        readFileSync("README.md", "utf8"),
      ) ?? [];
    const lines = block.trim().split("\n");
    expect(lines).toHaveLength(10);
    const printed = new Map<string, string>();
    const afterStatus: number[] = [];
    let seq = 0;
    for (const line of lines) {
      const here = line
        .replace(
          "npx portcullis",
          `"${process.execPath}" src/cli/portcullis.mjs`,
        )
        .replace(/undo \d+/, `undo ${seq}`)
        .replace("ledger.jsonl", `'${join(statePath, "ledger.jsonl")}'`)
        .replace("CUSTOMERS", `CUSTOMERS --persist-to '${statePath}'`);
      const isOurs = here.includes("portcullis.mjs");
      const place = isOurs ? ` --persist-to '${statePath}'` : "";
      const { status, stdout, stderr } = spawnSync(
        "sh",
        ["-c", here.replace(/( >.*)?$/, `${place}$1`)],
        { encoding: "utf8" },
      );
      // drift finds what the line before it wrote.
      expect({ line, stderr, status }).toMatchObject({
        status: line.includes("drift") ? 3 : 0,
      });
      if (line.includes(" notice "))
        seq = Number(/Entered as (\d+)/.exec(stdout)?.[1]);
      if (line.includes(" status "))
        afterStatus.push((await ask(port, "news.localhost")).status);
      printed.set(line, stdout);
    }
    expect(printed.get("npx portcullis status news --wait")).toMatch(
      /^news: dropped$/m,
    );
    expect(afterStatus).toEqual([403]);
    expect(printed.get("npx portcullis drift")).toMatch(
      /customer:news .* deny/,
    );
  }, 180_000);

  test("finds it again after a crash of the runtime", async () => {
    const before = await json("verify");
    for (const pid of runtimes(edge.pid)) process.kill(pid, "SIGKILL");
    await edge.printed("crashed unexpectedly");
    let list = await on("list");
    while (!list.stdout.startsWith("registry ")) list = await on("list");
    expect((await json("verify")).report.key).toBe(before.report.key);
  });

  test("finds the same ledger after a restart, without drift", async () => {
    const before = await json("verify");
    edge.signal("SIGINT");
    await edge.ended;
    const alone = await on("list");
    expect(alone.stdout).toMatch(/^local store /);
    expect((await on("history")).stderr).toContain("there is no registry here");
    await start();
    const after = await json("verify");
    expect(after.report).toMatchObject({ ok: true, key: before.report.key });
    expect(after.report.entries).toBeGreaterThanOrEqual(before.report.entries);
    expect(await json("drift")).toMatchObject({ report: { drifted: [] } });
  });
});
