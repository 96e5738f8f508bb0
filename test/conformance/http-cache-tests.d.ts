// The package carries no types; these are of the modules that suite.ts drives, as 0.4.5 has them.

declare module "http-cache-tests/tests/index.mjs" {
  export interface Test {
    id: string;
    kind?: "required" | "optimal" | "check";
  }
  export interface Suite {
    id: string;
    tests: readonly Test[];
  }
  const suites: readonly Suite[];
  export default suites;
}

declare module "http-cache-tests/tests/surrogate-control.mjs" {
  import type { Suite } from "http-cache-tests/tests/index.mjs";
  const suite: Suite;
  export default suite;
}

declare module "http-cache-tests/client/test.mjs" {
  import type { Test } from "http-cache-tests/tests/index.mjs";
  export type Outcome = true | [error: string, message: string];
  /** By test id. */
  export const testResults: Record<string, Outcome>;
  export function makeCacheTest(test: Test): Promise<void>;
}

declare module "http-cache-tests/client/runner.mjs" {
  import type { Outcome } from "http-cache-tests/client/test.mjs";
  import type { Suite } from "http-cache-tests/tests/index.mjs";
  import type fetch from "node-fetch";
  export function runTests(
    suites: readonly Suite[],
    client: typeof fetch,
    useBrowserCache: boolean,
    baseUrl: string,
  ): Promise<void>;
  export function getResults(): Readonly<Record<string, Outcome>>;
}

declare module "http-cache-tests/lib/display.mjs" {
  import type { Outcome } from "http-cache-tests/client/test.mjs";
  import type { Suite } from "http-cache-tests/tests/index.mjs";
  export function determineTestResult(
    suites: readonly Suite[],
    testId: string,
    results: Readonly<Record<string, Outcome>>,
  ): [icon: string, colour: string, sign: string];
}

declare module "http-cache-tests/server/*.mjs" {
  import type { IncomingMessage, ServerResponse } from "node:http";
  export default function handle(
    segments: readonly string[],
    request: IncomingMessage,
    response: ServerResponse,
  ): void;
}

declare module "node-fetch" {
  export default function fetch(url: string, init?: object): Promise<unknown>;
}
