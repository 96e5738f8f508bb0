import { denyVerbs, type DenyVerb } from "../../customer/command-form.ts";
import type { ActOptions } from "./act.ts";
import { customerArgument, dryRun, example } from "./options.ts";
import {
  wrongUsage,
  type Define,
  type Report,
  type Session,
} from "./session.ts";
import { actOn } from "./target.ts";
import {
  denyInputFrom,
  addDenyOptions,
  type DenyOptions,
} from "./deny-options.ts";

const about: Readonly<Record<DenyVerb, { does: string; example: string }>> = {
  notice: {
    does: "announce that a customer will be denied from a moment on; until then it is served, with a Sunset field",
    example:
      "notice forum --at 2026-12-01T00:00:00-08:00 --ground policy --reason 'Repeated incitement to violence'",
  },
  drop: {
    does: "stop serving a customer, at once or from a moment on, until it is restored",
    example: "drop forum --ground policy --reference N-0042",
  },
  suspend: {
    does: "stop serving a customer until a moment, from which it is served again by itself",
    example: "suspend shop --for 3d --ground billing",
  },
  withhold: {
    does: "stop serving a customer on a legal demand (451), often to some countries only",
    example:
      "withhold archive --authority 'Regional Court of Example' --country DE",
  },
};

export const defineStanding: Define = (program, run) => {
  for (const kind of denyVerbs) {
    const command = program
      .command(kind)
      .description(about[kind].does)
      .argument("<customer>", customerArgument);
    addDenyOptions(command, kind)
      .addHelpText("after", example(about[kind].example))
      .action((customer: string, options: DenyOptions) =>
        run((session) => deny(session, kind, customer, options)),
      );
  }
  program
    .command("restore")
    .description("serve a customer again, whatever denied it or was to deny it")
    .argument("<customer>", customerArgument)
    .addOption(dryRun())
    .option(
      "--force",
      "lift a legal demand, or replace an entry that cannot be read",
    )
    .action((target: string, options: ActOptions) =>
      run((session) => actOn(session, target, { kind: "restore" }, options)),
    );
};

async function deny(
  session: Session,
  kind: DenyVerb,
  target: string,
  options: DenyOptions,
): Promise<Report> {
  const input = denyInputFrom(kind, options, session.nowMs);
  return input.ok
    ? actOn(session, target, input.value, options)
    : wrongUsage(input.problem);
}
