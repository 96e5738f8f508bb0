import type { Define } from "./session.ts";

export const defineReplay: Define = (program) => {
  program
    .command("replay")
    .description("put a trace of requests through caches of several sizes")
    .argument("[arguments...]", "what to replay, and how")
    .helpOption(false)
    .allowUnknownOption()
    .action(async () => {
      const { replay } = await import("../../sim/replay/command.ts");
      const { argv } = process;
      process.exitCode = await replay(argv.slice(argv.indexOf("replay") + 1));
    });
};
