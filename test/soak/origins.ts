import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { WebSocketServer } from "ws";
import { contentOf, receiptOf } from "./content.ts";

export interface Origin {
  address: string;
  close(): void;
}

/** How long a slow origin takes to its first byte. */
const slowMs = 300;
/** Between two events of a stream. */
const betweenEventsMs = 50;

/** An origin whose targets say how it behaves: `/<kind>/<bytes>/<n>`. */
export async function startOrigin(customer: string): Promise<Origin> {
  const server = createServer((request, response) => {
    request.on("error", () => undefined);
    void answer(customer, request, response);
  });
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket) => {
    socket.on("error", () => socket.terminate());
    socket.on("message", (data, isBinary) =>
      socket.send(data, { binary: isBinary }),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const listening = server.address();
  const port = typeof listening === "object" ? listening?.port : listening;
  return {
    address: `http://127.0.0.1:${port}`,
    close: () => {
      for (const socket of sockets.clients) socket.terminate();
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(
  customer: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = request.url ?? "";
  const [, kind = "", size = "0"] = target.split("/");
  const bytes = Number(size);
  const body = contentOf(customer, target, bytes);
  switch (kind) {
    case "shared":
      response.setHeader("Cache-Control", "max-age=30");
      return sendRange(request, response, body);
    case "private":
      response.setHeader("Cache-Control", "no-store").end(body);
      return;
    case "validated": {
      const tag = `"${customer}-${bytes}"`;
      response.setHeader("ETag", tag).setHeader("Cache-Control", "no-cache");
      if (request.headers["if-none-match"] === tag)
        response.writeHead(304).end();
      else response.end(body);
      return;
    }
    case "varied": {
      const language = request.headers["accept-language"] ?? "";
      response
        .setHeader("Cache-Control", "max-age=30")
        .setHeader("Vary", "Accept-Language")
        .end(contentOf(customer, target + language.slice(0, 100), bytes));
      return;
    }
    case "chunked":
      response.setHeader("Cache-Control", "max-age=30").write(body);
      response.end();
      return;
    case "slow":
      await pause(slowMs);
      response.setHeader("Cache-Control", "max-age=1").end(body);
      return;
    case "failing":
      response.writeHead(503).end(body);
      return;
    case "stalling":
      response.setHeader("Content-Length", 2 * bytes).write(body);
      return;
    case "upload":
      // A visitor of a dropped customer is cut off.
      await buffer(request).then(
        (upload) => response.end(receiptOf(upload)),
        () => response.destroy(),
      );
      return;
    case "events":
      response.setHeader("Content-Type", "text/event-stream");
      while (!response.destroyed) {
        response.write(`data: ${customer}\n\n`);
        await pause(betweenEventsMs);
      }
      return;
    default:
      response.writeHead(404).end();
  }
}

/** One range, as the edge asks for slices. */
function sendRange(
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
): void {
  response
    .setHeader("ETag", `"${body.byteLength}"`)
    .setHeader("Accept-Ranges", "bytes");
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const first = Number(range?.[1] ?? 0);
  if (range === null || first >= body.byteLength) {
    response.setHeader("Content-Length", body.byteLength).end(body);
    return;
  }
  const last = Math.min(
    Number(range[2] || body.byteLength - 1),
    body.byteLength - 1,
  );
  response
    .writeHead(206, {
      "Content-Range": `bytes ${first}-${last}/${body.byteLength}`,
      "Content-Length": last + 1 - first,
    })
    .end(body.subarray(first, last + 1));
}
