import { createReadStream, existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { Argument, Option } from "commander";
import * as v from "valibot";
import type { Parsed } from "../../parse/parsed.ts";
import {
  parseVerifier,
  type Checkpoint,
  type Verifier,
} from "../../registry/checkpoint.ts";
import { lastHead, Verifying } from "../../registry/verify.ts";
import { table } from "../../node/table.ts";
import { exportList } from "./apply.ts";
import { ledgerOf } from "./history.ts";
import { example } from "./options.ts";
import { failed, type Define, type Report, type Session } from "./session.ts";

const seqForm = v.object({ seq: v.number() });

export const defineExport: Define = (program, run) => {
  program
    .command("export")
    .description(
      "print the whole ledger as lines of JSON, with its signed heads (needs a registry), or the list as YAML, which apply reads",
    )
    .addArgument(
      new Argument("[what]", "ledger or list")
        .choices(["ledger", "list"])
        .default("ledger"),
    )
    .addHelpText(
      "after",
      example("export > ledger.jsonl", "export list > list.yaml"),
    )
    .action((what: "ledger" | "list") =>
      run(what === "list" ? exportList : exportLedger),
    );
};

async function exportLedger(session: Session): Promise<Report> {
  const ledger = ledgerOf(session);
  if (!ledger.ok) return failed(ledger.problem);
  const lines = await ledger.value.client.exportLines();
  if (!lines.ok) return failed(lines.problem);
  for await (const bytes of lines.value)
    if (!process.stdout.write(bytes))
      await new Promise((resolve) => process.stdout.once("drain", resolve));
  return { exit: "done", json: {}, text: "", isOutput: true };
}

const keyForm = v.object({
  key: v.nullable(v.string()),
  head: v.nullable(v.string()),
});

export const defineVerify: Define = (program, run) => {
  program
    .command("verify")
    .description(
      "check an export of the ledger, or the registry's own: names what was changed, removed, inserted or moved",
    )
    .argument("[file]", "an export; that of the registry, when left out")
    .option(
      "--key <text>",
      "the public key, as the registry prints it under verify; with a file, nothing else is asked of anybody",
    )
    .option(
      "--since <file>",
      "an older export: check that the ledger has only grown since",
    )
    .addHelpText(
      "after",
      example(
        "verify",
        "verify --since last-month.jsonl",
        "verify ledger.jsonl --key 'portcullis/…+…+…'",
      ),
    )
    .action((file: string | undefined, options: VerifyOptions) =>
      run((session) => verify(session, file, options)),
    );
};

interface VerifyOptions {
  key?: string;
  since?: string;
}

async function verify(
  session: Session,
  file: string | undefined,
  { key: given, since }: VerifyOptions,
): Promise<Report> {
  const key = given === undefined ? await keyOf(session) : given;
  if (typeof key !== "string") return key;
  const verifier = await parseVerifier(key);
  if (!verifier.ok) return failed(`--key: ${verifier.problem}`);
  const seen = since === undefined ? null : await headOf(since, verifier.value);
  if (seen?.ok === false) return failed(`--since: ${since}: ${seen.problem}`);
  const source = await sourceOf(session, file);
  if ("exit" in source) return source;
  const verifying = new Verifying(verifier.value, seen?.value ?? null);
  for await (const line of createInterface({ input: source }))
    if (!(await verifying.take(line))) break;
  source.destroy();
  const result = verifying.end();
  return result.ok
    ? {
        exit: "done",
        json: { outcome: "verified", key, ...result },
        text: `Verified: ${result.entries} entries, ${result.heads} signed heads of ${result.origin}\nKey: ${key}`,
      }
    : {
        exit: "found-problems",
        json: { outcome: "not-verified", key, problem: result.problem },
        text: `Not verified: ${result.problem}`,
      };
}

async function headOf(
  file: string,
  verifier: Verifier,
): Promise<Parsed<Checkpoint>> {
  if (!existsSync(file))
    return { ok: false, problem: "no such file; expected an export" };
  return lastHead(createInterface({ input: createReadStream(file) }), verifier);
}

async function keyOf(session: Session): Promise<string | Report> {
  const ledger = ledgerOf(session);
  if (!ledger.ok) return failed(`--key is missing, and ${ledger.problem}`);
  const head = await ledger.value.client.get("/v1/head", {}, keyForm);
  if (head.kind !== "answered") return failed(head.problem);
  return head.value.key ?? failed("the registry has no key: REGISTRY_KEY");
}

async function sourceOf(
  session: Session,
  file: string | undefined,
): Promise<Readable | Report> {
  if (file !== undefined)
    return existsSync(file)
      ? createReadStream(file)
      : failed(`${file} is no file; expected an export of the ledger`);
  const ledger = ledgerOf(session);
  if (!ledger.ok) return failed(ledger.problem);
  const lines = await ledger.value.client.exportLines();
  return lines.ok ? Readable.from(lines.value) : failed(lines.problem);
}

export const defineDrift: Define = (program, run) => {
  program
    .command("drift")
    .description(
      "list keys that hold in KV what no entry of the ledger wrote (needs a registry)",
    )
    .action(() => run(drift));
  for (const [name, does] of [
    ["adopt", "let what KV holds under a drifted key stand, and enter it"],
    ["revert", "write under a drifted key what the ledger says"],
  ] as const)
    program
      .command(name)
      .description(`${does} (needs a registry)`)
      .argument("<key>", "the key, such as customer:forum")
      .action((key: string) => run((session) => settle(session, name, key)));
};

async function drift(session: Session): Promise<Report> {
  const ledger = ledgerOf(session);
  if (!ledger.ok) return failed(ledger.problem);
  const drifted = await ledger.value.drifted();
  if (!drifted.ok) return failed(drifted.problem);
  return {
    exit: drifted.value.length > 0 ? "found-problems" : "done",
    json: { drifted: drifted.value },
    text:
      drifted.value.length === 0
        ? "KV holds what the ledger says."
        : table(
            ["key", "in the ledger", "in KV"],
            drifted.value.map(({ key, ledger: said, found }) => [
              key,
              said ?? "(no such key)",
              found ?? "(deleted)",
            ]),
          ),
  };
}

async function settle(
  session: Session,
  how: "adopt" | "revert",
  key: string,
): Promise<Report> {
  const ledger = ledgerOf(session);
  if (!ledger.ok) return failed(ledger.problem);
  if (!(await session.confirm(`${how} ${key}\nGo ahead?`)))
    return failed("nothing was written");
  const done = await ledger.value.settle(key, how);
  if (done.kind !== "answered") return failed(done.problem);
  const { seq } = done.value;
  return {
    exit: "done",
    json: { outcome: "written", seq },
    text: `${key}: ${how}ed. Entered as ${seq}`,
  };
}

const tokenForm = v.object({
  seq: v.number(),
  token: v.nullable(v.string()),
});

export const defineToken: Define = (program, run) => {
  program
    .command("token")
    .description(
      "make a token by which somebody signs in, in place of an earlier one (needs a registry)",
    )
    .argument("<name>", "whose: what history will call them")
    .addOption(
      new Option("--role <role>", "what for")
        .choices(["viewer", "operator"])
        .default("viewer"),
    )
    .option("--withdraw", "withdraw it instead")
    .addHelpText("after", example("token bea --role operator"))
    .action((name: string, options: { role: string; withdraw?: true }) =>
      run((session) => token(session, name, options)),
    );
  program
    .command("redact")
    .description(
      "erase the cause of an entry; the ledger still verifies (needs a registry)",
    )
    .argument("<seq>", "the entry's number, as history shows it")
    .requiredOption("--why <text>", "why, for the ledger")
    .action((seq: string, { why }: { why: string }) =>
      run((session) => redact(session, seq, why)),
    );
};

async function token(
  session: Session,
  name: string,
  { role, withdraw }: { role: string; withdraw?: true },
): Promise<Report> {
  const ledger = ledgerOf(session);
  if (!ledger.ok) return failed(ledger.problem);
  const made = await ledger.value.client.post(
    "/v1/tokens",
    { name, role: withdraw ? null : role },
    tokenForm,
  );
  if (made.kind !== "answered") return failed(made.problem);
  const { seq, token: text } = made.value;
  return {
    exit: "done",
    json: { outcome: "written", seq, token: text },
    text:
      text === null
        ? `The token of ${name} lets nobody in any more. Entered as ${seq}`
        : `${text}\nThat is the token of ${name} (${role}); it is shown this once. Entered as ${seq}`,
  };
}

async function redact(
  session: Session,
  seq: string,
  why: string,
): Promise<Report> {
  const ledger = ledgerOf(session);
  if (!ledger.ok) return failed(ledger.problem);
  const done = await ledger.value.client.post(
    "/v1/redactions",
    { seq: Number(seq), why },
    seqForm,
  );
  return done.kind === "answered"
    ? {
        exit: "done",
        json: { outcome: "written", seq: done.value.seq },
        text: `The cause of ${seq} is erased. Entered as ${done.value.seq}`,
      }
    : failed(done.problem);
}
