import { parseConfig } from "../../config.ts";
import { othersId, siteOf } from "../customers.ts";
import type { Scenario } from "./form.ts";
import { codesOf } from "../places.ts";
import { ownId } from "../provider.ts";
import { momentMs, type Moment } from "./values.ts";
import type { Path } from "../../node/yaml.ts";

export interface ScenarioProblem {
  path: Path;
  problem: string;
}

/** What no member says by itself: whether they fit together. Null when they do. */
export function checkScenario(scenario: Scenario): ScenarioProblem | null {
  const found =
    checkEdge(scenario) ??
    checkCustomers(scenario) ??
    firstOf(scenario.events, (event, index) =>
      checkEvent(event, ["events", index], scenario),
    ) ??
    firstOf(scenario.expect, (expectation, index) =>
      checkExpectation(expectation, ["expect", index], scenario),
    );
  return found;
}

function firstOf<Item>(
  items: readonly Item[],
  check: (item: Item, index: number) => ScenarioProblem | null,
): ScenarioProblem | null {
  for (const [index, item] of items.entries()) {
    const found = check(item, index);
    if (found !== null) return found;
  }
  return null;
}

function checkEdge({
  edge,
  customers,
  others,
}: Scenario): ScenarioProblem | null {
  const config = parseConfig(edge);
  if (!config.ok) return { path: ["edge"], problem: config.problem };
  if (customers.length + others.count === 0)
    return {
      path: ["customers"],
      problem: `"customers" is empty; expected one, or a count of others`,
    };
  return null;
}

function checkCustomers(scenario: Scenario): ScenarioProblem | null {
  const { customers, providers } = scenario;
  const shares = customers.reduce((sum, { share }) => sum + share, 0);
  if (shares > 1 + 1e-9)
    return {
      path: ["customers"],
      problem: `"customers" have shares of ${Number(shares.toFixed(3))} of all visitors; expected 1 at most`,
    };
  const ids = new Set<string>([othersId]);
  return firstOf(customers, (customer, index) => {
    const path = ["customers", index];
    if (ids.has(customer.id))
      return {
        path: [...path, "id"],
        problem: `"${customer.id}" is taken; expected an id of its own`,
      };
    ids.add(customer.id);
    const site = siteOf(customer);
    if (!site.ok) return { path: [...path, "site"], problem: site.problem };
    const { provider } = customer;
    return provider === undefined || knows(providers, provider)
      ? null
      : unknown([...path, "provider"], provider, "a provider's id");
  });
}

function checkEvent(
  event: Scenario["events"][number],
  path: Path,
  scenario: Scenario,
): ScenarioProblem | null {
  const { at, command, fault, publish, attack, move } = event;
  const { decline, hold, release } = event;
  const atMs = momentMs(at, scenario.start);
  const endMs = scenario.start + scenario.lasts;
  if (atMs < scenario.start || atMs > endMs)
    return {
      path: [...path, "at"],
      problem: `"at" is ${new Date(atMs).toISOString()}; expected a moment of the scenario`,
    };
  if (fault?.kind.startsWith("registry-") && scenario.registry === undefined)
    return {
      path,
      problem: `"${fault.kind}" is a fault of a registry; expected the member "registry"`,
    };
  const lost = fault !== undefined && "pops" in fault ? (fault.pops ?? []) : [];
  const codes = codesOf(scenario.pops);
  const missing = lost.find((code) => !codes.includes(code));
  if (missing !== undefined)
    return unknown(path, missing, "a point of presence of the scenario");
  const subject =
    command !== undefined && "customer" in command.parsed
      ? command.parsed.customer
      : undefined;
  if (subject !== undefined && !mayKnow(scenario, subject))
    return unknown(
      path,
      subject,
      "the id of a customer, or of one that an earlier command adds",
    );
  const customer =
    publish ??
    attack?.customer ??
    move?.customer ??
    decline?.customer ??
    hold ??
    release ??
    (fault !== undefined && "customer" in fault ? fault.customer : undefined);
  const isOfOthers =
    fault !== undefined && customer === othersId && scenario.others.count > 0;
  if (
    customer !== undefined &&
    !isOfOthers &&
    !scenario.customers.some(({ id }) => id === customer)
  )
    return unknown(path, customer, "the id of a customer with a name");
  if (decline?.by === ownId)
    return {
      path,
      problem: `"${ownId}" declines by a command; expected another provider's id`,
    };
  const provider =
    move?.to ??
    decline?.by ??
    (fault !== undefined && "provider" in fault ? fault.provider : undefined);
  if (provider !== undefined && !knows(scenario.providers, provider))
    return unknown(path, provider, "a provider's id");
  return fault !== undefined &&
    "provider" in fault &&
    !hasSupplier(scenario, fault.provider)
    ? {
        path,
        problem: `"${fault.provider}" has no supplier; expected a provider with one`,
      }
    : null;
}

/** Customers with a name, others by number, and those whom a command adds. */
function mayKnow(
  { customers, others, events }: Scenario,
  customer: string,
): boolean {
  const [, number] = /^other-([1-9]\d*)$/.exec(customer) ?? [];
  return (
    customers.some(({ id }) => id === customer) ||
    Number(number) <= others.count ||
    events.some(
      ({ command }) =>
        command?.parsed.kind === "add" &&
        command.parsed.site.customer === customer,
    )
  );
}

function hasSupplier({ providers, supplier }: Scenario, id: string): boolean {
  const own = [{ id: ownId, supplier }, ...providers];
  return own.some((one) => one.id === id && one.supplier !== undefined);
}

function checkExpectation(
  expectation: Scenario["expect"][number],
  path: Path,
  scenario: Scenario,
): ScenarioProblem | null {
  const { answers, errors } = expectation;
  const [kind = ""] = Object.keys(expectation);
  const ids = [othersId, ...scenario.customers.map(({ id }) => id)];
  for (const about of Object.values(expectation)) {
    if (about === undefined) continue;
    const named = [
      "customer" in about ? about.customer : undefined,
      "besides" in about ? about.besides : undefined,
    ];
    for (const id of named)
      if (id !== undefined && !ids.includes(id))
        return unknown([...path, kind], id, `one of ${ids.join(", ")}`);
  }
  const window = answers ?? errors;
  return (
    checkBucketStart(window?.from, [...path, kind, "from"], scenario) ??
    checkBucketStart(window?.until, [...path, kind, "until"], scenario)
  );
}

/** Answers are counted in buckets; what begins within one cannot be told. */
function checkBucketStart(
  moment: Moment | undefined,
  path: Path,
  { start, bucket }: Scenario,
): ScenarioProblem | null {
  if (moment === undefined) return null;
  const afterMs = momentMs(moment, start) - start;
  return afterMs % bucket === 0
    ? null
    : {
        path,
        problem: `"${String(path.at(-1))}" is ${afterMs / 1_000} s after the start; expected the beginning of a bucket of ${bucket / 1_000} s`,
      };
}

function knows(providers: Scenario["providers"], id: string): boolean {
  return id === ownId || providers.some((provider) => provider.id === id);
}

function unknown(path: Path, found: string, expected: string): ScenarioProblem {
  return { path, problem: `"${found}" is unknown; expected ${expected}` };
}
