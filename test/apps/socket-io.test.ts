import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "socket.io";
import { io, type Socket } from "socket.io-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startRig, type Rig } from "../workerd/rig.ts";

let rig: Rig;
const server = createServer();
const chat = new Server(server);
chat.on("connection", (socket) => {
  socket.on("say", (text: string, heard: (echo: string) => void) => {
    socket.broadcast.emit("said", text);
    heard(text.toUpperCase());
  });
  socket.on("bytes", (bytes: Buffer, heard: (length: number) => void) =>
    heard(bytes.byteLength),
  );
});

beforeAll(async () => {
  rig = await startRig();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  await rig.site("chat", [`http://127.0.0.1:${port}`]);
  // The client resolves no names of its own.
  await rig.put(
    "host:127.0.0.1",
    JSON.stringify({ customer: "chat", origins: [`http://127.0.0.1:${port}`] }),
  );
});
afterAll(async () => {
  await chat.close();
  await rig.close();
});

function open(transports: ("polling" | "websocket")[]): Socket {
  return io(`http://127.0.0.1:${rig.port}`, {
    transports,
    forceNew: true,
    reconnection: false,
  });
}

test.each<[string, ("polling" | "websocket")[]]>([
  ["by polling alone", ["polling"]],
  ["by a WebSocket alone", ["websocket"]],
  ["by polling, then a WebSocket", ["polling", "websocket"]],
])("Socket.IO talks both ways %s", async (_, transports) => {
  const speaker = open(transports);
  const listener = open(transports);
  const connected = [speaker, listener].map(
    (socket) =>
      new Promise((resolve) => socket.on("connect", () => resolve(0))),
  );
  await Promise.all(connected);
  const said = new Promise((resolve) => {
    listener.on("said", resolve);
  });
  expect(await speaker.emitWithAck("say", "hello")).toBe("HELLO");
  expect(await said).toBe("hello");
  expect(await speaker.emitWithAck("bytes", Buffer.alloc(100_000))).toBe(
    100_000,
  );
  speaker.close();
  listener.close();
});

test("a drop ends the conversation", async () => {
  const socket = open(["websocket"]);
  await new Promise((resolve) => socket.on("connect", () => resolve(0)));
  const ended = new Promise((resolve) => {
    socket.on("disconnect", resolve);
  });
  await rig.put("customer:chat", "deny");
  expect(await ended).toBe("transport close");
  socket.close();
});
