import { Argument, type Command } from "commander";
import { example, withoutStore } from "./options.ts";
import type { Define } from "./session.ts";

const shells = ["bash", "zsh", "fish"] as const;

export const defineCompletion: Define = (program) => {
  withoutStore(program, program.command("completion"))
    .description(
      "print a script by which a shell completes commands and their options",
    )
    .addArgument(new Argument("<shell>", "which").choices(shells))
    .addHelpText(
      "after",
      example(
        "completion bash > ~/.local/share/bash-completion/completions/portcullis",
      ),
    )
    .action((shell: (typeof shells)[number]) => {
      process.stdout.write(completionFor(shell, program));
    });
};

/** A word of the command line, and what it is for. */
interface Word {
  word: string;
  does: string;
}

function completionFor(
  shell: (typeof shells)[number],
  program: Command,
): string {
  const commands = program.commands.map((command) => ({
    word: command.name(),
    does: command.description(),
    options: [
      ...command.options,
      ...command.createHelp().visibleGlobalOptions(command),
    ].map(({ long, short, description: does }) => ({
      word: long ?? short ?? "",
      does,
    })),
  }));
  switch (shell) {
    case "bash":
      return bash(commands);
    case "zsh":
      return `#compdef portcullis\nautoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`;
    case "fish":
      return fish(commands);
  }
}

type Completed = Word & { options: readonly Word[] };

/** Names of commands and options are of letters and dashes, and need no quotes. */
function bash(commands: readonly Completed[]): string {
  const names = commands.map(({ word }) => word).join(" ");
  const cases = commands.map(
    ({ word, options }) =>
      `    ${word}) words="${options.map((option) => option.word).join(" ")}" ;;`,
  );
  return `_portcullis() {
  local words="${names}" command="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; portcullis) ;; *) command="$word"; break ;; esac
  done
  case "$command" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _portcullis portcullis
`;
}

function fish(commands: readonly Completed[]): string {
  return `${commands
    .flatMap(({ word, does, options }) => [
      fishLine("__fish_use_subcommand", `-f -a ${word}`, does),
      ...options.map((option) =>
        fishLine(
          `__fish_seen_subcommand_from ${word}`,
          `-l ${option.word.replace(/^-+/, "")}`,
          option.does,
        ),
      ),
    ])
    .join("\n")}\n`;
}

function fishLine(condition: string, what: string, does: string): string {
  const quoted = does.replaceAll(/[\\']/g, "\\$&");
  return `complete -c portcullis -n '${condition}' ${what} -d '${quoted}'`;
}
