import { run as cost } from "./cost.ts";
import { run as size } from "./size.ts";
import { run as speed } from "./speed.ts";

/** What can be measured: `npm run bench -- cost`. */
const subjects: Record<string, (args: string[]) => Promise<void>> = {
  cost,
  size,
  speed,
};

const [subject = "", ...args] = process.argv.slice(2);
const run = subjects[subject];
if (run === undefined) {
  console.error(
    `npm run bench -- SUBJECT [options], where SUBJECT is one of: ${Object.keys(subjects).join(", ")}`,
  );
  process.exitCode = 2;
} else await run(args);
