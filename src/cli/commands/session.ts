import type { Colors } from "../../node/terminal.ts";
import type { Command } from "commander";
import type { OrderAnswer } from "../ledger-client.ts";
import type { Store } from "../store.ts";

/** What every subcommand works with. */
export interface Session {
  store: Store;
  nowMs: number;
  colors: Colors;
  /** Why, for colleagues; null where nothing was said. Only a registry keeps it. */
  cause: string | null;
  /** Asks before a change; answers itself where nobody can be asked or nothing need be. */
  confirm(question: string): Promise<boolean>;
}

/** What a subcommand has to say: `json` for programs, `text` for people. */
export interface Report {
  exit: Exit;
  json: object;
  text: string;
  /** The text is to be piped on as it is: nothing stands before it. */
  isOutput?: true;
}

/** The exit codes, which `portcullis --help` explains. */
type Exit = "done" | "failed" | "usage" | "found-problems";

/** How a subcommand is run: opens the store, prints the report, ends with its exit code. */
export type Run = (
  work: (session: Session) => Promise<Report>,
) => Promise<void>;

export type Define = (program: Command, run: Run) => void;

export function failed(problem: string): Report {
  return {
    exit: "failed",
    json: { outcome: "failed", problem },
    text: problem,
  };
}

export function wrongUsage(problem: string): Report {
  return { exit: "usage", json: { outcome: "usage", problem }, text: problem };
}

export function refused(because: string, problem: string): Report {
  return {
    exit: "failed",
    json: { outcome: "refused", because, problem },
    text: `Refused: ${problem}`,
  };
}

/** A change that a registry has entered. */
export function confirmed(
  { seq, isConfirmed, writes }: OrderAnswer,
  { what, json }: { what: string; json: object },
): Report {
  const keys = Object.keys(writes).join(", ");
  return {
    exit: "done",
    json: { outcome: "written", seq, isConfirmed, ...json },
    text: isConfirmed
      ? `${what}\nEntered as ${seq}, and confirmed by KV: ${keys}`
      : `${what}\nEntered as ${seq}. KV has not confirmed it yet, and the registry goes on trying: ${keys}`,
  };
}
