import { SingleBar } from "cli-progress";
import { duration } from "./report/wording.ts";

/** A bar on standard error, where that is a terminal. Of its format `{eta_formatted}` is what is left. */
export function progressBar(format: string): SingleBar {
  return new SingleBar({
    format,
    stream: process.stderr,
    hideCursor: true,
    noTTYOutput: false,
    // Ctrl-C is for the run.
    gracefulExit: false,
    etaBuffer: 100,
    formatTime: (seconds) => duration(Math.round(seconds)),
  });
}
