import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import type { Listener } from "../node/direct.ts";

/** The addresses `localhost` may mean on this machine: 127.0.0.1, and ::1 where there is IPv6. */
export function loopbackAddresses(): [string, ...string[]] {
  const present = Object.values(networkInterfaces()).flatMap(
    (addresses) => addresses ?? [],
  );
  const hasIPv6 = present.some((entry) => entry.address === "::1");
  return hasIPv6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"];
}

/** Why nothing can listen there, or null when all are free. `advice`: what to do about it. */
export async function listenProblem(
  listeners: readonly Listener[],
  advice: (listener: Listener) => string,
): Promise<string | null> {
  for (const listener of listeners) {
    const code = await tryListening(listener);
    if (code === null) continue;
    const place = nameOf(listener);
    return code === "EADDRINUSE"
      ? `${place} is already in use, perhaps by another edge. ${advice(listener)}`
      : `${place} cannot be opened (${code}). ${advice(listener)}`;
  }
  return null;
}

/** "127.0.0.1:8787", "[::1]:8787". */
export function nameOf({ host, port }: Listener): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function tryListening({ host, port }: Listener): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) =>
      resolve(error.code ?? error.message),
    );
    server.listen({ host, port, exclusive: true }, () =>
      server.close(() => resolve(null)),
    );
  });
}
