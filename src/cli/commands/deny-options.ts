import { Option, type Command } from "commander";
import type { DenyVerb } from "../../customer/command-form.ts";
import { clearable, grounds } from "../../customer/standing-form.ts";
import type { Parsed } from "../../parse/parsed.ts";
import { momentOf } from "../moment.ts";
import type { ActOptions } from "./act.ts";
import { countryArgument, dryRun, repeatable } from "./options.ts";

/** The options of a subcommand that denies, as commander names them. */
export interface DenyOptions extends ActOptions {
  ground?: string;
  at?: string;
  in?: string;
  until?: string;
  for?: string;
  host?: string[];
  country?: string[];
  reason?: string | false;
  statement?: string[];
  reference?: string;
  noticeUrl?: string;
  appealUrl?: string;
  authority?: string;
  law?: string;
  jurisdiction?: string;
  authorityUrl?: string;
  offboardUntil?: string;
  offboardFor?: string;
  clearSiteData?: string;
}

/** Adds the options by which a denial says its terms. */
export function addDenyOptions(command: Command, kind: DenyVerb): Command {
  if (kind === "withhold") addAuthority(command);
  else addGround(command);
  if (kind !== "drop") addEnd(command);
  return addTerms(command)
    .option("--no-reason", "deny without saying why")
    .option("--force", "go ahead where it is only asked whether this is meant")
    .addOption(dryRun());
}

/** Those of all denials: what a page may say. */
export function addAllTerms(command: Command): Command {
  for (const add of [addGround, addAuthority, addEnd, addTerms]) add(command);
  return command;
}

function addAuthority(command: Command): void {
  command
    .option("--authority <name>", "who demands it by law")
    .option("--law <text>", "under what law")
    .option("--jurisdiction <text>", "where that law holds")
    .option("--authority-url <url>", "where the demand or its author is found");
}

function addGround(command: Command): void {
  // A legal demand has a command of its own.
  const others = grounds.filter((ground) => ground !== "legal");
  command.addOption(
    new Option("--ground <ground>", "why; the status follows from it").choices(
      others,
    ),
  );
}

function addEnd(command: Command): void {
  command
    .addOption(new Option("--until <instant>", "until when").conflicts("for"))
    .option("--for <duration>", "how long, from when it holds");
}

function addTerms(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--at <instant>",
        "from when, such as 2026-12-01T00:00:00Z",
      ).conflicts("in"),
    )
    .option(
      "--in <duration>",
      "from when, such as 90s, 30m, 2h or 1d12h from now",
    )
    .addOption(repeatable("--host <host>", "only this host; may be repeated"))
    .addOption(
      repeatable(
        "--country <country>",
        "only visitors from this country, by its code; may be repeated",
        countryArgument,
      ),
    )
    .option("--reason <line>", "why, in one line that visitors read")
    .addOption(
      repeatable(
        "--statement <text>",
        "more for visitors: a text, or en=… and de=… by repeating it",
      ),
    )
    .option("--reference <line>", "the number of the case")
    .option("--notice-url <url>", "where the decision is published")
    .option("--appeal-url <url>", "where the customer may object")
    .addOption(
      new Option(
        "--offboard-until <instant>",
        "until when the customer may obtain certificates elsewhere",
      ).conflicts("offboardFor"),
    )
    .option("--offboard-for <duration>", "the same, from when it holds")
    .addOption(
      new Option(
        "--clear-site-data <what>",
        "have browsers clear their cache of the site, or its storage too: logins, drafts, service workers",
      ).choices(clearable),
    );
}

/** The command that the options say, in the words of records. A problem speaks in those of options. */
export function denyInputFrom(
  kind: DenyVerb,
  options: DenyOptions,
  nowMs: number,
): Parsed<object> {
  const from = momentOf(["--at", options.at], ["--in", options.in], nowMs);
  if (!from.ok) return from;
  const fromMs = from.value ?? nowMs;
  const end = momentOf(
    ["--until", options.until],
    ["--for", options.for],
    fromMs,
  );
  if (!end.ok) return end;
  const offboard = momentOf(
    ["--offboard-until", options.offboardUntil],
    ["--offboard-for", options.offboardFor],
    fromMs,
  );
  if (!offboard.ok) return offboard;
  const problem = missingFrom(kind, options, from.value, end.value);
  if (problem !== null) return { ok: false, problem };
  return {
    ok: true,
    value: {
      kind,
      ...termsOf(options),
      effectiveAt: isoOf(from.value),
      endsAt: isoOf(end.value),
      offboardUntil: isoOf(offboard.value),
    },
  };
}

/** What the command itself says in the words of records, said in those of options. */
function missingFrom(
  kind: DenyVerb,
  { authority }: DenyOptions,
  fromMs: number | null,
  endMs: number | null,
): string | null {
  switch (kind) {
    case "notice":
      return fromMs === null ? "a notice says from when: --at or --in" : null;
    case "suspend":
      return endMs === null
        ? "a suspension says until when: --until or --for"
        : null;
    case "withhold":
      return authority === undefined
        ? "a legal demand names who demands it: --authority"
        : null;
    case "drop":
      return null;
  }
}

function isoOf(ms: number | null): string | undefined {
  return ms === null ? undefined : new Date(ms).toISOString();
}

/** The terms as a standing record has them, but for its moments. */
function termsOf(options: DenyOptions) {
  const {
    ground,
    reason,
    statement,
    reference,
    noticeUrl,
    appealUrl,
    clearSiteData,
  } = options;
  return {
    ground,
    scope: scopeOf(options),
    reason: reason === false ? undefined : reason,
    statement: textsByLanguage(statement),
    reference,
    noticeUrl,
    appealUrl,
    authority: authorityOf(options),
    clearSiteData,
  };
}

function scopeOf({ host, country }: DenyOptions) {
  return host === undefined && country === undefined
    ? undefined
    : { hosts: host, countries: country };
}

/** `en=…` names the language; a text that does not begin so is one in a language not said. */
export function textsByLanguage(texts: readonly string[] | undefined) {
  if (texts === undefined) return undefined;
  return Object.fromEntries(
    texts.map((text) => {
      const [, language, said] =
        /^([A-Za-z]{2,3}(?:-\w+)*)=(.*)$/s.exec(text) ?? [];
      return [language ?? "und", said ?? text];
    }),
  );
}

function authorityOf({
  authority,
  law,
  jurisdiction,
  authorityUrl,
}: DenyOptions) {
  return authority === undefined
    ? undefined
    : { name: authority, law, jurisdiction, url: authorityUrl };
}
