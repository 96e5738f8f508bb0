import { availableParallelism } from "node:os";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { defineConfig } from "vitest/config";
import { compiledPath } from "./src/node/project.ts";

/** What needs the built Worker, a runtime, a browser or a process of its own, plays whole scenarios, or counts for seconds. */
const system = [
  "test/bench/cost.test.ts",
  "test/edge/{growth,sweep}.test.ts",
  "test/{apps,conformance,e2e,workerd}/**/*.test.ts",
  "test/cli/{local-store,origin-ca,portcullis,remote-store,serve,start}.test.ts",
  "test/model/{fuzz,workerd}.test.ts",
  "test/page/screens.test.ts",
  "test/registry/{access,api,fast-lane,first-hour,kills}.test.ts",
  "test/sim/{command,run,shipped,visitor-log}.test.ts",
  "test/sim/{real/run-real,replay/replay,report/html}.test.ts",
  "test/sim/compare/compare.test.ts",
  "test/sim/sweep/{command,sweep}.test.ts",
  "test/soak/soak.test.ts",
  "test/worker.test.ts",
];

/** What takes longest, so that it begins first and no core waits for it at the end. */
const long = ["sim/shipped", "cli/start", "cli/portcullis", "cli/origin-ca"];

function rank({ moduleId }: TestSpecification): number {
  const index = long.findIndex((name) => moduleId.includes(name));
  return index === -1 ? long.length : index;
}

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    // It is a sequencer's own method, and answers with a new list.
    // oxlint-disable-next-line unicorn/no-array-sort
    const usual = await super.sort(files);
    return usual.toSorted((one, other) => rank(one) - rank(other));
  }
}

// The commands that tests run start in half the time when what V8 compiled of them is kept.
process.env["NODE_COMPILE_CACHE"] ??= compiledPath;

export default defineConfig({
  test: {
    silent: "passed-only",
    testTimeout: 60_000,
    // One file after the other in each process: loading wrangler and miniflare for each file would take longer than most files.
    isolate: false,
    // A third of the time is spent waiting for runtimes, browsers and limits, which others can use.
    maxWorkers: Math.ceil(1.5 * availableParallelism()),
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: { name: "unit", include: ["test/**/*.test.ts"], exclude: system },
      },
      {
        extends: true,
        test: {
          name: "system",
          include: system,
          globalSetup: ["test/bundle.ts"],
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
