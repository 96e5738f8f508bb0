import { defaultSettings } from "../../customer/settings.ts";
import { table } from "../../node/table.ts";
import {
  deploymentFindings,
  diskFindings,
  driftFindings,
  findings,
} from "./findings.ts";
import { probeHosts } from "./host-probe.ts";
import { readList } from "./list-records.ts";
import { example } from "./options.ts";
import { failed, type Define, type Report, type Session } from "./session.ts";

export const defineDoctor: Define = (program, run) => {
  program
    .command("doctor")
    .description(
      "look through the whole list for what is wrong (exit code 3) or worth a look",
    )
    .option(
      "--probe",
      "also ask the first origin of every site for /, with its own Host and with the visitor's, and say which one the site needs",
    )
    .addHelpText("after", example("doctor --probe"))
    .action((options: DoctorOptions) =>
      run((session) => doctor(session, options)),
    );
};

interface DoctorOptions {
  probe?: true;
}

async function doctor(
  { store, nowMs, colors }: Session,
  { probe }: DoctorOptions,
): Promise<Report> {
  const list = await readList(store, nowMs);
  if (!list.ok) return failed(list.problem);
  const drifted = (await store.ledger?.drifted()) ?? { ok: true, value: [] };
  if (!drifted.ok) return failed(drifted.problem);
  // Wrangler, which reads its files, takes half a second to load.
  const { readDeployment } = await import("../../node/local.ts");
  const found = [
    ...diskFindings(await store.disk()),
    ...findings(list.value, nowMs),
    ...driftFindings(drifted.value),
    ...deploymentFindings(readDeployment()),
    ...(probe ? await probeHosts(list.value) : []),
  ];
  const problems = found.filter(({ weight }) => weight === "problem");
  const { customers, sites, settings } = list.value;
  const { defaultVerdict } = settings.ok ? settings.value : defaultSettings;
  const summary = `${customers.size} customers, ${sites.size} sites, default verdict ${defaultVerdict}: ${problems.length} problems, ${found.length - problems.length} remarks`;
  return {
    exit: problems.length > 0 ? "found-problems" : "done",
    json: { findings: found },
    text:
      found.length === 0
        ? summary
        : `${table(
            ["", "key", "finding"],
            found.map(({ weight, key, finding }) => [
              weight === "problem" ? colors.red(weight) : colors.yellow(weight),
              key,
              finding,
            ]),
          )}\n\n${summary}`,
  };
}
