import { Option } from "commander";

/** An option that may be given more than once; its value is the list. */
export function repeatable(flags: string, description: string): Option {
  return new Option(flags, description).argParser(
    (value: string, before?: string[]) => [...(before ?? []), value],
  );
}

export function dryRun(): Option {
  return new Option(
    "--dry-run",
    "say what would be written, and write nothing",
  );
}

/** The end of a subcommand's help. */
export function example(...commands: readonly string[]): string {
  return `\nExample:\n${commands.map((words) => `  $ npx portcullis ${words}`).join("\n")}`;
}

/** What a command that concerns a customer takes for it. */
export const customerArgument = "the customer's id, one of its hosts, or a URL";
