import { Argument, Option } from "commander";
import { momentOf } from "../moment.ts";
import { act, type ActOptions } from "./act.ts";
import { dryRun, example, repeatable } from "./options.ts";
import {
  wrongUsage,
  type Define,
  type Report,
  type Session,
} from "./session.ts";
import { textsByLanguage } from "./deny-options.ts";

interface MaintenanceOptions extends ActOptions {
  until?: string;
  for?: string;
  message?: string[];
}

export const defineMaintenance: Define = (program, run) => {
  program
    .command("maintenance")
    .description("answer 503 for every site of this edge, or serve them again")
    .addArgument(
      new Argument("<switch>", "whether all sites are closed").choices([
        "on",
        "off",
      ]),
    )
    .addOption(new Option("--until <instant>", "until when").conflicts("for"))
    .option("--for <duration>", "how long from now")
    .addOption(
      repeatable(
        "--message <text>",
        "what visitors read: a text, or en=… and de=… by repeating it",
      ),
    )
    .option("--force", "replace settings that cannot be read")
    .addOption(dryRun())
    .addHelpText(
      "after",
      example(
        "maintenance on --for 30m --message 'The database is being moved.'",
        "maintenance off",
      ),
    )
    .action((position: "on" | "off", options: MaintenanceOptions) =>
      run((session) => maintenance(session, position, options)),
    );
};

async function maintenance(
  session: Session,
  position: "on" | "off",
  options: MaintenanceOptions,
): Promise<Report> {
  const until = momentOf(
    ["--until", options.until],
    ["--for", options.for],
    session.nowMs,
  );
  if (!until.ok) return wrongUsage(until.problem);
  const message = textsByLanguage(options.message);
  if (position === "on") {
    const end = until.value === null ? {} : { until: new Date(until.value) };
    const given = { kind: "maintenance", maintenance: { ...end, message } };
    return act(session, given, options);
  }
  if (until.value !== null || message !== undefined)
    return wrongUsage("maintenance off takes neither an end nor a message");
  return act(session, { kind: "maintenance", maintenance: false }, options);
}
