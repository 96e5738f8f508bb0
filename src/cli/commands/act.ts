import { isQuestion, type Records } from "../../customer/apply-result.ts";
import { apply, keysOf } from "../../customer/apply.ts";
import { parseCommand, type Command } from "../../customer/command.ts";
import { edgeKey, siteKey, standingKey } from "../../customer/keys.ts";
import { denialOf, stateOf } from "../../customer/state.ts";
import type { Parsed } from "../../parse/parsed.ts";
import { suggestion } from "../../parse/suggest.ts";
import { nameValueTable } from "../../node/table.ts";
import { unstatedOf } from "./describe.ts";
import { sitesOf, readList } from "./list-records.ts";
import { describeChange } from "./describe-change.ts";
import {
  confirmed,
  failed,
  refused,
  wrongUsage,
  type Report,
  type Session,
} from "./session.ts";

/** What each subcommand that changes the list takes besides its own options. */
export interface ActOptions {
  force?: true;
  dryRun?: true;
  /** A denial's reason; false when it is said aloud that there is none. */
  reason?: string | false;
}

/** Carries a command out: reads what it needs, says what will happen, writes, and reads back what was written. */
export async function act(
  session: Session,
  given: object,
  { force, dryRun, reason }: ActOptions,
): Promise<Report> {
  const { store, nowMs } = session;
  const command = parseCommand({ ...given, force: force ?? false });
  if (!command.ok) return wrongUsage(command.problem);

  const subject = subjectOf(command.value);
  const before = await store.read([
    ...new Set([...keysOf(command.value), subject.key]),
  ]);
  if (!before.ok) return failed(before.problem);
  if (
    !command.value.force &&
    (before.value.get(subject.key) ?? null) === null
  ) {
    const problem = await findUnknownSubject(session, subject);
    if (!problem.ok) return failed(problem.problem);
    if (problem.value !== null) return refused("unknown", problem.value);
  }
  const ordered = { ...given, force: force ?? false };
  const result = await plan(session, ordered, command.value, before.value);
  if (result.kind === "failed") return failed(result.problem);
  if (result.kind === "refused")
    return refused(
      result.because,
      result.problem + hint(result.because, command.value),
    );

  const { writes } = result;
  const unstated = unstatedBy(command.value, writes, nowMs);
  if (unstated !== null && reason !== false)
    return refused(
      "unstated",
      `visitors and the owner would not be told why: there is no ${unstated}. Say --ground and --reason, or --no-reason`,
    );
  const hosts = await sitesOf(command.value, store);
  if (!hosts.ok) return failed(hosts.problem);
  const change = { before: before.value, writes, hosts: hosts.value };
  // The registry's writes are younger than this command.
  const writtenMs = store.ledger === null ? nowMs : Date.now();
  const what = describeChange(command.value, change, {
    ...session,
    nowMs: writtenMs,
  });
  const json = {
    command: given,
    before: toJson(before.value),
    writes: toJson(writes),
  };
  if (dryRun) {
    return {
      exit: "done",
      json: { outcome: "not-written", ...json },
      text: `${what}\n${nameValueTable([...writes].map(([key, text]) => [key, text ?? "(deleted)"]))}\nNothing was written: this was a dry run.`,
    };
  }
  if (!(await session.confirm(`${what}\nGo ahead?`)))
    return failed("nothing was written");
  if (store.ledger !== null && result.version !== null) {
    const { version } = result;
    const order = { kind: "command", command: ordered } as const;
    const { cause } = session;
    const done = await store.ledger.carryOut(order, { version, cause });
    return done.kind === "answered"
      ? confirmed(done.value, { what, json })
      : failed(done.problem);
  }
  const problem = await writeAndReadBack(session, writes);
  if (problem !== null) return failed(problem);
  return {
    exit: "done",
    json: { outcome: "written", ...json },
    text: `${what}\nWritten and read back: ${[...writes.keys()].join(", ")}`,
  };
}

type Planned =
  | { kind: "applied"; writes: Records; version: string | null }
  | { kind: "refused"; because: string; problem: string }
  | { kind: "failed"; problem: string };

/** What the command would write, as the registry says or, without one, by the same rules here. */
async function plan(
  { store: { ledger }, nowMs }: Session,
  ordered: object,
  command: Command,
  before: Records,
): Promise<Planned> {
  if (ledger === null) {
    const result = apply(before, command, nowMs);
    return result.kind === "applied" ? { ...result, version: null } : result;
  }
  const planned = await ledger.plan({ kind: "command", command: ordered });
  if (planned.kind !== "answered") return planned;
  const { writes, version } = planned.value;
  return { kind: "applied", writes: new Map(Object.entries(writes)), version };
}

/** What a denial that would be written does not say of itself. */
function unstatedBy(
  command: Command,
  writes: Records,
  nowMs: number,
): string | null {
  if (command.kind !== "deny") return null;
  const { customer } = command;
  const text = writes.get(standingKey(customer)) ?? null;
  const denial = denialOf(stateOf(customer, text, nowMs));
  return denial === null ? null : unstatedOf(denial);
}

/** What to do about a refusal that only asks whether this is meant. */
function hint(because: string, { kind }: Command): string {
  if (because === "malformed" && kind === "change")
    return ". remove --force takes it away, add writes a new one";
  return isQuestion(because) ? ". Add --force if that is meant" : "";
}

type Subject =
  | { kind: "customer" | "site"; key: string; name: string }
  /** Need not be there. */
  | { kind: "new"; key: string };

/** What must be in the list for a command to make sense. */
function subjectOf(command: Command): Subject {
  switch (command.kind) {
    case "add":
      return { kind: "new", key: siteKey(command.host) };
    case "maintenance":
      return { kind: "new", key: edgeKey };
    case "change":
    case "remove":
      return { kind: "site", key: siteKey(command.host), name: command.host };
    case "deny":
    case "restore":
    case "purge": {
      const { customer: name } = command;
      return { kind: "customer", key: standingKey(name), name };
    }
  }
}

/** Why a command probably names the wrong customer or site: the list knows no such one. */
async function findUnknownSubject(
  { store, nowMs }: Session,
  subject: Subject,
): Promise<Parsed<string | null>> {
  if (subject.kind === "new") return { ok: true, value: null };
  const list = await readList(store, nowMs);
  if (!list.ok) return list;
  const { sites, customers } = list.value;
  const known = [...(subject.kind === "site" ? sites : customers).keys()];
  if (known.includes(subject.name)) return { ok: true, value: null };
  const advice =
    suggestion(subject.name, known) || ". Add --force if that is meant";
  return {
    ok: true,
    value: `the list has no ${subject.kind} ${subject.name}${advice}`,
  };
}

async function writeAndReadBack(
  { store }: Session,
  writes: Records,
): Promise<string | null> {
  const written = await store.write(writes);
  if (!written.ok) return written.problem;
  const after = await store.read([...writes.keys()]);
  if (!after.ok) return `written, but not read back: ${after.problem}`;
  const different = [...writes].filter(
    ([key, text]) => (after.value.get(key) ?? null) !== text,
  );
  return different.length === 0
    ? null
    : `written, but read back with another value, as when somebody else writes too: ${different.map(([key]) => key).join(", ")}`;
}

function toJson(records: Records): Record<string, string | null> {
  return Object.fromEntries(records);
}
