import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from "node:http";
import { WebSocketServer } from "ws";

export interface Visit {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
}

type Handler = (visit: Visit) => void | Promise<void>;

export interface Route {
  get: Handler;
  post?: Handler;
}

export interface Site {
  /** Who answers for a path. */
  route(path: string): Route | null;
  notFound: Handler;
  /** The path of a WebSocket that sends back what it gets. */
  echoPath: string | null;
}

/** Serves a site on 127.0.0.1, on a port of the system's choosing, for as long as the process runs. Answers with its origin. */
export async function serve(site: Site): Promise<string> {
  const server = createServer(
    (request, response) => void answer(site, request, response),
  );
  const echo = new WebSocketServer({ noServer: true, maxPayload: 65_536 });
  echo.on("connection", (socket) => {
    socket.on("message", (message, binary) => socket.send(message, { binary }));
    socket.on("error", () => socket.terminate());
  });
  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    if (request.url === site.echoPath) {
      echo.handleUpgrade(request, socket, head, (opened) =>
        echo.emit("connection", opened),
      );
    } else {
      socket.end(
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
      );
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

async function answer(
  site: Site,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = URL.parse(`http://demo${request.url}`);
  if (url === null) return void response.writeHead(400).end();
  const visit = { request, response, url };
  const route = site.route(url.pathname);
  if (route === null) return site.notFound(visit);

  const { method } = request;
  if (method === "GET" || method === "HEAD") return route.get(visit);
  if (method === "POST" && route.post) return route.post(visit);
  const allow = route.post ? "GET, HEAD, POST" : "GET, HEAD";
  response.writeHead(405, { Allow: allow, "Content-Length": 0 }).end();
}

export interface Content {
  type: string;
  cacheControl: string;
  body: string | Buffer;
  status?: number;
  modifiedMs?: number;
}

const openedMs = Date.now();

/** A route to what stays the same for as long as the site runs. */
export function fixed(content: Content): Route {
  return { get: (visit) => send(visit, { ...content, modifiedMs: openedMs }) };
}

/** Sends a representation with its validators, or 304 to those who have it already (RFC 9110 §13.2.2). */
export function send({ request, response }: Visit, content: Content): void {
  const body = Buffer.from(content.body);
  const { status = 200, modifiedMs } = content;
  const fields: OutgoingHttpHeaders = {
    "Content-Type": content.type,
    "Cache-Control": content.cacheControl,
    "Content-Security-Policy": "default-src 'self'",
    "X-Content-Type-Options": "nosniff",
  };
  if (status === 200) {
    fields["ETag"] =
      `"${createHash("sha256").update(body).digest("base64url").slice(0, 16)}"`;
    if (modifiedMs !== undefined)
      fields["Last-Modified"] = new Date(modifiedMs).toUTCString();
    if (isKnown(request, fields))
      return void response.writeHead(304, fields).end();
  }
  response.writeHead(status, { ...fields, "Content-Length": body.byteLength });
  response.end(request.method === "HEAD" ? undefined : body);
}

function isKnown(
  { headers }: IncomingMessage,
  fields: OutgoingHttpHeaders,
): boolean {
  const known = headers["if-none-match"];
  if (known !== undefined)
    return known === "*" || known.includes(String(fields["ETag"]));
  const since = Date.parse(headers["if-modified-since"] ?? "");
  return since >= Date.parse(String(fields["Last-Modified"]));
}

/** 303: what was posted is dealt with, and this page shows it. */
export function seeOther(
  { response }: Visit,
  location: string,
  cookies: string[] = [],
): void {
  const fields = {
    Location: location,
    "Cache-Control": "no-store",
    "Content-Length": 0,
  };
  response
    .writeHead(
      303,
      cookies.length === 0 ? fields : { ...fields, "Set-Cookie": cookies },
    )
    .end();
}

/** The fields of a posted form. Null when it is over 16 KiB, which is answered here, or when the visitor left. */
export function readForm({
  request,
  response,
}: Visit): Promise<URLSearchParams | null> {
  return new Promise((resolve) => {
    let text = "";
    request.setEncoding("utf8");
    request.on("data", (chunk: string) => {
      text += chunk;
      if (text.length <= 16_384) return;
      request.removeAllListeners("data").resume();
      const fields = { Connection: "close", "Content-Length": 0 };
      response.writeHead(413, fields).end();
      resolve(null);
    });
    request.on("end", () => resolve(new URLSearchParams(text)));
    request.on("error", () => resolve(null));
  });
}

export function readCookie({ request }: Visit, name: string): string | null {
  const pairs = (request.headers.cookie ?? "").split("; ");
  return (
    pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ??
    null
  );
}
