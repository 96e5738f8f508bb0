import type { Define } from "./session.ts";

export const defineSimulate: Define = (program) => {
  program
    .command("simulate")
    .description("run a scenario on many simulated points of presence")
    .argument("[arguments...]", "what to run, and how")
    .helpOption(false)
    .allowUnknownOption()
    .action(async () => {
      const { simulate } = await import("../../sim/command.ts");
      // It reads its own arguments; here those that other subcommands know are gone already.
      const { argv } = process;
      process.exitCode = await simulate(
        argv.slice(argv.indexOf("simulate") + 1),
      );
    });
};
