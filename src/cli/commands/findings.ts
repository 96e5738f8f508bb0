import { formatInstant } from "../../parse/text.ts";
import { parseConfig, variableNames } from "../../config.ts";
import { denialOf } from "../../customer/state.ts";
import { decisionStatuses } from "../../customer/decide.ts";
import {
  siteKey,
  edgeKey,
  isCustomerId,
  purgeKey,
  standingKey,
} from "../../customer/keys.ts";
import { parsePurge } from "../../customer/purge.ts";
import { defaultSettings } from "../../customer/settings.ts";
import type { Deployment } from "../../node/local.ts";
import { canonicalHost, hostCandidates } from "../../http/host.ts";
import { suggestion } from "../../parse/suggest.ts";
import { isShort, shortage, type Disk } from "../disk.ts";
import { unstatedOf } from "./describe.ts";
import type { Listed } from "./list-records.ts";

export interface Finding {
  /** Whether something is not as its operator must have meant it, or only may not be. */
  weight: "problem" | "remark";
  key: string;
  finding: string;
}

/** A store that cannot be written keeps a customer up who should be dropped. */
export function diskFindings(disk: Disk | null): Finding[] {
  return disk !== null && isShort(disk)
    ? [problem("(disk)", shortage(disk))]
    : [];
}

/** What was written to KV past the registry. */
export function driftFindings(
  drifted: readonly { key: string; ledger: string | null }[],
): Finding[] {
  return drifted.map(({ key, ledger }) =>
    problem(
      key,
      `was changed past the registry, whose ledger says ${ledger ?? "that there is no such key"}: adopt ${key} lets it stand, revert ${key} takes it back`,
    ),
  );
}

/** Two namespaces, and the edge never hears of a decision. Nothing is found where the registry is not to be deployed. */
export function deploymentFindings({
  edgeNamespace,
  registryNamespace,
  isBound,
}: Deployment): Finding[] {
  const isDeployed = registryNamespace !== null || isBound;
  if (isDeployed && edgeNamespace !== registryNamespace)
    return [
      problem(
        "(wrangler)",
        `CUSTOMERS has the id ${edgeNamespace ?? "none"} in wrangler.toml and ${registryNamespace ?? "none"} in wrangler.registry.toml; expected the same, or the edge never hears of a decision`,
      ),
    ];
  return registryNamespace !== null && !isBound
    ? [
        {
          weight: "remark",
          key: "(wrangler)",
          finding:
            "the edge has no binding REGISTRY (wrangler.toml): decisions spread as fast as KV does, and status knows of no PoP",
        },
      ]
    : [];
}

/** What is wrong with the settings of the edge, with which it would answer everybody 500, and what may be. */
export function variableFindings(
  variables: Readonly<Record<string, unknown>>,
  of: "local" | "remote",
): Finding[] {
  const config = parseConfig(variables);
  const unknown = Object.keys(variables).filter(
    (name) => !knownVariables.includes(name),
  );
  return [
    ...(config.ok
      ? []
      : [problem("(settings)", `${config.problem} (wrangler.toml)`)]),
    ...unknown.map((name) =>
      remark(
        "(settings)",
        `${name} is no setting of the edge${suggestion(name, knownVariables)}`,
      ),
    ),
    ...(of === "remote" && variables["OPERATOR"] === undefined
      ? [
          remark(
            "(settings)",
            "OPERATOR is not set: pages name nobody whom visitors and owners could ask",
          ),
        ]
      : []),
  ];
}

/** What bindings of other kinds are called is none of these. */
const knownVariables: readonly string[] = [...variableNames, "HOST_ZONES"];

/** All that is wrong with a list, or worth a look, by key. */
export function findings(list: Listed, nowMs: number): Finding[] {
  return [
    ...settingsFindings(list, nowMs),
    ...strayKeys(list),
    ...siteFindings(list),
    ...[...list.customers.keys()].flatMap((id) =>
      customerFindings(id, list, nowMs),
    ),
    ...purgeFindings(list),
  ];
}

function problem(key: string, finding: string): Finding {
  return { weight: "problem", key, finding };
}

function remark(key: string, finding: string): Finding {
  return { weight: "remark", key, finding };
}

/** A parser's sentence without the key that stands beside it. */
function malformed(key: string, sentence: string): Finding {
  return problem(key, `malformed: ${sentence.replace(`${key}: `, "")}`);
}

function settingsFindings({ settings }: Listed, nowMs: number): Finding[] {
  if (!settings.ok) return [malformed(edgeKey, settings.problem)];
  const { maintenance, failPolicy } = settings.value;
  const found: Finding[] = [];
  if (maintenance !== null) {
    const { untilMs } = maintenance;
    if (untilMs === null)
      found.push(
        remark(
          edgeKey,
          `maintenance is on until it is switched off: every site answers ${decisionStatuses.maintenance}`,
        ),
      );
    else if (nowMs < untilMs)
      found.push(
        remark(
          edgeKey,
          `maintenance is on until ${formatInstant(untilMs)}: every site answers ${decisionStatuses.maintenance}`,
        ),
      );
    else
      found.push(
        remark(
          edgeKey,
          `maintenance ended on ${formatInstant(untilMs)} and may be taken out`,
        ),
      );
  }
  if (failPolicy === "open")
    found.push(
      remark(
        edgeKey,
        "fails open: while KV cannot be read, a PoP that remembers nothing of a dropped customer serves it",
      ),
    );
  return found;
}

/** Keys that the edge never reads: a host in another spelling, an id that is none, a word misspelt. */
function strayKeys({ records }: Listed): Finding[] {
  return [...records.keys()].flatMap((key) => {
    const [kind = "", name = ""] = key.split(/:(.*)/s, 2);
    if (key === edgeKey) return [];
    if (kind === "customer" || kind === "purge") {
      return isCustomerId(name)
        ? []
        : [
            problem(
              key,
              "is never read: a customer id is 1 to 63 of a-z, 0-9 and -",
            ),
          ];
    }
    if (kind !== "host")
      return [
        problem(
          key,
          "is never read: keys are edge, host:…, customer:… and purge:…",
        ),
      ];
    const host = canonicalHost(name.replace(/^\*\./, "any."));
    if (!host.ok) return [problem(key, "is never read: this is no host")];
    const [exact, wildcard] = hostCandidates(host.value);
    const read = name.startsWith("*.") ? wildcard : exact;
    return read === name
      ? []
      : [
          problem(
            key,
            `is never read: this host is spelt ${siteKey(read ?? "")}`,
          ),
        ];
  });
}

function siteFindings({ sites }: Listed): Finding[] {
  return [...sites].flatMap(([pattern, site]) => {
    const key = siteKey(pattern);
    if (!site.ok) return [malformed(key, site.problem)];
    return site.value.origins
      .filter((origin) =>
        hostCandidates(new URL(origin).hostname).includes(pattern),
      )
      .map((origin) =>
        remark(
          key,
          `its origin ${origin} is a host of the site itself: where DNS leads that to the edge, every request comes back and is answered 502`,
        ),
      );
  });
}

function customerFindings(
  id: string,
  { customers, settings }: Listed,
  nowMs: number,
): Finding[] {
  const key = standingKey(id);
  const found = customers.get(id);
  if (found === undefined) return [];
  const { state, hosts } = found;
  const { defaultVerdict } = settings.ok ? settings.value : defaultSettings;
  if (state.kind === "absent") {
    const sites = hosts.join(", ");
    return [
      defaultVerdict === "deny"
        ? problem(
            key,
            `no entry, and the default verdict is deny: ${sites} is refused`,
          )
        : remark(
            key,
            `no entry: ${sites} is served by default, and a drop takes longer where PoPs remember that there was none`,
          ),
    ];
  }
  if (state.kind === "malformed")
    return [malformed(key, `${state.problem}. It neither drops nor restores`)];
  const remarks: Finding[] = [];
  if (state.problem !== null) remarks.push(malformed(key, state.problem));
  if (hosts.length === 0)
    remarks.push(remark(key, "no site of this customer is in the list"));
  const denial = denialOf(state);
  if (denial === null) return remarks;
  const unstated = unstatedOf(denial);
  if (state.kind !== "ended" && state.problem === null && unstated !== null)
    remarks.push(
      remark(
        key,
        `says no ${unstated}: visitors and the owner are not told why`,
      ),
    );
  if (state.kind === "ended")
    remarks.push(
      remark(
        key,
        `served again since ${formatInstant(denial.endsAtMs ?? nowMs)}: the denial has ended, and restore would take it out`,
      ),
    );
  const unknownHosts = (denial.scope.hosts ?? []).filter(
    (host) => !isServed(host, hosts),
  );
  if (unknownHosts.length > 0)
    remarks.push(
      problem(
        key,
        `denies ${unknownHosts.join(", ")}, which is no site of this customer`,
      ),
    );
  return remarks;
}

/** Does a host of a scope concern any of these sites? */
function isServed(host: string, sites: readonly string[]): boolean {
  return sites.some(
    (site) =>
      site === host ||
      hostCandidates(site).includes(host) ||
      hostCandidates(host).includes(site),
  );
}

function purgeFindings({ records, customers }: Listed): Finding[] {
  return [...records].flatMap(([key, text]) => {
    if (!key.startsWith("purge:") || text === null) return [];
    const purges = parsePurge(key, text);
    if (!purges.ok) return [malformed(key, purges.problem)];
    const isKnown = [...customers.keys()].some((id) => purgeKey(id) === key);
    return isKnown ? [] : [remark(key, "there is no such customer")];
  });
}
