import { formatInstant } from "../../parse/text.ts";
import * as v from "valibot";
import { nameValueTable } from "../../node/table.ts";
import { standingKey } from "../../customer/keys.ts";
import { stateOf } from "../../customer/state.ts";
import type { Parsed } from "../../parse/parsed.ts";
import type { LedgerClient } from "../ledger-client.ts";
import { describeRecordChange } from "./describe.ts";
import { example } from "./options.ts";
import {
  failed,
  wrongUsage,
  type Define,
  type Report,
  type Session,
} from "./session.ts";
import { findCustomer } from "./target.ts";

const texts = v.record(v.string(), v.nullable(v.string()));
const entryForm = v.looseObject({
  seq: v.number(),
  at: v.string(),
  actor: v.string(),
  kind: v.string(),
  causeText: v.optional(v.nullable(v.string())),
  command: v.optional(v.looseObject({ kind: v.string() })),
  undoes: v.optional(v.number()),
  before: v.optional(texts),
  writes: v.optional(texts),
  key: v.optional(v.string()),
  text: v.optional(v.nullable(v.string())),
  name: v.optional(v.string()),
  role: v.optional(v.nullable(v.string())),
});
const pageForm = v.object({
  entries: v.array(entryForm),
  before: v.nullable(v.number()),
});
type HistoryEntry = v.InferOutput<typeof entryForm>;

export const defineHistory: Define = (program, run) => {
  program
    .command("history")
    .description(
      "tell who decided what, when, why, and what changed, the newest first (needs a registry)",
    )
    .argument(
      "[customer]",
      "a customer's id, one of its hosts, or a URL; all, when left out",
    )
    .option("--limit <n>", "how many entries", "20")
    .option("--before <seq>", "only entries with lower numbers: the next page")
    .addHelpText(
      "after",
      example("history forum", "history --limit 100 --json"),
    )
    .action((target: string | undefined, options: HistoryOptions) =>
      run((session) => history(session, target, options)),
    );
};

interface HistoryOptions {
  limit: string;
  before?: string;
}

async function history(
  session: Session,
  target: string | undefined,
  { limit, before }: HistoryOptions,
): Promise<Report> {
  const ledger = ledgerOf(session);
  if (!ledger.ok) return failed(ledger.problem);
  if (!/^[1-9]\d{0,2}$/.test(limit))
    return wrongUsage(`--limit is "${limit}"; expected 1 to 999`);
  if (before !== undefined && !/^[1-9]\d{0,14}$/.test(before))
    return wrongUsage(
      `--before is "${before}"; expected the number of an entry`,
    );
  const customer =
    target === undefined ? null : await findCustomer(session, target);
  if (customer !== null && !customer.ok) return failed(customer.problem);
  const page = await ledger.value.client.get(
    "/v1/entries",
    {
      limit,
      ...(before !== undefined && { before }),
      ...(customer !== null && { customer: customer.value }),
    },
    pageForm,
  );
  if (page.kind !== "answered") return failed(page.problem);
  const { entries, before: next } = page.value;
  const { colors } = session;
  const more =
    next === null
      ? ""
      : `\n\nOlder ones: portcullis history${target === undefined ? "" : ` ${target}`} --before ${next}`;
  return {
    exit: "done",
    json: { entries, before: next },
    text:
      entries.length === 0
        ? "No entries."
        : entries
            .map(
              (entry) =>
                `${colors.bold(`${entry.seq}`)}  ${formatInstant(Date.parse(entry.at))}  ${entry.actor}: ${titleOf(entry)}\n${nameValueTable(rowsOf(entry))}`,
            )
            .join("\n")
            .concat(more),
  };
}

/** The ledger of a session that has a registry. */
export function ledgerOf({ store }: Session): Parsed<LedgerClient> {
  return store.ledger === null
    ? {
        ok: false,
        problem:
          "there is no registry here: npm start runs one on its store, and --registry or PORTCULLIS_REGISTRY names another",
      }
    : { ok: true, value: store.ledger };
}

function titleOf(entry: HistoryEntry): string {
  switch (entry.kind) {
    case "commanded": {
      const command: Readonly<Record<string, unknown>> = entry.command ?? {};
      return [command["kind"], command["customer"] ?? command["host"]]
        .filter((word) => typeof word === "string")
        .join(" ");
    }
    case "undone":
      return `undo of ${entry.undoes}`;
    case "observed":
      return `${entry.key} was found changed, past the registry`;
    case "imported":
      return `${entry.key} stood in KV before`;
    case "adopted":
    case "reverted":
      return `${entry.key} ${entry.kind}`;
    case "token":
      return entry.role === null
        ? `token of ${entry.name} withdrawn`
        : `token for ${entry.name}, ${entry.role}`;
    default:
      return entry.kind;
  }
}

function rowsOf(entry: HistoryEntry): [string, string][] {
  const thenMs = Date.parse(entry.at);
  const { before = {}, writes, key, text = null, causeText } = entry;
  const changed =
    writes === undefined
      ? key === undefined
        ? []
        : [[key, text ?? "(deleted)"] as [string, string]]
      : Object.entries(writes).map(([name, is]): [string, string] => [
          name,
          describeRecordChange(name, before[name] ?? null, is, thenMs),
        ]);
  const reason = reasonIn(writes);
  return [
    ...changed,
    ...(reason === null ? [] : [["reason", reason] as [string, string]]),
    ...(causeText ? [["cause", causeText] as [string, string]] : []),
  ];
}

/** What visitors are told of a denial that was written. */
function reasonIn(
  writes: Readonly<Record<string, string | null>> | undefined,
): string | null {
  for (const [key, text] of Object.entries(writes ?? {})) {
    const customer = key.replace(/^customer:/, "");
    if (key !== standingKey(customer)) continue;
    const state = stateOf(customer, text, 0);
    if ("denial" in state) return state.denial.reason;
  }
  return null;
}
