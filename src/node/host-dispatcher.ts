import { randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect, createServer, isIP, type Socket } from "node:net";
import { Transform } from "node:stream";
import {
  connect as connectTls,
  createSecureContext,
  rootCertificates,
  TLSSocket,
  type SecureContext,
} from "node:tls";
import { hopByHop } from "../http/connection.ts";
import { fieldsOf, type FieldLine } from "../http/fields.ts";

/**
 * Sends requests of a local edge on to origins under a Host of the edge's choice, which workerd cannot do by itself. It listens
 * on loopback and hangs up on whoever does not know its key, which only the address has.
 *
 * One exchange a connection, and all of it as it is, byte for byte: what is changed are the request line, Host, and the fields of
 * the connection in the response. What goes wrong once there is a connection ends the edge's as the origin's has ended, so the
 * edge sees what it would have seen without anybody between.
 */
export interface HostDispatcher {
  /** For the Worker's variable HOST_DISPATCHER. */
  address: string;
  close(): void;
}

/** Of a header section: far more than the edge sends or lets pass. */
const maxHeadBytes = 1 << 20;

/** Says in the words of RFC 9209 what the edge cannot find out. No origin's answer has this status (src/cloudflare/host-override.ts). */
const sayWhy = (
  error: "dns_error" | "tls_certificate_error" | "tls_protocol_error",
) => `HTTP/1.1 999 ${error}\r\nConnection: close\r\n\r\n`;

export async function startHostDispatcher(): Promise<HostDispatcher> {
  const key = randomBytes(32).toString("hex");
  const trust = await readTrust();
  const connections = new Set<Socket>();
  // What the edge has ended it may still read from.
  const server = createServer({ allowHalfOpen: true }, (edge) => {
    connections.add(edge);
    edge.on("close", () => connections.delete(edge));
    dispatch(edge, key, trust);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const listening = server.address();
  const port = typeof listening === "object" ? listening?.port : listening;
  return {
    address: `http://127.0.0.1:${port}/${key}`,
    close: () => {
      server.close();
      for (const edge of connections) edge.destroy();
    },
  };
}

/** The authorities that workerd trusts: NODE_EXTRA_CA_CERTS may have been set after Node looked at it. */
async function readTrust(): Promise<SecureContext> {
  const path = process.env["NODE_EXTRA_CA_CERTS"];
  if (path === undefined) return createSecureContext();
  return readFile(path, "utf8")
    .then((more) => createSecureContext({ ca: [...rootCertificates, more] }))
    .then(
      (trust) => trust,
      // As Node does with a file that it cannot read.
      () => createSecureContext(),
    );
}

function dispatch(edge: Socket, key: string, trust: SecureContext): void {
  let received: Buffer = Buffer.alloc(0);
  const read = (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    const head = takeHead(received);
    if (head === null && received.length <= maxHeadBytes) return;
    edge.off("data", read);
    const errand = head === null ? null : readErrand(head.text, key);
    if (errand === null) edge.destroy();
    else {
      const origin = openTo(errand.origin, trust);
      origin.write(errand.head, "latin1");
      origin.write(received.subarray(head?.length));
      join(edge, origin);
    }
  };
  edge.on("error", () => edge.destroy());
  edge.on("data", read);
}

/** Passes on the rest of the request, and the response. */
function join(edge: Socket, origin: Socket): void {
  let hasSwitched = false;
  const answer = responseHead(() => {
    hasSwitched = true;
  });
  edge.pipe(origin, { end: false });
  origin.pipe(answer).pipe(edge);
  // Only who has switched protocols ends one direction by itself.
  edge.on("end", () => void (hasSwitched ? origin.end() : origin.destroy()));
  edge.on("close", () => origin.destroy());
  answer.on("error", () => edge.resetAndDestroy());
  let isSecure = false;
  origin.on("secureConnect", () => void (isSecure = true));
  origin.on("error", (error) => {
    const step = "syscall" in error ? error.syscall : null;
    if (step === "getaddrinfo") edge.end(sayWhy("dns_error"));
    else if (origin instanceof TLSSocket && !isSecure && step !== "connect")
      edge.end(
        sayWhy(
          origin.authorizationError === null
            ? "tls_protocol_error"
            : "tls_certificate_error",
        ),
      );
    // A reset, because the end of a connection may be the end of a body.
    else edge.resetAndDestroy();
  });
}

/** A connection on which the certificate has to be the origin's, whatever the Host. */
function openTo(
  { protocol, hostname, port }: URL,
  trust: SecureContext,
): Socket {
  const host = hostname.replace(/^\[|\]$/g, "");
  const isSecure = protocol === "https:";
  const to = { host, port: Number(port) || (isSecure ? 443 : 80) };
  if (!isSecure) return connect({ ...to, allowHalfOpen: true });
  return connectTls({
    ...to,
    // RFC 6066 §3: no addresses.
    servername: isIP(host) === 0 ? host : "",
    ALPNProtocols: ["http/1.1"],
    secureContext: trust,
  });
}

/** What is asked, and of which origin. */
interface Errand {
  origin: URL;
  head: string;
}

/** The request of an edge that knows the key. Its path is the key, the Host, the origin, and then the target. */
function readErrand(text: string, key: string): Errand | null {
  const [requestLine = "", ...lines] = text.split("\r\n");
  const [, method, secret = "", host = "", origin = "", target] =
    /^(\S+) \/([^/]*)\/([^/]*)\/([^/]*)(\/\S*) HTTP\/1\.1$/.exec(requestLine) ??
    [];
  const sent = Buffer.from(secret);
  const known = Buffer.from(key);
  if (sent.length !== known.length || !timingSafeEqual(sent, known))
    return null;
  const head = [
    `${method} ${target} HTTP/1.1`,
    `Host: ${decodeURIComponent(host)}`,
    ...lines.filter((line) => !/^host:/i.test(line)),
  ].join("\r\n");
  return { origin: new URL(decodeURIComponent(origin)), head };
}

/** A header section at the start of these bytes, with the empty line that ends it; null as long as there is none. */
function takeHead(bytes: Buffer): { text: string; length: number } | null {
  const text = bytes.toString("latin1");
  const end = /\r?\n\r?\n/.exec(text);
  if (end === null) return null;
  const length = end.index + end[0].length;
  return { text: text.slice(0, length), length };
}

/** Passes a response on, so that its connection is not used again. */
function responseHead(onSwitch: () => void): Transform {
  let received: Buffer = Buffer.alloc(0);
  let isRead = false;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      if (isRead) return done(null, chunk);
      received = Buffer.concat([received, chunk]);
      for (;;) {
        const head = takeHead(received);
        if (head === null) break;
        received = received.subarray(head.length);
        const status = Number(/^HTTP\/1\.\d (\d{3})/.exec(head.text)?.[1]);
        const isInterim = status >= 100 && status < 200 && status !== 101;
        if (status === 101) onSwitch();
        this.push(
          isInterim || status === 101 ? head.text : closing(head.text),
          "latin1",
        );
        if (isInterim) continue;
        isRead = true;
        return done(null, received);
      }
      return received.length > maxHeadBytes
        ? done(new Error("no end of the response's head"))
        : done();
    },
    flush(done) {
      done(null, isRead ? undefined : received);
    },
  });
}

/** A response's head with `Connection: close`, and without what else concerns the connection. The lines that stay are as they were. */
function closing(text: string): string {
  const [statusLine = "", ...lines] = text.trimEnd().split(/\r?\n/);
  const dropped = hopByHop(fieldsOf(lines.map(fieldOf)));
  let isKept = true;
  const kept = lines.filter((line) => {
    // RFC 9112 §5.2: a line that is folded goes on with the one before.
    if (!/^[ \t]/.test(line)) {
      const name = fieldOf(line)[0].toLowerCase();
      // The rest of the bytes are as Transfer-Encoding says.
      isKept = name === "transfer-encoding" || !dropped.has(name);
    }
    return isKept;
  });
  return [statusLine, ...kept, "Connection: close", "", ""].join("\r\n");
}

function fieldOf(line: string): FieldLine {
  const [, name = "", value = ""] = /^([^:]*?)[ \t]*:(.*)$/s.exec(line) ?? [];
  return [name, value.trim()];
}
