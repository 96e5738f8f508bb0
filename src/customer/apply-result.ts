/** Texts by key; null where there is none, or where there is to be none. */
export type Records = ReadonlyMap<string, string | null>;

/** What became of a command: what to write, or why nothing is to be written. */
export type ApplyResult =
  | { kind: "applied"; writes: Records }
  | { kind: "refused"; because: Because; problem: string };

/** Refusals that `force` lifts, because what each guards may be meant to go. */
const questions = [
  /** A record that cannot be read would be lost. */
  "malformed",
  /** Only `restore` and the clock serve again a visitor who is refused. */
  "serves-again",
  /** A legal demand would no longer stand in the list. */
  "by-order",
  /** What was said of a denial, and is not said anew, would go. */
  "discards",
  /** What is to be taken back has been changed again. */
  "changed-since",
  /** A denial would say that it began before anybody decided it. */
  "backdated",
  /** A host that is not the customer's would not be denied. */
  "not-theirs",
] as const;

type Because =
  | "absent"
  | "present"
  | "already-served"
  | "past"
  | "purges-full"
  /** What cannot be taken back. */
  | "final"
  | "already-undone"
  | (typeof questions)[number];

/** Does a refusal only ask whether this is meant? */
export function isQuestion(because: string): boolean {
  return questions.some((question) => question === because);
}

export type Refused = Extract<ApplyResult, { kind: "refused" }>;

export function refuse(because: Because, problem: string): Refused {
  return { kind: "refused", because, problem };
}

export type Write = readonly [key: string, text: string | null];

export function succeed(...writes: readonly Write[]): ApplyResult {
  return { kind: "applied", writes: new Map(writes) };
}
