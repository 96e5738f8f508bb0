import { ownPath } from "../page/own-path.ts";
import { get } from "node:http";
import type { Listener } from "../node/direct.ts";
import { setTimeout as pause } from "node:timers/promises";

const pollMs = 250;

/** Waits for the Worker's first answer: the runtime listens before it can give one. */
export async function untilItAnswers(listener: Listener): Promise<void> {
  while (!(await answers(listener, 5_000))) await pause(pollMs);
}

/**
 * Waits until the Worker has not answered for `patienceMs`. A runtime that was killed may be started again, and may
 * listen again without ever answering.
 */
export async function untilItIsSilent(
  listener: Listener,
  patienceMs: number,
): Promise<void> {
  let answeredMs = performance.now();
  while (performance.now() - answeredMs < patienceMs) {
    await pause(pollMs);
    if (await answers(listener, patienceMs)) answeredMs = performance.now();
  }
}

function answers(
  { host, port }: Listener,
  patienceMs: number,
): Promise<boolean> {
  return new Promise((resolve) => {
    get(
      {
        // "All addresses" is none that one can connect to everywhere.
        host: host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host,
        port,
        path: `${ownPath}/version`,
        signal: AbortSignal.timeout(patienceMs),
      },
      (response) => {
        response.resume();
        response.once("error", () => {});
        resolve(true);
      },
    ).on("error", () => resolve(false));
  });
}

/**
 * Waits until the process that started this one has ended. npm passes a SIGTERM on to its shell only, and a shell
 * passes on nothing.
 */
export async function untilParentEnds(): Promise<void> {
  const parent = process.ppid;
  while (process.ppid === parent) await pause(pollMs);
}
