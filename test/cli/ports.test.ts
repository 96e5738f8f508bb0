import { findFreePort } from "./running.ts";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { loopbackAddresses, portProblem } from "../../src/cli/ports.ts";

describe("a port of localhost", () => {
  test("is no problem when nobody listens", async () => {
    expect(await portProblem(await findFreePort())).toBeNull();
  });

  test.each([...loopbackAddresses(), "0.0.0.0"])(
    "is in use when somebody listens on %s, and the problem says what to do",
    async (address) => {
      const server = createServer().listen(0, address);
      await once(server, "listening");
      const bound = server.address();
      const port = typeof bound === "object" && bound !== null ? bound.port : 0;
      expect(await portProblem(port)).toBe(
        `Port ${port} is already in use, perhaps by another \`npm start\`. Choose another one: PORT=${port + 1} npm start`,
      );
      server.close();
    },
  );
});
