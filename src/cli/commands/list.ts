import type { Colors } from "../../node/terminal.ts";
import { standingKey } from "../../customer/keys.ts";
import { denialOf, type State } from "../../customer/state.ts";
import { table } from "../../node/table.ts";
import { problemOf, formatMoment, formatState } from "./describe.ts";
import { readList, readSince } from "./list-records.ts";
import { failed, type Define, type Report, type Session } from "./session.ts";

export const defineList: Define = (program, run) => {
  program
    .command("list")
    .description("list all customers, how they stand now, and their sites")
    .action(() => run(list));
};

async function list({ store, nowMs, colors }: Session): Promise<Report> {
  const read = await readList(store, nowMs);
  if (!read.ok) return failed(read.problem);
  const since = await readSince(read.value, store);
  if (!since.ok) return failed(since.problem);
  const drifted = (await store.ledger?.drifted()) ?? { ok: true, value: [] };
  if (!drifted.ok) return failed(drifted.problem);
  const pastRegistry = new Set(drifted.value.map(({ key }) => key));
  const isDrifted = (customer: string) =>
    pastRegistry.has(standingKey(customer));
  const customers = [...read.value.customers];
  const startOf = (customer: string, state: State) =>
    denialOf(state)?.effectiveAtMs ?? since.value.get(customer) ?? null;
  return {
    exit: "done",
    json: {
      customers: customers.map(([customer, { state, hosts }]) => ({
        customer,
        state: state.kind,
        ground: denialOf(state)?.ground ?? null,
        since: isoOrNull(startOf(customer, state)),
        until: isoOrNull(denialOf(state)?.endsAtMs),
        problem: problemOf(state),
        isDrifted: isDrifted(customer),
        hosts,
      })),
    },
    text:
      customers.length === 0
        ? "No customers. The first one: portcullis add HOST --customer ID --origin URL"
        : table(
            ["customer", "state", "ground", "from", "until", "sites"],
            customers.map(([customer, { state, hosts }]) => [
              customer,
              isDrifted(customer)
                ? `${formatEntry(state, colors)}, ${colors.magenta("past the registry")}`
                : formatEntry(state, colors),
              denialOf(state)?.ground ?? "",
              formatMoment(startOf(customer, state), nowMs),
              formatMoment(denialOf(state)?.endsAtMs ?? null, nowMs),
              hosts.join(" "),
            ]),
          ),
  };
}

/** The state, marked where something in the entry is malformed and it holds all the same. */
function formatEntry(state: State, colors: Colors): string {
  const word = formatState(state, colors);
  return problemOf(state) === null || state.kind === "malformed"
    ? word
    : `${word}, ${colors.magenta("malformed")}`;
}

function isoOrNull(ms: number | null | undefined): string | null {
  return ms === null || ms === undefined ? null : new Date(ms).toISOString();
}
