import type { Colors } from "../../node/terminal.ts";
import type { Command } from "commander";
import type { Store } from "../store.ts";

/** What every subcommand works with. */
export interface Session {
  store: Store;
  nowMs: number;
  colors: Colors;
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
