import { createServer } from "node:net";
import { networkInterfaces } from "node:os";

/** The addresses `localhost` may mean on this machine: 127.0.0.1, and ::1 where there is IPv6. */
export function loopbackAddresses(): string[] {
  const present = Object.values(networkInterfaces()).flatMap(
    (addresses) => addresses ?? [],
  );
  const hasIPv6 = present.some((entry) => entry.address === "::1");
  return hasIPv6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"];
}

/** Why nothing can listen on this port of localhost, or null when it is free. */
export async function portProblem(port: number): Promise<string | null> {
  const tried = await Promise.all(
    loopbackAddresses().map((host) => tryListening(host, port)),
  );
  const code = tried.find((result) => result !== null);
  if (code === undefined) return null;
  return code === "EADDRINUSE"
    ? `Port ${port} is already in use, perhaps by another \`npm start\`. Choose another one: PORT=${port === 65535 ? 8787 : port + 1} npm start`
    : `Port ${port} cannot be opened (${code}). Choose another one, such as PORT=8787`;
}

function tryListening(host: string, port: number): Promise<string | null> {
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
