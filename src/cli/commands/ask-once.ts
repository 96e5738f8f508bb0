import * as http from "node:http";
import * as https from "node:https";
import { isIP } from "node:net";
import { TLSSocket } from "node:tls";

const timeoutMs = 10_000;
const maxBytes = 256 * 1024;

export interface Question {
  protocol: string;
  /** Where to connect to: a name or an address, and a port, or the scheme's own. */
  host: string;
  port: string;
  /** What the certificate is to be for; "" for an address. */
  servername: string;
  path: string;
  fields: Readonly<Record<string, string>>;
}

export type Answer =
  | {
      kind: "answered";
      status: number;
      location: string | null;
      /** Its beginning, as text. */
      body: string;
      /** Where it came from. */
      address: string;
      /** When the certificate expires; null without TLS. */
      certificateEndsMs: number | null;
    }
  | { kind: "failed"; code: string; problem: string };

/** One GET on a connection of its own. Whatever keeps it from an answer is a problem, not an exception. */
export function askOnce(question: Question): Promise<Answer> {
  const { protocol, host, port, servername, path, fields } = question;
  const options = {
    host,
    port: port === "" ? null : port,
    path,
    headers: { "User-Agent": "portcullis doctor", ...fields },
    agent: false,
    signal: AbortSignal.timeout(timeoutMs),
  } as const;
  return new Promise((resolve) => {
    const requested =
      protocol === "https:"
        ? https.request({ ...options, servername })
        : http.request(options);
    requested.on("error", (error: NodeJS.ErrnoException) =>
      resolve({
        kind: "failed",
        code: error.code ?? "",
        problem:
          error.name === "AbortError" || error.name === "TimeoutError"
            ? `no answer within ${timeoutMs / 1000} s`
            : error.message,
      }),
    );
    requested.on("response", (response) => {
      const { statusCode = 0, headers, socket } = response;
      const { remoteAddress = "" } = socket;
      const certificateEndsMs =
        socket instanceof TLSSocket
          ? Date.parse(socket.getPeerCertificate().valid_to)
          : null;
      let body = "";
      const end = () => {
        resolve({
          kind: "answered",
          status: statusCode,
          location: headers.location ?? null,
          body,
          address: remoteAddress,
          certificateEndsMs,
        });
        requested.destroy();
      };
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
        if (body.length > maxBytes) end();
      });
      response.on("end", end);
      response.on("error", end);
    });
    requested.end();
  });
}

/** A host of a URL as one connects to it, and as a certificate names it. */
export function connectionTo({ hostname }: URL): {
  host: string;
  servername: string;
} {
  const host = hostname.replace(/^\[|\]$/g, "");
  return { host, servername: isIP(host) ? "" : host };
}
