import * as v from "valibot";
import type { Purged, PurgeFact } from "../cache/purge.ts";
import type { Parsed } from "../parse/parsed.ts";
import {
  commandForm,
  type CommandInput,
  type DenyVerb,
} from "./command-form.ts";
import { purgeKey, siteKey, standingKey } from "./keys.ts";
import { parsePurge } from "./purge.ts";
import { readRecord } from "../parse/record.ts";
import type { EdgeSettings } from "./settings.ts";
import { parseSite, type Site } from "./site.ts";
import { bareDenial, parseStanding, type Denial } from "./standing.ts";

/** What an operator orders, wherever it was written down. apply.ts says what comes of it. */
export type Command = (
  | { kind: "add"; host: string; site: Site }
  | { kind: "change"; host: string; changes: Partial<Site> }
  | { kind: "remove"; host: string }
  | DenyingCommand
  | { kind: "restore"; customer: string }
  | {
      kind: "purge";
      customer: string;
      /** Null is the moment at which it is applied. */
      atMs: number | null;
      what: Purged;
      how: PurgeFact["how"];
    }
  /** Every site gets a page of ours, or gets it no longer. */
  | { kind: "maintenance"; maintenance: EdgeSettings["maintenance"] }
) & {
  /** Lifts those refusals that only ask whether this is meant. */
  force: boolean;
};

export interface DenyingCommand {
  kind: "deny";
  verb: DenyVerb;
  customer: string;
  /** All that the list is to say of the customer, but for `seq`; without `effectiveAtMs` it holds at once. */
  denial: Denial;
}

const asJson = v.pipe(v.unknown(), v.stringifyJson());

/**
 * A command as JSON, YAML or a command line gave it: `kind`, whom or which host it concerns, `force`, and members as in the
 * record that they end up in. Never throws; a problem names the member, what was found and what was expected.
 */
export function parseCommand(value: unknown): Parsed<Command> {
  const text = v.safeParse(asJson, value);
  const read = readRecord(
    "command",
    text.success ? text.output : "",
    'an object such as { "kind": "drop", "customer": "forum" }',
    commandForm,
  );
  if (!read.ok) return read;
  const input = read.value;
  switch (input.kind) {
    case "add":
      return adding(input);
    case "change":
      return changing(input);
    case "remove":
    case "restore":
    case "maintenance":
      return { ok: true, value: input };
    case "notice":
    case "drop":
    case "suspend":
    case "withhold":
      return denying(input);
    case "purge":
      return purging(input);
  }
}

function adding({ site, ...command }: CommandInput<"add">): Parsed<Command> {
  const parsed = parseSite(siteKey(command.host), JSON.stringify(site ?? null));
  return parsed.ok
    ? { ok: true, value: { ...command, site: parsed.value } }
    : parsed;
}

/** What the record itself must have; parsing a change alone needs something in its place. */
const standIns = { customer: "any", origins: ["https://any.example"] };

function changing({
  changes,
  ...command
}: CommandInput<"change">): Parsed<Command> {
  const key = siteKey(command.host);
  if (typeof changes !== "object" || changes === null) {
    return {
      ok: false,
      problem: `${key}: "changes" is ${JSON.stringify(changes) ?? "missing"}; expected an object with members of a site record`,
    };
  }
  const parsed = parseSite(key, JSON.stringify({ ...standIns, ...changes }));
  if (!parsed.ok) return parsed;
  const changed = Object.entries(parsed.value).filter(
    ([name]) => name in changes,
  );
  return {
    ok: true,
    value: { ...command, changes: Object.fromEntries(changed) },
  };
}

function denying({
  kind: verb,
  customer,
  force,
  ...record
}: CommandInput<DenyVerb>): Parsed<Command> {
  const key = standingKey(customer);
  const text = JSON.stringify({ ...record, verdict: "deny" });
  const parsed = parseStanding(key, text);
  // Whoever gives a command can mend it: nothing is left out without a word.
  if (parsed.kind !== "whole") return { ok: false, problem: parsed.problem };
  const { standing } = parsed;
  // Its verdict is the one above.
  const denial = standing.kind === "deny" ? standing : bareDenial;
  const problem = misfit(verb, denial);
  if (problem !== null) return { ok: false, problem: `${key}: ${problem}` };
  const ground = verb === "withhold" ? "legal" : denial.ground;
  return {
    ok: true,
    value: {
      kind: "deny",
      verb,
      customer,
      denial: { ...denial, ground },
      force,
    },
  };
}

/** What of a denial another command is for. */
function misfit(verb: DenyVerb, denial: Denial): string | null {
  const { ground, effectiveAtMs, endsAtMs, authority } = denial;
  if (verb !== "withhold" && ground === "legal")
    return `"ground" is "legal"; expected another: withhold is the command for a legal demand`;
  switch (verb) {
    case "notice":
      return effectiveAtMs === null
        ? `"effectiveAt" is missing; expected an instant: a notice says from when`
        : null;
    case "drop":
      return endsAtMs === null
        ? null
        : `"endsAt" is "${new Date(endsAtMs).toISOString()}"; expected none: suspend is the command for a denial that ends`;
    case "suspend":
      return endsAtMs === null
        ? `"endsAt" is missing; expected an instant: drop is the command for a denial without an end`
        : null;
    case "withhold":
      if (ground !== null && ground !== "legal")
        return `"ground" is "${ground}"; expected "legal" or none: others have drop and suspend`;
      return authority === null
        ? `"authority" is missing; expected an object with the "name" of who demands it`
        : null;
  }
}

function purging({
  at,
  what,
  how,
  ...command
}: CommandInput<"purge">): Parsed<Command> {
  // A fact has a moment; the one of a purge that names none comes when it is applied.
  const text = JSON.stringify({ at: at ?? 0, what, how });
  const key = purgeKey(command.customer);
  const parsed = parsePurge(key, text);
  if (!parsed.ok) return parsed;
  const [fact] = parsed.value;
  if (fact === undefined) return { ok: false, problem: `${key}: no purge` };
  const atMs = at === undefined || at === null ? null : fact.atMs;
  return { ok: true, value: { ...command, ...fact, atMs } };
}
