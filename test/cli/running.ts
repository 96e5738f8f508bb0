import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { request, type IncomingHttpHeaders } from "node:http";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

const projectPath = fileURLToPath(new URL("../../", import.meta.url));

/** A port of 127.0.0.1 that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

export interface RunningCommand {
  pid: number;
  /** Settles when the output, both streams of it, has `text`; fails when the command ends without. */
  printed: (text: string) => Promise<void>;
  output: () => string;
  ended: Promise<number | null>;
  signal: (name: NodeJS.Signals) => void;
}

/** Runs what `npm start` runs. */
export function runStart(
  args: readonly string[],
  env: Record<string, string>,
): RunningCommand {
  return run(process.execPath, ["src/cli/start.ts", ...args], env);
}

/** Runs a command in the project's folder. */
export function run(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
): RunningCommand {
  const child = spawn(command, args, {
    cwd: projectPath,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const changed = new EventTarget();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      changed.dispatchEvent(new Event("output"));
    });
  }
  const ended = once(child, "close").then(
    ([code]: (number | null)[]) => code ?? null,
  );
  return {
    pid: child.pid ?? 0,
    output: () => output,
    ended,
    signal: (name) => child.kill(name),
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = () => output.includes(text) && resolve();
        changed.addEventListener("output", look);
        void ended.then((code) =>
          reject(
            new Error(
              `ended with ${code} before it printed "${text}":\n${output}`,
            ),
          ),
        );
        look();
      }),
  };
}

/** Runs a line of shell in the project's folder, as somebody who pastes it does. */
export async function pasted(line: string): Promise<void> {
  const child = spawn("sh", ["-c", line], {
    cwd: projectPath,
    stdio: "ignore",
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`exit code ${code}: ${line}`);
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Asks the edge on loopback for a page of a host that no resolver needs to know. */
export function ask(
  port: number,
  host: string,
  path = "/",
  address = "127.0.0.1",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(
      { host: address, port, path, headers: { Host: `${host}:${port}` } },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (text: string) => (body += text));
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body,
          }),
        );
      },
    )
      .on("error", reject)
      .end();
  });
}

/** Asks again and again until the answer has this status; the test's own time limit ends a wait in vain. */
export async function askUntil(
  port: number,
  host: string,
  status: number,
): Promise<Answer> {
  for (;;) {
    const answer = await ask(port, host);
    if (answer.status === status) return answer;
  }
}

interface Process {
  pid: number;
  parent: number;
  name: string;
}

function processes(): Process[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat=,comm="], {
    encoding: "utf8",
  });
  return lines
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , state]) => !state?.startsWith("Z"))
    .map(([pid, parent, , name = ""]) => ({
      pid: Number(pid),
      parent: Number(parent),
      name,
    }));
}

/** A process and all that it started, directly or not. */
export function family(pid: number): number[] {
  const all = processes();
  const members = [pid];
  for (const member of members) {
    members.push(
      ...all
        .filter(({ parent }) => parent === member)
        .map((child) => child.pid),
    );
  }
  return members;
}

/** The processes of the Workers runtime among those that a process started, oldest first. */
export function runtimes(pid: number): number[] {
  const started = family(pid);
  return processes()
    .filter((one) => one.name === "workerd" && started.includes(one.pid))
    .map((one) => one.pid)
    .toSorted((a, b) => a - b);
}

/** Settles when none of these processes is left. */
export async function gone(pids: readonly number[]): Promise<void> {
  const left = processes().filter(({ pid }) => pids.includes(pid));
  if (left.length > 0) await gone(left.map(({ pid }) => pid));
}
