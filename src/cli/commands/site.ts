import type { Command } from "commander";
import * as v from "valibot";
import type { Parsed } from "../../parse/parsed.ts";
import { act, type ActOptions } from "./act.ts";
import { dryRun, example, repeatable } from "./options.ts";
import {
  wrongUsage,
  type Define,
  type Report,
  type Session,
} from "./session.ts";

interface SiteOptions extends ActOptions {
  customer?: string;
  origin?: string[];
  originHost?: string;
  timeout?: string;
  betweenBytesTimeout?: string;
  lastByteTimeout?: string;
  originField?: string[];
  cache?: string;
}

const json = v.pipe(v.string(), v.parseJson());

export const defineSite: Define = (program, run) => {
  const add = program
    .command("add")
    .description("add a site, and its customer when that is new")
    .argument("<host>", "shop.example, or *.shop.example for one label more")
    .requiredOption("--customer <id>", "whose site it is")
    .addOption(origins().makeOptionMandatory());
  withTheRest(add)
    .option("--force", "replace a record that cannot be read")
    .addHelpText(
      "after",
      example(
        "add shop.example --customer shop --origin https://origin.shop.example",
      ),
    )
    .action((host: string, options: SiteOptions) =>
      run((session) => putSite(session, "add", host, options)),
    );
  const change = program
    .command("change")
    .description("change what is given of a site, and keep the rest")
    .argument("<host>", "the site")
    .option("--customer <id>", "whose site it is from now on")
    .addOption(origins());
  withTheRest(change)
    .addHelpText(
      "after",
      example(`change shop.example --cache '{"mode":"bypass"}'`),
    )
    .action((host: string, options: SiteOptions) =>
      run((session) => putSite(session, "change", host, options)),
    );
  program
    .command("remove")
    .description("remove a site; what the list says of its customer stays")
    .argument("<host>", "the site")
    .option("--force", "remove a record that cannot be read")
    .addOption(dryRun())
    .action((host: string, options: ActOptions) =>
      run((session) => act(session, { kind: "remove", host }, options)),
    );
};

function origins() {
  return repeatable(
    "--origin <url>",
    "where its content comes from, as https://host[:port]; may be repeated",
  );
}

function withTheRest(command: Command): Command {
  return command
    .option(
      "--origin-host <host>",
      "the Host that its origins are asked with: origin (their own), visitor (the visitor's), or a name",
    )
    .option("--timeout <seconds>", "how long an origin may take to answer")
    .option(
      "--between-bytes-timeout <seconds>",
      "the longest pause in the body of an answer, or of a request",
    )
    .option(
      "--last-byte-timeout <seconds>",
      "how long an origin may take for the whole body of an answer",
    )
    .addOption(
      repeatable(
        "--origin-field <field>",
        "'Name: value' of a request field added for the origin; may be repeated",
      ),
    )
    .option("--cache <json>", "cache settings, as in a site record")
    .addOption(dryRun());
}

async function putSite(
  session: Session,
  kind: "add" | "change",
  host: string,
  options: SiteOptions,
): Promise<Report> {
  const members = membersOf(options);
  if (!members.ok) return wrongUsage(members.problem);
  const site = members.value;
  switch (kind) {
    case "add":
      return act(session, { kind, host, site }, options);
    case "change":
      return Object.keys(site).length === 0
        ? wrongUsage(
            "nothing to change: give --customer, --origin, --origin-host, a timeout, --origin-field or --cache",
          )
        : act(session, { kind, host, changes: site }, options);
  }
}

/** The members of a site record that the options give. */
function membersOf(given: SiteOptions): Parsed<object> {
  const { customer, origin, originHost, originField, cache } = given;
  const fields = originField?.map((line) => line.split(/:(.*)/s, 2));
  const settings = cache === undefined ? undefined : v.safeParse(json, cache);
  if (settings?.success === false)
    return {
      ok: false,
      problem: `--cache is ${JSON.stringify(cache)}; expected JSON, such as '{"mode":"bypass"}'`,
    };
  const members = {
    customer,
    origins: origin,
    originHost,
    timeoutSeconds: secondsIn(given.timeout),
    betweenBytesTimeoutSeconds: secondsIn(given.betweenBytesTimeout),
    lastByteTimeoutSeconds: secondsIn(given.lastByteTimeout),
    originFields: fields && Object.fromEntries(fields),
    cache: settings?.output,
  };
  return {
    ok: true,
    value: Object.fromEntries(
      Object.entries(members).filter(([, value]) => value !== undefined),
    ),
  };
}

/** A number where it is one; the parser of the record says what is wrong with anything else. */
function secondsIn(option: string | undefined): number | string | undefined {
  return /^\d+$/.test(option ?? "") ? Number(option) : option;
}
