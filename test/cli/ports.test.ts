import { findFreePort } from "./running.ts";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import {
  listenProblem,
  loopbackAddresses,
  nameOf,
} from "../../src/cli/ports.ts";

describe("where to listen", () => {
  const advice = () => "Choose another.";

  test("is no problem when nobody listens there", async () => {
    const listener = { host: "127.0.0.1", port: await findFreePort() };
    expect(await listenProblem([listener], advice)).toBeNull();
  });

  test.each([...loopbackAddresses(), "0.0.0.0"])(
    "is in use when somebody listens on %s, and the problem says what to do",
    async (address) => {
      const server = createServer().listen(0, address);
      await once(server, "listening");
      const bound = server.address();
      const port = typeof bound === "object" && bound !== null ? bound.port : 0;
      const free = { host: "127.0.0.1", port: await findFreePort() };
      const taken = { host: address, port };
      expect(await listenProblem([free, taken], advice)).toBe(
        `${nameOf(taken)} is already in use, perhaps by another edge. Choose another.`,
      );
      server.close();
    },
  );

  test("cannot be an address that this machine does not have", async () => {
    const elsewhere = { host: "192.0.2.1", port: 8787 };
    expect(await listenProblem([elsewhere], advice)).toBe(
      "192.0.2.1:8787 cannot be opened (EADDRNOTAVAIL). Choose another.",
    );
  });

  test("is named as in a URL", () => {
    expect(nameOf({ host: "::1", port: 80 })).toBe("[::1]:80");
    expect(nameOf({ host: "127.0.0.1", port: 80 })).toBe("127.0.0.1:80");
  });
});
