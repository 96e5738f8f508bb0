import { InvalidArgumentError, Option, type Command } from "commander";
import type { Form } from "../../node/terminal.ts";
import { parseCountry } from "../country.ts";

/** An option that may be given more than once; its value is the list of what `read` makes of each. */
export function repeatable(
  flags: string,
  description: string,
  read: (value: string) => string = (value) => value,
): Option {
  return new Option(flags, description).argParser(
    (value: string, before?: string[]) => [...(before ?? []), read(value)],
  );
}

/** A country, by its code. */
export function countryArgument(text: string): string {
  const country = parseCountry(text);
  if (!country.ok) throw new InvalidArgumentError(`It is ${country.problem}`);
  return country.value;
}

export function dryRun(): Option {
  return new Option(
    "--dry-run",
    "say what would be written, and write nothing",
  );
}

/** A subcommand that does not look at the list: of the options about it, it takes and shows but these. */
export function withoutStore(
  program: Command,
  command: Command,
  ...taken: readonly string[]
): Command {
  const others = program.options.filter(
    (option) => !["version", "json", ...taken].includes(option.attributeName()),
  );
  return command
    .configureHelp({
      showGlobalOptions: true,
      visibleGlobalOptions: () =>
        program.options.filter((option) => !others.includes(option)),
    })
    .hook("preAction", () => {
      const stray = others.find(
        (option) =>
          program.getOptionValueSource(option.attributeName()) === "cli",
      );
      if (stray !== undefined)
        command.error(
          `${stray.long} is about the list of customers, which ${command.name()} does not look at`,
        );
    });
}

/** How a subcommand that prints for itself is to do so. */
export function formOf(program: Command): Form {
  return program.opts<{ json?: true }>().json ? "json" : "text";
}

/** The end of a subcommand's help. */
export function example(...commands: readonly string[]): string {
  return `\nExample:\n${commands.map((words) => `  $ npx portcullis ${words}`).join("\n")}`;
}

/** What a command that concerns a customer takes for it. */
export const customerArgument = "the customer's id, one of its hosts, or a URL";
