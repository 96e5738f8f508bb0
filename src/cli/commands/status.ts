import { formatInstant } from "../../parse/text.ts";
import { setTimeout as pause } from "node:timers/promises";
import { standingKey } from "../../customer/keys.ts";
import { stateOf } from "../../customer/state.ts";
import { nameValueTable, table } from "../../node/table.ts";
import type { LedgerClient, Propagation } from "../ledger-client.ts";
import { formatDistance, parseDuration } from "../moment.ts";
import { ledgerOf } from "./history.ts";
import { example } from "./options.ts";
import {
  failed,
  wrongUsage,
  type Define,
  type Report,
  type Session,
} from "./session.ts";
import { findCustomer } from "./target.ts";

const askEveryMs = 250;

interface StatusOptions {
  wait?: true;
  for: string;
}

export const defineStatus: Define = (program, run) => {
  program
    .command("status")
    .description(
      "tell how far the last change about a customer has come: KV, and each point of presence (needs a registry)",
    )
    .argument("<customer>", "its id, one of its hosts, or a URL")
    .option(
      "--wait",
      "until it holds everywhere that has been heard of, and has taken effect",
    )
    .option("--for <duration>", "how long to wait at most", "60s")
    .addHelpText(
      "after",
      example("status forum", "status forum --wait --for 5m"),
    )
    .action((target: string, options: StatusOptions) =>
      run((session) => status(session, target, options)),
    );
};

async function status(
  session: Session,
  target: string,
  options: StatusOptions,
): Promise<Report> {
  const ledger = ledgerOf(session);
  if (!ledger.ok) return failed(ledger.problem);
  const patience = parseDuration(options.for);
  if (!patience.ok) return wrongUsage(`--for is ${patience.problem}`);
  const customer = await findCustomer(session, target);
  if (!customer.ok) return failed(customer.problem);
  const patienceMs = options.wait ? patience.value : 0;
  const last = await follow(ledger.value, customer.value, patienceMs);
  if (typeof last === "string") return failed(last);
  return {
    exit: options.wait && last.left.length > 0 ? "failed" : "done",
    json: { customer: customer.value, ...last },
    text: describe(customer.value, last, Date.now()),
  };
}

/** A change, and what is left of its way; the newest of the customer's, where another is made meanwhile. */
interface Followed extends Propagation {
  left: readonly string[];
}

/** Asks until nothing is left, and says on standard error what still is. A text is why nothing can be said. */
async function follow(
  ledger: LedgerClient,
  customer: string,
  patienceMs: number,
): Promise<Followed | string> {
  const untilMs = Date.now() + patienceMs;
  let said = "";
  for (;;) {
    const reply = await ledger.propagation(customer);
    if (reply.kind !== "answered") return reply.problem;
    const left = leftOf(customer, reply.value, Date.now());
    if (left.length === 0 || Date.now() >= untilMs)
      return { ...reply.value, left };
    const saying = `Waiting: ${left.join("; ")}\n`;
    if (saying !== said) process.stderr.write(saying);
    said = saying;
    await pause(askEveryMs);
  }
}

function leftOf(
  customer: string,
  { key, text, confirmedAt, pops }: Propagation,
  nowMs: number,
): string[] {
  const behind = pops.filter(({ state }) => state === "behind");
  const state =
    key === standingKey(customer) ? stateOf(customer, text, nowMs) : null;
  return [
    ...(confirmedAt === null ? ["KV has not confirmed it"] : []),
    ...(behind.length > 0
      ? [`behind: ${behind.map(({ name }) => name).join(", ")}`]
      : []),
    ...(state?.kind === "noticed"
      ? [`it takes effect at ${formatInstant(state.denial.effectiveAtMs ?? 0)}`]
      : []),
  ];
}

function describe(customer: string, change: Followed, nowMs: number): string {
  const { key, text, seq, at, actor, confirmedAt, pops } = change;
  const state =
    key === standingKey(customer) ? stateOf(customer, text, nowMs) : null;
  const denial = state !== null && "denial" in state ? state.denial : null;
  const dueMs = Math.max(at, denial?.effectiveAtMs ?? at);
  const holds = pops.filter(({ since }) => since !== null);
  const silent = pops.filter((pop) => pop.state === "silent");
  const last = Math.max(...holds.map(({ since }) => since ?? at));
  const isEverywhere =
    holds.length > 0 && holds.length + silent.length === pops.length;
  const rows: [string, string][] = [
    ["entry", `${seq} by ${actor}, ${formatInstant(at)}`],
    [
      "KV",
      confirmedAt === null
        ? "not confirmed"
        : `confirmed ${secondsFrom(at, confirmedAt)} after the decision`,
    ],
    [
      "PoPs",
      pops.length === 0
        ? "none has asked within a day"
        : `${holds.length} of ${pops.length} hold it`,
    ],
    [
      denial === null ? "time to all" : "time to dark",
      isEverywhere
        ? `${secondsFrom(dueMs, last)}, by the word of the last PoP; up to 2 s more in its other isolates`
        : "",
    ],
    [
      "not heard of",
      silent.length === 0
        ? ""
        : `${silent.length} of them: no visitor of late; each asks before it serves the next`,
    ],
    ["left", change.left.join("; ")],
  ];
  const list = table(
    ["PoP", "state", "since the decision", "heard of"],
    pops.map(({ name, state: is, since, heard }) => [
      name,
      is,
      since === null ? "" : secondsFrom(at, since),
      formatDistance(heard, nowMs),
    ]),
  );
  return `${customer}: ${state?.kind ?? key}\n${nameValueTable(rows)}${pops.length === 0 ? "" : `\n${list}`}`;
}

function secondsFrom(fromMs: number, ms: number): string {
  return `${(Math.max(ms - fromMs, 0) / 1000).toFixed(1)} s`;
}
