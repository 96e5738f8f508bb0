import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  afterAll,
  beforeAll,
  describe,
  expect,
  onTestFinished,
  test,
} from "vitest";
import { openStore } from "./open-store.ts";
import { portcullis } from "./portcullis.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "portcullis-test-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** On a store of its own. */
function on(store: string, ...args: readonly string[]) {
  return portcullis([...args, "--persist-to", join(folder, store)]);
}

async function json(store: string, ...args: readonly string[]) {
  const { code, stdout } = await on(store, ...args, "--json");
  return { code, report: JSON.parse(stdout) };
}

async function seed(store: string, records: Readonly<Record<string, string>>) {
  const customers = openStore(join(folder, store));
  await customers.write(new Map(Object.entries(records)));
  await customers.close();
}

const origin = ["--origin", "https://origin.example"];
const forum = {
  "host:forum.example":
    '{"customer":"forum","origins":["https://origin.example"]}',
  "customer:forum": "allow",
};

test("a customer is added, listed, dropped, explained, purged, restored and found healthy", async () => {
  const add = ["add", "forum.example", "--customer", "forum", ...origin];
  expect(await json("story", ...add)).toMatchObject({
    code: 0,
    report: {
      store: { kind: "local", name: `local store ${join(folder, "story")}` },
      outcome: "written",
      before: { "host:forum.example": null, "customer:forum": null },
      writes: { "customer:forum": '{"verdict":"allow","seq":1}' },
    },
  });
  expect(await json("story", "list")).toMatchObject({
    code: 0,
    report: {
      customers: [
        { customer: "forum", state: "allowed", hosts: ["forum.example"] },
      ],
    },
  });
  const because = ["--ground", "policy", "--reason", "Phishing"];
  const drop = await on("story", "drop", "forum", ...because);
  expect(drop).toMatchObject({ code: 0, stderr: "" });
  expect(drop.stdout).toContain("forum: allowed -> dropped");
  expect(drop.stdout).toMatch(/visitors get +403/);
  expect(drop.stdout).toContain("Written and read back: customer:forum");

  const refused = await json("story", "explain", "https://forum.example/");
  expect(refused).toMatchObject({ code: 0, report: { gets: "403" } });
  const purge = await json("story", "purge", "forum", "--all");
  expect(purge).toMatchObject({ code: 0, report: { outcome: "written" } });
  const restore = await json("story", "restore", "forum");
  expect(restore).toMatchObject({ code: 0, report: { outcome: "written" } });
  expect(JSON.parse(restore.report.writes["customer:forum"])).toMatchObject({
    verdict: "allow",
    seq: 3,
  });
  const served = await json("story", "explain", "https://forum.example/?q=1");
  expect(served.report.gets).toBe("the site");
  expect(served.report.steps.map(({ step }: { step: string }) => step)).toEqual(
    [
      "moment",
      "host",
      "edge",
      "host:forum.example",
      "customer:forum",
      "verdict",
      "if KV fails",
      "cache settings",
      "cache key",
      "purge:forum",
      "asked of origin",
      "visitor gets",
    ],
  );
  expect(await json("story", "doctor")).toMatchObject({
    code: 0,
    report: { findings: [] },
  });
}, 180_000);

describe("on one list", () => {
  beforeAll(() =>
    seed("list", {
      ...forum,
      "customer:archive": "dney",
      // Its own record goes before the wildcard's, even one that is malformed.
      "host:*.wild.example": forum["host:forum.example"],
      "host:own.wild.example": "{",
      "host:archive.example":
        '{"customer":"archive","origins":["https://origin.example"]}',
    }),
  );

  test.each([
    [["drop", "forun"], 1, "no customer forun; did you mean forum?"],
    [["remove", "forum.exmple"], 1, "did you mean forum.example?"],
    [["restore", "forum"], 1, "customer:forum says allow already"],
    [["drop", "archive"], 1, "expected allow, deny or a JSON object"],
    [["drop", "archive"], 1, "Add --force if that is meant"],
    [["drop", "https://forun.example/"], 1, "did you mean forum.example?"],
    [["drop", "a b"], 1, 'no customer and no site "a b"'],
    [["drop", "own.wild.example"], 1, 'no site "own.wild.example"'],
    [
      ["drop", "forum", "--host", "x.example"],
      1,
      "the list has no site x.example",
    ],
    [
      ["drop", "forum", "--host", "archive.example"],
      1,
      "archive.example is a site of archive, not of forum",
    ],
    [["drop", "forum"], 1, "there is no ground and no reason. Say --ground"],
    [["drop", "forum", "--ground", "policy"], 1, "there is no reason. Say"],
    [
      ["drop", "forum", "--ground", "request", "--at", "2020-01-01T00:00:00Z"],
      1,
      "said to have been since 2020-01-01",
    ],
    [["maintenance", "on", "--until", "2020-01-01T00:00:00Z"], 1, "be over at"],
    [["maintenance", "off", "--for", "1h"], 2, "takes neither an end nor"],
    [["maintenance", "of"], 2, "choices are on, off"],
    [["preview", "forun"], 1, "did you mean forum"],
    [["preview", "forum", "--language", "xx"], 2, "choices are en, fr"],
    [["suspend", "forum", "--for", "3x"], 2, "expected a duration such as"],
    [["notice", "forum", "--at", "2026-12-01"], 2, "with its time zone"],
    [
      ["change", "forum.example", "--timeout", "x"],
      2,
      '"timeoutSeconds" is "x"',
    ],
    [["explain", "ftp://forum.example/"], 2, "expected one such as"],
    [
      ["explain", "https://forum.example/", "--country", "UK"],
      2,
      '"UK"; expected a country',
    ],
  ])("%j ends with %d and says: %s", async (args, code, problem) => {
    const ended = await on("list", ...args);
    expect(ended).toMatchObject({ code, stdout: "" });
    expect(ended.stderr).toContain(problem);
  });

  test.each([
    ["visitor", '"originHost":"visitor"'],
    ["WWW.Forum.Example", '"originHost":"www.forum.example"'],
    ["origin", '"origins":["https://origin.example"],"timeoutSeconds":30}'],
  ])("--origin-host %s is written as %s", async (host, written) => {
    const change = ["change", "forum.example", "--origin-host", host];
    const { report } = await json("list", ...change, "--dry-run");
    expect(report.writes["host:forum.example"]).toContain(written);
  });

  test("doctor asks origins only when told to, and says which Host each needs", async () => {
    const name = "canonical.example";
    const server = createServer(({ headers }, response) => {
      if (headers.host === name) return void response.end("the page");
      response.writeHead(301, { Location: `https://${name}/` }).end();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const add = ["add", name, "--customer", "canonical"];
    await on("probe", ...add, "--origin", `http://127.0.0.1:${port}`);
    expect(await json("probe", "doctor")).toMatchObject({
      code: 0,
      report: { findings: [] },
    });
    const { code, report } = await json("probe", "doctor", "--probe");
    expect(code).toBe(3);
    expect(report.findings).toMatchObject([
      { weight: "problem", key: `host:${name}` },
    ]);
    const { finding } = report.findings[0];
    const [command = ""] = /change .*$/.exec(finding) ?? [];
    expect(command).toBe(`change ${name} --origin-host visitor`);
    await on("probe", ...command.split(" "));
    expect(await json("probe", "doctor", "--probe")).toMatchObject({
      code: 0,
      report: { findings: [] },
    });
  });

  test("a dry run says what it would write and writes nothing", async () => {
    const dry = await json(
      "list",
      "drop",
      "forum",
      "--no-reason",
      "--dry-run",
      "--in",
      "2h",
    );
    expect(dry).toMatchObject({ code: 0, report: { outcome: "not-written" } });
    const { report } = await json("list", "show", "forum");
    expect(report.records["customer:forum"]).toBe("allow");
  });
});

test("what a drop clears in browsers is said before, by show and by explain", async () => {
  await seed("clearing", forum);
  const dropped = await on(
    "clearing",
    "drop",
    "forum",
    "--clear-site-data",
    "storage",
    "--no-reason",
  );
  expect(dropped).toMatchObject({ code: 0, stderr: "" });
  const { report } = await json("clearing", "show", "forum");
  expect(JSON.parse(report.records["customer:forum"])).toMatchObject({
    clearSiteData: "storage",
  });
  const show = await on("clearing", "show", "forum");
  const explain = await on("clearing", "explain", "https://forum.example/");
  for (const { stdout } of [dropped, show, explain])
    expect(stdout).toMatch(
      /clears +the browser's cache and storage of the site \(logins/,
    );
});

test.each([
  [["drop"], "missing required argument 'customer'"],
  [["dorp", "forum"], "Did you mean drop?"],
  [["drop", "forum", "--groud", "policy"], "Did you mean --ground?"],
  [["drop", "forum", "--ground", "polcy"], "Allowed choices are policy"],
  [["drop", "forum", "--clear-site-data", "cookies"], "choices are cache"],
  [["drop", "forum", "--at", "x", "--in", "y"], "cannot be used with"],
  [["list", "--remote", "--persist-to", "x"], "--remote is not local"],
  [["add", "shop.example", ...origin], "'--customer <id>' not specified"],
])("%j is not understood, which is 2: %s", async (args, problem) => {
  const ended = await portcullis(args);
  expect(ended).toMatchObject({ code: 2, stdout: "" });
  expect(ended.stderr).toContain(problem);
});

test("doctor ends with 3 and names every key that is wrong", async () => {
  await seed("ill", {
    ...forum,
    "host:Forum.Example": forum["host:forum.example"],
    "host:bare.example": '{"customer":"bare","origins":["https://o.example"]}',
    "host:broken.example": "{",
    "customer:shop": "dney",
    "customer:Nobody": "deny",
    "customer:gone": "deny",
    "customer:slip": '{"verdict":"deny","ground":"polcy"}',
    "host:slip.example": '{"customer":"slip","origins":["https://o.example"]}',
    "customers:forum": "deny",
    "customer:ended":
      '{"verdict":"deny","endsAt":"2020-01-01T00:00:00Z","scope":{"hosts":["forum.example"]}}',
    "purge:shop": "[",
    edge: '{"default":"deny","maintenance":true,"failPolicy":"open"}',
  });
  const { code, report } = await json("ill", "doctor");
  expect(code).toBe(3);
  const found = report.findings.map(
    ({ weight, key }: { weight: string; key: string }) => `${weight} ${key}`,
  );
  expect(new Set(found)).toEqual(
    new Set([
      "remark edge",
      "problem host:Forum.Example",
      "problem host:broken.example",
      "problem customer:bare",
      "problem customer:shop",
      "problem customer:slip",
      "problem customer:Nobody",
      "remark customer:gone",
      "problem customers:forum",
      "problem customer:ended",
      "remark customer:ended",
      "problem purge:shop",
    ]),
  );
  expect(report.findings).toContainEqual({
    weight: "remark",
    key: "customer:gone",
    finding:
      "says no ground and no reason: visitors and the owner are not told why",
  });
});

test("a denial of which a part is malformed is shown for what holds, with its problem", async () => {
  await seed("slip", {
    ...forum,
    "customer:forum": '{"verdict":"deny","ground":"polcy"}',
  });
  const what = '; the verdict deny holds, without "ground"';
  const doctor = await json("slip", "doctor");
  expect(doctor).toMatchObject({
    code: 3,
    report: {
      findings: [
        {
          weight: "problem",
          key: "customer:forum",
          finding: expect.stringContaining(what),
        },
      ],
    },
  });
  expect(await json("slip", "list")).toMatchObject({
    report: {
      customers: [{ state: "dropped", problem: expect.stringContaining(what) }],
    },
  });
  expect((await on("slip", "list")).stdout).toContain("dropped, malformed");
  expect((await on("slip", "show", "forum")).stdout).toMatch(/problem +custom/);
  const explained = await on("slip", "explain", "https://forum.example/");
  expect(explained.stdout).toMatch(/dropped: no ground .*Malformed: customer:/);
  expect(explained.stdout).toMatch(/visitor gets +403/);
  const drop = await on("slip", "drop", "forum");
  expect(drop).toMatchObject({ code: 1 });
  expect(drop.stderr).toContain("Add --force if that is meant");
  expect(await json("slip", "restore", "forum")).toMatchObject({ code: 0 });
}, 180_000);

test("maintenance closes every site for a time, keeps the other settings, and is ended", async () => {
  await seed("closed", { ...forum, edge: '{"failPolicy":"open"}' });
  const on30 = ["maintenance", "on", "--for", "30m", "--message", "de=Umzug"];
  const { report } = await json("closed", ...on30);
  expect(JSON.parse(report.writes.edge)).toEqual({
    failPolicy: "open",
    maintenance: { until: expect.any(String), message: { de: "Umzug" } },
  });
  const closed = await json("closed", "explain", "https://forum.example/");
  expect(closed.report.gets).toBe("503");
  const off = await json("closed", "maintenance", "off");
  expect(off.report.writes).toEqual({ edge: '{"failPolicy":"open"}' });
  const open = await json("closed", "explain", "https://forum.example/");
  expect(open.report.gets).toBe("the site");
}, 180_000);

test("a page is previewed by the terms given, by those in the list, and in all languages and formats", async () => {
  await seed("pages", {
    ...forum,
    "customer:archive": '{"verdict":"deny","ground":"billing"}',
  });
  const policy = ["--ground", "policy", "--reason", "Phishing kits"];
  const text = await on("pages", "preview", "forum", ...policy);
  expect(text).toMatchObject({ code: 0, stderr: "" });
  expect(text.stdout).toMatch(/^forum\.example\n/);
  expect(text.stdout).toContain("Phishing kits");
  const problem = ["--format", "problem", "--language", "de"];
  const standing = await on("pages", "preview", "archive", ...problem);
  expect(JSON.parse(standing.stdout)).toMatchObject({
    status: 402,
    block: { reason: "billing" },
  });
  const output = join(folder, "pages", "written");
  const all = await json("pages", "preview", "forum", "--output", output);
  expect(all.report.files).toHaveLength(35);
  const arabic = readFileSync(join(output, "ar.html"), "utf8");
  expect(arabic).toContain('lang="ar" dir="rtl"');
  const { report } = await json("pages", "show", "forum");
  expect(report.records["customer:forum"]).toBe("allow");
}, 180_000);

test("output that is piped has no colours, whatever else the environment says", async () => {
  await seed("plain", forum);
  const args = ["list", "--persist-to", join(folder, "plain")];
  const { stdout } = await portcullis(args, {
    CI: "true",
    TERM: "xterm-256color",
  });
  expect(stdout).toBe(
    [
      `local store ${join(folder, "plain")}`,
      "customer  state    ground  from  until  sites",
      "forum     allowed                       forum.example",
      "",
    ].join("\n"),
  );
});

test("--version says which one it is", async () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8"));
  expect(await portcullis(["--version"])).toMatchObject({
    code: 0,
    stdout: `${version}\n`,
  });
});

test("help names every subcommand and explains the exit codes", async () => {
  const { code, stdout } = await portcullis(["--help"]);
  expect(code).toBe(0);
  for (const name of [
    "list",
    "show",
    "add",
    "change",
    "remove",
    "notice",
    "drop",
    "suspend",
    "withhold",
    "restore",
    "purge",
    "maintenance",
    "preview",
    "explain",
    "doctor",
    "status",
    "history",
    "undo",
    "drift",
    "adopt",
    "revert",
    "export",
    "verify",
    "token",
    "redact",
    "simulate",
    "replay",
    "completion",
  ]) {
    expect(stdout).toMatch(new RegExp(`^  ${name} `, "m"));
  }
  expect(stdout).toContain("3  doctor, drift or verify found problems");
});

test("a list is written out, changed in a file and applied, and what a file gets wrong is said with its place", async () => {
  await seed("declared", {
    ...forum,
    "customer:forum": '{"verdict":"deny","reason":"Old","ground":"policy"}',
  });
  const exported = await on("declared", "export", "list");
  expect(exported).toMatchObject({ code: 0, stderr: "" });
  const file = join(folder, "list.yaml");
  writeFileSync(file, exported.stdout);
  expect(await json("declared", "apply", file)).toMatchObject({
    code: 0,
    report: { outcome: "unchanged", steps: [] },
  });
  writeFileSync(
    file,
    `${exported.stdout.replace("reason: Old", "reason: New")}  shop: allow\n`,
  );
  const dry = await json("declared", "apply", file, "--dry-run");
  expect(dry).toMatchObject({
    code: 0,
    report: {
      outcome: "not-written",
      steps: [
        { key: "customer:forum", what: "deny: reason" },
        { key: "customer:shop", what: "new -> allow" },
      ],
    },
  });
  expect(await on("declared", "apply", file)).toMatchObject({ code: 0 });
  const { report } = await json("declared", "show", "forum");
  expect(JSON.parse(report.records["customer:forum"])).toMatchObject({
    reason: "New",
  });
  expect(await json("declared", "apply", file)).toMatchObject({
    report: { outcome: "unchanged" },
  });

  writeFileSync(file, "sites: {}\ncustomers:\n  forum: dney\n");
  const wrong = await on("declared", "apply", file);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain(`${file}:3:3: customer:forum: the value is`);
  writeFileSync(file, "customers:\n  new: deny\n");
  const unstated = await on("declared", "apply", file);
  expect(unstated.code).toBe(1);
  expect(unstated.stderr).toContain("0 of 1 changes were made");
  const missing = await on("declared", "apply", "nowhere.yaml");
  expect(missing.code).toBe(2);
});

test("what keeps a command from running is JSON where JSON is asked for", async () => {
  for (const [words, outcome, problem, exit] of [
    [["drop"], "usage", "missing required argument 'customer'", 2],
    [["lst"], "usage", "unknown command 'lst'", 2],
    [["list", "--frobnicate"], "usage", "unknown option '--frobnicate'", 2],
    [["replay"], "usage", "missing required argument 'file'", 2],
    [["simulate", "typos", "--check"], "usage", "did you mean typo?", 2],
    [
      ["simulate", "typo", "--remote"],
      "usage",
      "--remote is about the list",
      2,
    ],
    [
      ["simulate", "typo", "--sed", "1"],
      "usage",
      "Did you mean one of --seed",
      2,
    ],
    [
      ["simulate", "typo", "--set=a=1", "--vary=a=1..2"],
      "usage",
      "cannot be used with option '--vary <member=values>'",
      2,
    ],
    [
      ["list", "--registry", "http://127.0.0.1:1"],
      "failed",
      "PORTCULLIS_TOKEN is missing",
      1,
    ],
  ] as const) {
    const { code, stdout, stderr } = await portcullis([...words, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome,
      problem: expect.stringContaining(problem),
    });
    expect({ code, stderr }).toEqual({ code: exit, stderr: "" });
  }
});

test("a shell completes commands and their options", async () => {
  const { stdout: script } = await portcullis(["completion", "bash"]);
  const completed = (...words: string[]) =>
    spawnSync(
      "bash",
      [
        "-c",
        `${script}
COMP_WORDS=(portcullis "$@"); COMP_CWORD=$#; _portcullis; printf '%s\\n' "\${COMPREPLY[@]}"`,
        "bash",
        ...words,
      ],
      { encoding: "utf8" },
    )
      .stdout.trim()
      .split("\n");
  expect(completed("dr")).toEqual(["drop", "drift"]);
  expect(completed("drop", "forum", "--gro")).toEqual(["--ground"]);
  expect(completed("--json", "verify", "--si")).toEqual(["--since"]);
  const fish = await portcullis(["completion", "fish"]);
  expect(fish.stdout).toContain(
    "complete -c portcullis -n '__fish_seen_subcommand_from drop' -l ground -d",
  );
  const zsh = await portcullis(["completion", "zsh"]);
  expect(zsh.stdout).toMatch(/^#compdef portcullis\n/);
  expect((await portcullis(["completion", "tcsh"])).stderr).toContain(
    "Allowed choices are bash, zsh, fish",
  );
});

describe("output that cannot be written", () => {
  const node = `"${process.execPath}" src/cli/portcullis.mjs`;
  const shell = (script: string) =>
    spawnSync("bash", ["-c", script], { encoding: "utf8" });

  test("because its reader has gone ends the command quietly", () => {
    const out = join(folder, "piped");
    const { stderr } = shell(
      `set -o pipefail; ${node} simulate drop-now --pops 2 --json --out '${out}' | true; echo "ended with $?" >&2`,
    );
    expect(stderr).toContain("ended with 141");
    expect(stderr).not.toContain("Error");
  });

  test.runIf(existsSync("/dev/full"))("is said in a line", () => {
    const { status, stderr } = shell(
      `${node} list --persist-to '${join(folder, "full")}' >/dev/full`,
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/^cannot write the output: ENOSPC[^\n]*\n$/);
  });
});

test("a store that is a file is refused in a line", async () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  const { code, stderr } = await portcullis(["list", "--persist-to", file]);
  expect(code).toBe(1);
  expect(stderr).toBe(
    `the local store: ${file} is no folder; expected the folder of a store, or one to be made\n`,
  );
});
