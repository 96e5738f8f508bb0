import { connect } from "cloudflare:sockets";
import type { ProxyError } from "../http/proxy-status.ts";
import { agreesOnTls } from "./tls-hello.ts";

const probeMs = 1000;

/**
 * Why did an exchange fail? The runtime gives one error for an origin that refuses, one that hangs up
 * and one that is not there, so a connection is tried: TCP first, then TLS, then its first message alone.
 */
export async function diagnose(url: URL, message: string): Promise<ProxyError> {
  const secure = url.protocol === "https:";
  const address = addressOf(url);
  if (!(await opens(address, "off")))
    return saysNoAddress(url.hostname, message)
      ? "dns_error"
      : "connection_refused";
  if (secure && !(await opens(address, "on")))
    return (await agreesOnTls(address))
      ? "tls_certificate_error"
      : "tls_protocol_error";
  return "connection_terminated";
}

/** Does the origin take a TCP connection within a second? Nothing is sent on it. */
export async function canConnect(url: URL): Promise<boolean> {
  return opens(addressOf(url), "off");
}

function addressOf({ protocol, hostname, port }: URL): SocketAddress {
  const defaultPort = protocol === "https:" ? 443 : 80;
  return {
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? defaultPort : Number(port),
  };
}

/** A connection that is refused is "lost"; a name without an address is an error the runtime does not explain. */
function saysNoAddress(hostname: string, message: string): boolean {
  const isAddress = hostname.startsWith("[") || /^[\d.]+$/.test(hostname);
  return !isAddress && /internal error|dns|lookup|resol/i.test(message);
}

async function opens(
  address: SocketAddress,
  secureTransport: "on" | "off",
): Promise<boolean> {
  const socket = connect(address, { secureTransport, allowHalfOpen: false });
  const silence = new Promise<boolean>((resolve) =>
    setTimeout(() => resolve(false), probeMs),
  );
  const opened = socket.opened.then(
    () => true,
    () => false,
  );
  socket.closed.then(
    () => undefined,
    () => undefined,
  );
  const result = await Promise.race([opened, silence]);
  socket.close().then(
    () => undefined,
    () => undefined,
  );
  return result;
}
