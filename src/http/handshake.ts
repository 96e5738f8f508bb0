import type { Fields } from "./fields.ts";

/** The version of RFC 6455, and the only one there is. */
export const webSocketVersion = "13";

/** Sixteen bytes in Base64. */
const nonce = /^[+/0-9A-Za-z]{22}==$/;

/**
 * What is wrong with the opening handshake of a WebSocket, null when nothing is (RFC 6455 §4.2.1). Left to the runtime,
 * the origin would be connected first, and the client would then get a text of the runtime's own.
 */
export function handshakeProblem(
  fields: Fields,
): { status: 400 | 426; problem: string } | null {
  const version = fields.get("sec-websocket-version");
  if (version !== webSocketVersion)
    return {
      status: 426,
      problem: `Sec-WebSocket-Version: expected ${webSocketVersion}`,
    };
  if (!nonce.test(fields.get("sec-websocket-key") ?? ""))
    return {
      status: 400,
      problem: "Sec-WebSocket-Key: expected 16 bytes in Base64",
    };
  return null;
}
