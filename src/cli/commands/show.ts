import { purgeKey, siteKey, standingKey } from "../../customer/keys.ts";
import { denialOf, type State } from "../../customer/state.ts";
import { suggestion } from "../../parse/suggest.ts";
import { nameValueTable } from "../../node/table.ts";
import {
  problemOf,
  refusalOf,
  formatClearing,
  formatMoment,
  formatScope,
  formatState,
  formatVerdict,
} from "./describe.ts";
import { readList, readSince } from "./list-records.ts";
import { failed, type Define, type Report, type Session } from "./session.ts";

export const defineShow: Define = (program, run) => {
  program
    .command("show")
    .description("show all that the list says of one customer")
    .argument("<customer>", "the customer's id, or one of its hosts")
    .action((name: string) => run((session) => show(session, name)));
};

async function show(
  { store, nowMs, colors }: Session,
  name: string,
): Promise<Report> {
  const read = await readList(store, nowMs);
  if (!read.ok) return failed(read.problem);
  const list = read.value;
  const site = list.sites.get(name);
  const id = site?.ok ? site.value.customer : name;
  const found = list.customers.get(id);
  if (found === undefined) {
    const known = [...list.customers.keys(), ...list.sites.keys()];
    return failed(
      `there is no customer and no site ${JSON.stringify(name)}${suggestion(name, known)}`,
    );
  }
  const since = await readSince({ customers: new Map([[id, found]]) }, store);
  if (!since.ok) return failed(since.problem);
  const keys = [standingKey(id), ...found.hosts.map(siteKey), purgeKey(id)];
  const records = keys.flatMap((key) => {
    const text = list.records.get(key) ?? null;
    return text === null ? [] : [[key, text] as const];
  });
  return {
    exit: "done",
    json: {
      customer: id,
      state: found.state.kind,
      hosts: found.hosts,
      records: Object.fromEntries(records),
    },
    text: [
      `${colors.bold(id)}  ${formatState(found.state, colors)}`,
      nameValueTable(
        standingRows(found.state, since.value.get(id) ?? null, nowMs),
      ),
      colors.bold("records"),
      nameValueTable(records),
    ]
      .filter((part) => part !== "")
      .join("\n"),
  };
}

function standingRows(
  state: State,
  sinceMs: number | null,
  nowMs: number,
): (readonly [string, string])[] {
  const problem = ["problem", problemOf(state) ?? ""] as const;
  const denial = denialOf(state);
  if (denial === null) return [problem];
  return [
    problem,
    ["visitors get", formatVerdict(refusalOf(denial, nowMs))],
    ["scope", formatScope(denial.scope)],
    ["ground", denial.ground ?? "not stated"],
    ["from", formatMoment(denial.effectiveAtMs ?? sinceMs, nowMs) || "at once"],
    ["until", formatMoment(denial.endsAtMs, nowMs) || "further notice"],
    ["certificates until", formatMoment(denial.offboardUntilMs, nowMs)],
    ["clears", formatClearing(denial.clearSiteData)],
    ["reason", denial.reason ?? ""],
    ["reference", denial.reference ?? ""],
    ["authority", denial.authority?.name ?? ""],
    ["notice", denial.noticeUrl ?? ""],
    ["appeal", denial.appealUrl ?? ""],
  ];
}
