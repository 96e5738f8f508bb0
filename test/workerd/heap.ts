import { once } from "node:events";
import { WebSocket } from "ws";
import { request } from "./request.ts";
import type { Rig } from "./rig.ts";

/** The heap of the edge's isolate, as the runtime's inspector sees it. */
export interface Heap {
  /** What is left in it after a collection: objects, buffers, and what the runtime keeps for them. */
  bytes(): Promise<number>;
  close(): void;
}

/** What `Runtime.getHeapUsage` answers. */
interface HeapUsage {
  usedSize: number;
  embedderHeapUsedSize: number;
  backingStorageSize: number;
}

export async function openHeap(
  rig: Pick<Rig, "port" | "inspectorUrl">,
): Promise<Heap> {
  const list = await fetch(
    new URL(
      "/json/list",
      (await rig.inspectorUrl()).href.replace(/^ws/, "http"),
    ),
  );
  const targets = (await list.json()) as {
    id: string;
    webSocketDebuggerUrl: string;
  }[];
  const edge = targets.find(({ id }) => id === "core:user:portcullis");
  if (edge === undefined) throw new Error("the edge cannot be inspected");
  const socket = new WebSocket(edge.webSocketDebuggerUrl);
  await once(socket, "open");
  const waiting = new Map<number, (result: unknown) => void>();
  socket.on("message", (data: Buffer) => {
    const { id, result } = JSON.parse(data.toString());
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  let calls = 0;
  const call = (method: string) =>
    new Promise<unknown>((resolve) => {
      calls += 1;
      waiting.set(calls, resolve);
      socket.send(JSON.stringify({ id: calls, method }));
    });
  await call("HeapProfiler.enable");
  const collect = async () => {
    const collected = call("HeapProfiler.collectGarbage").then(() => "done");
    // The isolate collects when a request has it run.
    const askAgain = () =>
      request(rig.port, "localhost", "/.well-known/portcullis/version");
    let first: unknown;
    do first = await Promise.race([collected, askAgain()]);
    while (first !== "done");
  };
  return {
    bytes: async () => {
      await collect();
      await collect();
      const usage = (await call("Runtime.getHeapUsage")) as HeapUsage;
      const { usedSize, embedderHeapUsedSize, backingStorageSize } = usage;
      return usedSize + embedderHeapUsedSize + backingStorageSize;
    },
    close: () => socket.close(),
  };
}
