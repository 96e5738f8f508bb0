import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import autocannon from "autocannon";
import { isInstalled } from "./installed.ts";

const run = promisify(execFile);

/** What curl sends by itself. */
export const curl = { "user-agent": "curl/8.5.0", accept: "*/*" };

/** What is asked, again and again. */
export interface Load {
  port: number;
  host: string;
  path: string;
  fields: Readonly<Record<string, string>>;
  /** Every request for another URL: a number is put behind the path. */
  urls: "one" | "new";
  /** What all answers have to be: 2xx, or anything else. A server that errs fast would win. */
  answers: "success" | "refusal";
}

export interface Rate {
  perSecond: number;
  /** Of the process that answers, in microseconds a request; null where the system does not tell. */
  cpuMicroseconds: number | null;
}

const connections = 32;

/** How fast a server answers, by wrk where the machine has it. */
export async function measure(
  load: Load,
  { seconds, pid }: { seconds: number; pid: number | null },
): Promise<Rate> {
  const before = cpuSeconds(pid);
  const { requests, tookSeconds } = (await hasWrk())
    ? await byWrk(load, seconds)
    : await byAutocannon(load, seconds);
  const after = cpuSeconds(pid);
  return {
    perSecond: requests / tookSeconds,
    cpuMicroseconds:
      before === null || after === null
        ? null
        : (1e6 * (after - before)) / requests,
  };
}

/** The generator that is used, for the report. */
export async function generator(): Promise<string> {
  return (await hasWrk()) ? "wrk" : "autocannon";
}

const hasWrk = () => isInstalled("wrk", "-v");

interface Done {
  requests: number;
  tookSeconds: number;
}

async function byWrk(load: Load, seconds: number): Promise<Done> {
  const folder = await mkdtemp(join(tmpdir(), "portcullis-bench-"));
  const script = join(folder, "load.lua");
  const first = Math.floor(Math.random() * 1e9);
  await writeFile(
    script,
    load.urls === "one"
      ? ""
      : `local n = ${first}\nrequest = function() n = n + 1; return wrk.format(nil, "${load.path}" .. n) end\n`,
  );
  // To wrk only "Host" is the field that it would otherwise write itself.
  const fields = Object.entries({ Host: load.host, ...load.fields });
  const { stdout } = await run("wrk", [
    "-t1",
    `-c${connections}`,
    `-d${seconds}s`,
    ...fields.flatMap(([name, value]) => ["-H", `${name}: ${value}`]),
    ...(load.urls === "new" ? ["-s", script] : []),
    `http://127.0.0.1:${load.port}${load.path}`,
  ]);
  await rm(folder, { recursive: true });
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1]);
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  const failed = /Socket errors: (.*)/.exec(stdout)?.[1];
  if (failed !== undefined && !/timeout/.test(failed))
    throw new Error(`wrk: ${failed}`);
  const refused = Number(
    /Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0,
  );
  checkAnswers(load, { requests, refused });
  return { requests, tookSeconds: requests / perSecond };
}

async function byAutocannon(load: Load, seconds: number): Promise<Done> {
  let n = Math.floor(Math.random() * 1e9);
  const result = await autocannon({
    url: `http://127.0.0.1:${load.port}`,
    connections,
    duration: seconds,
    headers: { host: load.host, ...load.fields },
    requests: [
      {
        path: load.path,
        ...(load.urls === "new" && {
          setupRequest: (request) => {
            n += 1;
            return { ...request, path: `${load.path}${n}` };
          },
        }),
      },
    ],
  });
  const { total: requests } = result.requests;
  checkAnswers(load, { requests, refused: result.non2xx });
  return { requests, tookSeconds: result.duration };
}

function checkAnswers(
  { host, path, answers }: Load,
  { requests, refused }: { requests: number; refused: number },
): void {
  if (refused !== (answers === "refusal" ? requests : 0))
    throw new Error(
      `http://${host}${path}: ${refused} of ${requests} answers are no 2xx, expected ${answers}`,
    );
}

/** User and system time of a process so far: proc_pid_stat(5), fields 14 and 15, in hundredths of a second. */
function cpuSeconds(pid: number | null): number | null {
  if (pid === null || process.platform !== "linux") return null;
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
