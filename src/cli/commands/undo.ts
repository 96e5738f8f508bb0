import { isQuestion } from "../../customer/apply-result.ts";
import { nameValueTable } from "../../node/table.ts";
import { describeRecordChange } from "./describe.ts";
import { ledgerOf } from "./history.ts";
import { dryRun, example } from "./options.ts";
import {
  confirmed,
  failed,
  refused,
  wrongUsage,
  type Define,
  type Report,
  type Session,
} from "./session.ts";

interface UndoOptions {
  force?: true;
  dryRun?: true;
}

export const defineUndo: Define = (program, run) => {
  program
    .command("undo")
    .description(
      "take back what an entry of the ledger changed (needs a registry)",
    )
    .argument("<seq>", "the entry's number, as history shows it")
    .addOption(dryRun())
    .option("--force", "go ahead where it is only asked whether this is meant")
    .addHelpText("after", example("undo 7"))
    .action((seq: string, options: UndoOptions) =>
      run((session) => undo(session, seq, options)),
    );
};

async function undo(
  session: Session,
  text: string,
  { force, dryRun: isDry }: UndoOptions,
): Promise<Report> {
  const ledger = ledgerOf(session);
  if (!ledger.ok) return failed(ledger.problem);
  if (!/^[1-9]\d{0,14}$/.test(text))
    return wrongUsage(
      `the entry is "${text}"; expected a number, as history shows it`,
    );
  const seq = Number(text);
  const order = { kind: "undo", seq, force: force ?? false } as const;
  const planned = await ledger.value.plan(order);
  if (planned.kind === "failed") return failed(planned.problem);
  if (planned.kind === "refused")
    return refused(
      planned.because,
      planned.problem +
        (isQuestion(planned.because) ? ". Add --force if that is meant" : ""),
    );
  const { before, writes, version } = planned.value;
  const { colors, cause } = session;
  const changes = Object.entries(writes).map(([key, is]): [string, string] => [
    key,
    describeRecordChange(key, before[key] ?? null, is, Date.now()),
  ]);
  const what = `${colors.bold(`undo ${seq}`)}\n${nameValueTable(changes)}`;
  const json = { undoes: seq, before, writes };
  if (isDry)
    return {
      exit: "done",
      json: { outcome: "not-written", ...json },
      text: `${what}\nNothing was written: this was a dry run.`,
    };
  if (!(await session.confirm(`${what}\nGo ahead?`)))
    return failed("nothing was written");
  const done = await ledger.value.carryOut(order, { version, cause });
  return done.kind === "answered"
    ? confirmed(done.value, { what, json })
    : failed(done.problem);
}
