import { execFileSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";

const pollMs = 50;

/** Has the runtimes that this process started end as they do on SIGTERM: no new connections, and requests under way go on. */
export async function drainRuntime(patienceMs: number): Promise<void> {
  const pids = runtimes();
  for (const pid of pids) process.kill(pid, "SIGTERM");
  const untilMs = performance.now() + patienceMs;
  while (performance.now() < untilMs) {
    const left = runtimes();
    if (!pids.some((pid) => left.includes(pid))) return;
    await pause(pollMs);
  }
}

/** POSIX ps knows what Node does not tell: which processes are children of this one. */
function runtimes(): number[] {
  return execFileSync("ps", ["-A", "-o", "pid=,ppid=,comm="], {
    encoding: "utf8",
  })
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(
      ([, parent, name = ""]) =>
        Number(parent) === process.pid && name.endsWith("workerd"),
    )
    .map(([pid]) => Number(pid));
}
