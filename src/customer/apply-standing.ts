import {
  succeed,
  refuse,
  type ApplyResult,
  type Records,
  type Refused,
} from "./apply-result.ts";
import type { Command, DenyingCommand } from "./command.ts";
import { formatStanding } from "./format.ts";
import { standingKey } from "./keys.ts";
import { ownerOf, siteKeysOf } from "./owner.ts";
import { covers, denialOf, stateOf, type State } from "./state.ts";

/** What the command does not mention stays as the entry before says it, as long as the ground is the same. */
export function deny(
  records: Records,
  command: DenyingCommand & { force: boolean },
  nowMs: number,
): ApplyResult {
  const { customer, force } = command;
  const key = standingKey(customer);
  const text = records.get(key) ?? null;
  const state = stateOf(customer, text, nowMs);
  const refusal =
    passed(command, nowMs) ??
    (force
      ? null
      : (reasonToAsk(state, command, nowMs) ??
        backdated(command, nowMs) ??
        notTheirs(records, command)));
  if (refusal !== null) return refusal;
  const seq = lastSeq(state, text) + 1;
  const denial = merged(state, command, nowMs);
  return succeed([key, formatStanding({ ...denial, seq })]);
}

export function restore(
  records: Records,
  { customer, force }: Extract<Command, { kind: "restore" }>,
  nowMs: number,
): ApplyResult {
  const key = standingKey(customer);
  const text = records.get(key) ?? null;
  const state = stateOf(customer, text, nowMs);
  if (state.kind === "allowed") {
    return refuse("already-served", `${key} says allow already`);
  }
  if (!force) {
    if (state.kind === "malformed") return refuse("malformed", state.problem);
    const standing = standingDenial(state);
    if (standing?.ground === "legal")
      return byOrder(key, standing, "which this would lift");
  }
  const seq = lastSeq(state, text) + 1;
  const served = { kind: "allow", effectiveAtMs: nowMs, seq } as const;
  return succeed([key, formatStanding(served)]);
}

/** The keys of the site records that say whose a host of a scope is. */
export function scopeKeys({ denial }: DenyingCommand): string[] {
  return (denial.scope.hosts ?? []).flatMap(siteKeysOf);
}

/** A moment that has passed is more often a slip of the pen than a decision written down late. */
function backdated(
  { customer, denial: { effectiveAtMs } }: DenyingCommand,
  nowMs: number,
): Refused | null {
  return effectiveAtMs !== null && effectiveAtMs < nowMs
    ? refuse(
        "backdated",
        `${standingKey(customer)} would be denied at once, and said to have been since ${instant(effectiveAtMs)}; it is ${instant(nowMs)}`,
      )
    : null;
}

/** A host that is not the customer's would stay as it is, and nobody would notice. */
function notTheirs(
  records: Records,
  { customer, denial }: DenyingCommand,
): Refused | null {
  for (const host of denial.scope.hosts ?? []) {
    const owner = ownerOf(host, records);
    if (owner !== customer)
      return refuse(
        "not-theirs",
        owner === null
          ? `the list has no site ${host}, so this would darken nothing there`
          : `${host} is a site of ${owner}, not of ${customer}`,
      );
  }
  return null;
}

/** The denial that is in force or announced. */
function standingDenial(state: State): Denial | null {
  return state.kind === "ended" ? null : denialOf(state);
}

/** The denial as it will stand: with what the one before it says besides, and since when it holds. */
function merged(
  state: State,
  { verb, denial }: DenyingCommand,
  nowMs: number,
): Denial {
  const before = standingDenial(state);
  if (before === null || isOtherGround(before, { verb, denial }))
    return { ...denial, effectiveAtMs: denial.effectiveAtMs ?? nowMs };
  const sinceMs = state.kind === "noticed" ? nowMs : before.effectiveAtMs;
  return {
    ...denial,
    effectiveAtMs: denial.effectiveAtMs ?? sinceMs,
    ground: denial.ground ?? before.ground,
    reason: denial.reason ?? before.reason,
    statement:
      Object.keys(denial.statement).length > 0
        ? denial.statement
        : before.statement,
    reference: denial.reference ?? before.reference,
    noticeUrl: denial.noticeUrl ?? before.noticeUrl,
    appealUrl: denial.appealUrl ?? before.appealUrl,
    authority: denial.authority ?? before.authority,
    offboardUntilMs: denial.offboardUntilMs ?? before.offboardUntilMs,
    clearSiteData: denial.clearSiteData ?? before.clearSiteData,
  };
}

/** Is it a decision of its own, to which the texts of the one before do not belong? */
function isOtherGround(
  before: Denial,
  { verb, denial }: Pick<DenyingCommand, "verb" | "denial">,
): boolean {
  return (
    (before.ground === "legal" && verb !== "withhold") ||
    (before.ground !== null &&
      denial.ground !== null &&
      denial.ground !== before.ground)
  );
}

/** A moment that the command needs to come, and that has. */
function passed(
  { verb, customer, denial }: DenyingCommand,
  nowMs: number,
): Refused | null {
  const { effectiveAtMs, endsAtMs } = denial;
  const now = `and it is ${instant(nowMs)}`;
  if (endsAtMs !== null && endsAtMs <= nowMs) {
    return refuse(
      "past",
      `${standingKey(customer)} would be served at once: "endsAt" is ${instant(endsAtMs)}, ${now}`,
    );
  }
  if (verb === "notice" && effectiveAtMs !== null && effectiveAtMs <= nowMs) {
    return refuse(
      "past",
      `${standingKey(customer)} would be denied at once, which drop is for: "effectiveAt" is ${instant(effectiveAtMs)}, ${now}`,
    );
  }
  return null;
}

/** What the command would undo by the way. */
function reasonToAsk(
  state: State,
  command: DenyingCommand,
  nowMs: number,
): Refused | null {
  switch (state.kind) {
    case "absent":
    case "allowed":
    case "ended":
      return null;
    case "malformed":
      return refuse("malformed", state.problem);
    case "noticed":
      return (
        againstOrder(state.denial, command) ??
        losing(state.problem) ??
        discarding(state.denial, command)
      );
    case "dropped":
    case "suspended":
    case "withheld":
      return (
        againstOrder(state.denial, command) ??
        servingAgain(state.denial, command, nowMs) ??
        losing(state.problem) ??
        discarding(state.denial, command)
      );
  }
}

/** What of a denial cannot be read may be a legal demand. */
function losing(problem: string | null): Refused | null {
  return problem === null ? null : refuse("malformed", problem);
}

type Denial = DenyingCommand["denial"];

function againstOrder(
  standing: Denial,
  { verb, customer }: DenyingCommand,
): Refused | null {
  return standing.ground === "legal" && verb !== "withhold"
    ? byOrder(standingKey(customer), standing, "which this would replace")
    : null;
}

function byOrder(
  key: string,
  { authority }: Denial,
  consequence: string,
): Refused {
  const by = authority === null ? "" : ` of ${authority.name}`;
  return refuse(
    "by-order",
    `${key} stands on a legal demand${by}, ${consequence}`,
  );
}

const texts = ["reason", "reference", "noticeUrl", "appealUrl"] as const;

/** With another ground the texts of the one before go, unless the command says them anew. */
function discarding(before: Denial, command: DenyingCommand): Refused | null {
  if (!isOtherGround(before, command)) return null;
  const lost = texts.filter(
    (name) => before[name] !== null && command.denial[name] === null,
  );
  return lost.length === 0
    ? null
    : refuse(
        "discards",
        `${standingKey(command.customer)} is denied on the ground ${before.ground}, and with another one its ${lost.join(", ")} would go`,
      );
}

function servingAgain(
  standing: Denial,
  { customer, denial }: DenyingCommand,
  nowMs: number,
): Refused | null {
  const key = standingKey(customer);
  const { effectiveAtMs } = denial;
  if (effectiveAtMs !== null && effectiveAtMs > nowMs) {
    return refuse(
      "serves-again",
      `${key} is denied now, and would be served again until ${instant(effectiveAtMs)}`,
    );
  }
  if (covers(denial.scope, standing.scope)) return null;
  return refuse(
    "serves-again",
    `${key} is denied now to visitors outside this scope, who would be served again`,
  );
}

/** A record may say its number where it cannot be read; the next one must not be lower, however it came to be. */
function lastSeq(state: State, text: string | null): number {
  return (
    readSeq(state) ??
    Number(/"seq"\s*:\s*"?(\d{1,15})\b/.exec(text ?? "")?.[1] ?? 0)
  );
}

function readSeq(state: State): number | null {
  switch (state.kind) {
    case "absent":
    case "malformed":
      return null;
    case "allowed":
      return state.seq;
    case "noticed":
    case "dropped":
    case "suspended":
    case "withheld":
    case "ended":
      return state.denial.seq;
  }
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
