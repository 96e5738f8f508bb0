import type { Channel } from "../world.ts";

/** A WebSocket to an origin, not yet accepted. */
export class WebSocketChannel implements Channel {
  readonly protocol = "websocket";
  readonly #origin: WebSocket;

  constructor(origin: WebSocket) {
    this.#origin = origin;
  }

  /**
   * Joins a visitor to the origin, message by message. The runtime would pass the connection through
   * untouched, but then nobody could end it when the customer is dropped.
   */
  relay(): { visitor: WebSocket; closed: Promise<void>; cut: () => void } {
    const { 0: visitor, 1: ours } = new WebSocketPair();
    const origin = this.#origin;
    for (const socket of [origin, ours]) {
      socket.accept({ allowHalfOpen: true });
      socket.binaryType = "arraybuffer";
    }
    const closed = Promise.all([pass(origin, ours), pass(ours, origin)]);
    return {
      visitor,
      closed: closed.then(() => undefined),
      cut: () => {
        close(ours, policyViolation, "");
        close(origin, goingAway, "");
      },
    };
  }
}

/** RFC 6455 §7.4.1. */
const goingAway = 1001;
const policyViolation = 1008;
const noStatus = 1005;
const abnormal = 1006;

/** Hands on what `from` receives until it closes. */
function pass(from: WebSocket, to: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    from.addEventListener("message", ({ data }) => {
      if (to.readyState === WebSocket.OPEN) to.send(data);
    });
    from.addEventListener("close", ({ code, reason }) => {
      close(to, code, reason);
      close(from, code, reason);
      resolve();
    });
    from.addEventListener("error", () => {
      close(to, goingAway, "");
      resolve();
    });
  });
}

/** Closes with the peer's own code where it may be sent at all (RFC 6455 §7.4.1). */
function close(socket: WebSocket, code: number, reason: string): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  if (code === noStatus) socket.close();
  else if (code === abnormal) socket.close(goingAway);
  else socket.close(code, reason);
}
