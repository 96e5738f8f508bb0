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
import { covers, stateOf, type State } from "./state.ts";

/** Nothing of the entry before is kept but the count in `seq`: what a denial says, its command says. */
export function deny(
  records: Records,
  command: DenyingCommand & { force: boolean },
  nowMs: number,
): ApplyResult {
  const { customer, denial, force } = command;
  const key = standingKey(customer);
  const text = records.get(key) ?? null;
  const state = stateOf(customer, text, nowMs);
  const refusal =
    passed(command, nowMs) ??
    (force ? null : reasonToAsk(state, command, nowMs));
  if (refusal !== null) return refusal;
  const effectiveAtMs = denial.effectiveAtMs ?? nowMs;
  const seq = lastSeq(state, text) + 1;
  return succeed([key, formatStanding({ ...denial, effectiveAtMs, seq })]);
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
  if (state.kind === "malformed" && !force) {
    return refuse("malformed", state.problem);
  }
  const seq = lastSeq(state, text) + 1;
  const served = { kind: "allow", effectiveAtMs: nowMs, seq } as const;
  return succeed([key, formatStanding(served)]);
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
      return againstOrder(state.denial, command) ?? losing(state.problem);
    case "dropped":
    case "suspended":
    case "withheld":
      return (
        againstOrder(state.denial, command) ??
        servingAgain(state.denial, command, nowMs) ??
        losing(state.problem)
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
  if (standing.ground !== "legal" || verb === "withhold") return null;
  const by =
    standing.authority === null ? "" : ` of ${standing.authority.name}`;
  return refuse(
    "by-order",
    `${standingKey(customer)} stands on a legal demand${by}, which this would replace`,
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
