import type { Records } from "../../customer/apply-result.ts";
import {
  edgeKey,
  purgeKey,
  siteKey,
  standingKey,
} from "../../customer/keys.ts";
import { parseSite } from "../../customer/site.ts";
import { hostCandidates } from "../../http/host.ts";
import type { Parsed } from "../../parse/parsed.ts";
import { parseInstant } from "../moment.ts";
import type { Store } from "../store.ts";
import { nameValueTable } from "../../node/table.ts";
import { parseVisitedUrl } from "./visited-url.ts";
import { explanation } from "./explanation.ts";
import { countryArgument, example } from "./options.ts";
import {
  failed,
  wrongUsage,
  type Define,
  type Report,
  type Session,
} from "./session.ts";

interface ExplainOptions {
  at?: string;
  country?: string | null;
  method: string;
}

export const defineExplain: Define = (program, run) => {
  program
    .command("explain")
    .description(
      "say what a visitor of a URL gets and why, step by step, as the edge decides it",
    )
    .argument("<url>", "https://shop.example/cart?item=7")
    .option("--at <instant>", "at this moment instead of now")
    .option(
      "--country <country>",
      "for a visitor from there, by its code",
      countryArgument,
    )
    .option("--method <method>", "for this method", "GET")
    .addHelpText(
      "after",
      example(
        "explain https://forum.example/ --country DE --at 2026-12-01T08:00:00Z",
      ),
    )
    .action((url: string, options: ExplainOptions) =>
      run((session) => explain(session, url, options)),
    );
};

async function explain(
  { store, nowMs, colors }: Session,
  url: string,
  { at, country = null, method }: ExplainOptions,
): Promise<Report> {
  const moment =
    at === undefined
      ? { ok: true as const, value: nowMs }
      : parseInstant(at, nowMs);
  if (!moment.ok) return wrongUsage(`--at is ${moment.problem}`);
  const visited = parseVisitedUrl(url, { method, country });
  if (!visited.ok) return wrongUsage(visited.problem);
  const records = await readFor(store, visited.value.visit.host);
  if (!records.ok) return failed(records.problem);

  const { steps, gets } = explanation(
    visited.value,
    records.value,
    moment.value,
  );
  return {
    exit: "done",
    json: {
      url,
      at: new Date(moment.value).toISOString(),
      gets,
      steps: steps.map(([step, finds]) => ({ step, finds })),
    },
    text: nameValueTable(
      steps.map(([step, finds]) => [colors.bold(step), finds]),
    ),
  };
}

/** The records the edge reads for a host, in the two rounds in which it reads them. */
async function readFor(store: Store, host: string): Promise<Parsed<Records>> {
  const keys = hostCandidates(host).map(siteKey);
  const first = await store.read([edgeKey, ...keys]);
  if (!first.ok) return first;
  const customers = keys.flatMap((key) => {
    const site = parseSite(key, first.value.get(key) ?? "");
    return site.ok ? [site.value.customer] : [];
  });
  const second = await store.read(
    customers.flatMap((customer) => [
      standingKey(customer),
      purgeKey(customer),
    ]),
  );
  return second.ok
    ? { ok: true, value: new Map([...first.value, ...second.value]) }
    : second;
}
