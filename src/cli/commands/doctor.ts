import { defaultSettings } from "../../customer/settings.ts";
import { table } from "../../node/table.ts";
import {
  deploymentFindings,
  diskFindings,
  driftFindings,
  findings,
  variableFindings,
} from "./findings.ts";
import { probeHosts } from "./host-probe.ts";
import { readList } from "./list-records.ts";
import { example } from "./options.ts";
import {
  failed,
  wrongUsage,
  type Define,
  type Report,
  type Session,
} from "./session.ts";
import { probeVisits } from "./visit-probe.ts";

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
    .option(
      "--visit [url]",
      "also visit every host as visitors do, by DNS and HTTPS, and say which does not lead to an edge, and whose certificate is not accepted or expires; or at a URL in place of what DNS says",
    )
    .addHelpText(
      "after",
      example("doctor --probe --visit", "doctor --visit http://127.0.0.1:8787"),
    )
    .action((options: DoctorOptions) =>
      run((session) => doctor(session, options)),
    );
};

interface DoctorOptions {
  probe?: true;
  visit?: string | true;
}

async function doctor(
  { store, nowMs, colors }: Session,
  { probe, visit }: DoctorOptions,
): Promise<Report> {
  const at = typeof visit === "string" ? URL.parse(visit) : null;
  if (typeof visit === "string" && !/^https?:$/.test(at?.protocol ?? ""))
    return wrongUsage(
      `--visit is ${JSON.stringify(visit)}; expected the URL of an edge, such as http://127.0.0.1:8787`,
    );
  const list = await readList(store, nowMs);
  if (!list.ok) return failed(list.problem);
  const drifted = (await store.ledger?.drifted()) ?? { ok: true, value: [] };
  if (!drifted.ok) return failed(drifted.problem);
  // Wrangler, which reads its files, takes half a second to load.
  const { configuredVariables, readDeployment } =
    await import("../../node/local.ts");
  const found = [
    ...diskFindings(await store.disk()),
    ...findings(list.value, nowMs),
    ...driftFindings(drifted.value),
    ...deploymentFindings(readDeployment()),
    ...variableFindings(configuredVariables(), store.kind),
    ...(probe ? await probeHosts(list.value) : []),
    ...(visit ? await probeVisits(list.value, { at, nowMs }) : []),
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
