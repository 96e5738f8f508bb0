import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { projectPath } from "./project.ts";

/** A process that runs the edge for this one, with whatever it starts itself. */
export interface EdgeProcess {
  child: ChildProcess;
  /** Settles with its first message, which says that it listens. */
  ready: Promise<unknown>;
  /** How it ended, asked or not: "exit code 1", "SIGKILL". */
  ended: Promise<string>;
  /** Kills what has not ended by then. */
  stop(patienceMs?: number): Promise<void>;
}

export interface EdgePlace {
  port: number;
  statePath: string;
  /** Variables over those of wrangler.toml. */
  variables: Readonly<Record<string, string>>;
}

// wrangler hands this on to its own child, so both notice when this process is killed and nobody ends them.
const endWithParent = `process.once("disconnect",()=>setTimeout(()=>process.exit(1),500))`;

/**
 * Runs a script of Node in a process group of its own, so that Ctrl-C reaches this process alone and all of the other
 * can be ended. It ends with this process, even when this one is killed.
 */
export function startProcess(
  script: string,
  args: readonly string[],
  options: {
    env: Readonly<Record<string, string>>;
    stdout: "inherit" | "pipe";
  },
): EdgeProcess {
  const child = spawn(
    process.execPath,
    [`--import=data:text/javascript,${endWithParent}`, script, ...args],
    {
      cwd: projectPath,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", options.stdout, "inherit", "ipc"],
      detached: true,
    },
  );
  const ended = once(child, "exit").then(([code, signal]) => {
    killGroup(child.pid);
    return code === null ? `${signal}` : `exit code ${code}`;
  });
  return {
    child,
    ready: once(child, "message"),
    ended,
    async stop(patienceMs = 5_000) {
      child.kill("SIGTERM");
      const impatience = setTimeout(() => killGroup(child.pid), patienceMs);
      await ended;
      clearTimeout(impatience);
    },
  };
}

/** Ends what may be left of a group. `kill` as a command, because an empty group is no error here. */
function killGroup(pid: number | undefined): void {
  if (pid !== undefined)
    spawnSync("kill", ["-KILL", "--", `-${pid}`], { stdio: "ignore" });
}
