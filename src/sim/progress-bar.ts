import { SingleBar } from "cli-progress";
import { duration } from "./report/wording.ts";

/** A bar on standard error, where that is a terminal. Its payload is `requests`, `rate` and whatever stands `before` it. */
export function progressBar({ before }: { before: string }): SingleBar {
  return new SingleBar({
    format: `${before}{bar} {percentage} % · {requests} requests, {rate} a second · {eta_formatted} left`,
    stream: process.stderr,
    hideCursor: true,
    noTTYOutput: false,
    // Ctrl-C is for the run.
    gracefulExit: false,
    etaBuffer: 100,
    formatTime: (seconds) => duration(Math.round(seconds)),
  });
}
