import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getResults, runTests } from "http-cache-tests/client/runner.mjs";
import { makeCacheTest, testResults } from "http-cache-tests/client/test.mjs";
import { determineTestResult } from "http-cache-tests/lib/display.mjs";
import handleConfig from "http-cache-tests/server/handle-config.mjs";
import handleState from "http-cache-tests/server/handle-state.mjs";
import handleTest from "http-cache-tests/server/handle-test.mjs";
import general from "http-cache-tests/tests/index.mjs";
import surrogate from "http-cache-tests/tests/surrogate-control.mjs";
import fetch from "node-fetch";

const suites = [...general, surrogate];
const tests = suites.flatMap((suite) => suite.tests);

/** What the suite says of one of its tests. */
export interface Verdict {
  id: string;
  kind: "required" | "optimal" | "check";
  result: Result;
  /** The first assertion that did not hold; empty when all did. */
  why: string;
}

/** The signs the suite shows its results by, in words. */
const results = {
  "✅": "pass",
  "⛔️": "fail",
  "⚠️": "suboptimal",
  Y: "yes",
  N: "no",
  "🔹": "setup failed",
  "⚪️": "dependency failed",
  "↻": "retried",
} as const;

type Result = (typeof results)[keyof typeof results];

/** The suite's own origin, but on loopback and a port of the system's choice. */
export async function startOrigin() {
  const handlers = new Map([
    ["config", handleConfig],
    ["state", handleState],
    ["test", handleTest],
  ]);
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://origin");
    const [, place = "", ...segments] = pathname.split("/");
    const handle = handlers.get(place);
    if (handle) handle(segments, request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => server.close(),
  };
}

/**
 * Every test that is not for browsers alone, asked of the cache at `url` by the suite's own client.
 * Once a process: the suite keeps its results, and writes into its tests.
 */
export async function judge(url: string): Promise<readonly Verdict[]> {
  const unused = structuredClone(tests);
  await runTests(suites, fetch, false, url);
  // A hundred at once may outlast the second or two that some answers are fresh for, so what did not
  // come out well is asked again in a smaller crowd.
  const doubtful = new Set(
    verdicts()
      .filter(({ result }) => result !== "pass" && result !== "yes")
      .map(({ id }) => id),
  );
  for (const id of doubtful) delete testResults[id];
  await Promise.all(
    unused.filter(({ id }) => doubtful.has(id)).map(makeCacheTest),
  );
  return verdicts();
}

function verdicts(): Verdict[] {
  const outcomes = getResults();
  return tests.flatMap(({ id, kind = "required" }) => {
    const outcome = outcomes[id];
    if (outcome === undefined) return [];
    const [, , sign] = determineTestResult(suites, id, outcomes);
    const result = results[sign as keyof typeof results];
    const why = outcome === true ? "" : outcome.join(": ");
    return [{ id, kind, result, why }];
  });
}
