import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";
import { onTestFinished } from "vitest";

/** A server on loopback whose connections are counted; gone when the test is. */
export async function counted(server: Server) {
  let made = 0;
  let open = 0;
  const watchers = new Set<() => void>();
  server.on("connection", (socket) => {
    made += 1;
    open += 1;
    socket.on("close", () => {
      open -= 1;
      for (const look of watchers) look();
    });
    for (const look of watchers) look();
    onTestFinished(() => void socket.destroy());
  });
  server.on("tlsClientError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const until = (isSo: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!isSo()) return;
        watchers.delete(look);
        resolve();
      };
      watchers.add(look);
      look();
    });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    made: () => made,
    untilMade: (wanted: number) => until(() => made >= wanted),
    untilNoneIsOpen: () => until(() => open === 0),
  };
}
