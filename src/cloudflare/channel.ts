import type { Channel } from "../ports.ts";

/** Bytes that may wait for a peer before the next message ends the relay: as many as one message may have. */
const maxWaitingBytes = 32 << 20;
/** How long a closing relay waits for a peer from which, and to which, nothing moves. */
const closeTimeoutMs = 5000;
/** RFC 6455 §5.5: a control frame holds 125 bytes, of which the code takes two. */
const maxReasonBytes = 123;

/** RFC 6455 §7.4.1, and 1013 of the registry that §11.7 opens. */
const goingAway = 1001;
const protocolError = 1002;
const noStatus = 1005;
const policyViolation = 1008;
const internalError = 1011;
const tryAgainLater = 1013;

/** A WebSocket to an origin, not yet accepted. */
export class WebSocketChannel implements Channel {
  readonly protocol = "websocket";
  readonly #origin: WebSocket;
  readonly #dropOrigin: () => void;

  /** `dropOrigin` ends the connection to the origin at once, without a Close. */
  constructor(origin: WebSocket, dropOrigin: () => void) {
    this.#origin = origin;
    this.#dropOrigin = dropOrigin;
  }

  /**
   * Joins a visitor to the origin, message by message. The runtime would pass the connection through
   * untouched, but then nobody could close it when the customer is dropped. `closed` resolves when both
   * sides have closed, or one that does not answer has been given up.
   */
  relay(): { visitor: WebSocket; closed: Promise<void>; cut: () => void } {
    const { 0: visitor, 1: ours } = new WebSocketPair();
    const relay = new Relay(
      new Side(ours),
      new Side(this.#origin),
      this.#dropOrigin,
    );
    return { visitor, closed: relay.closed, cut: () => relay.cut() };
  }

  /** Closes the connection to the origin: nobody gets this channel. */
  discard(): void {
    this.#origin.accept();
    this.#origin.close(goingAway);
  }
}

interface Close {
  code: number;
  reason: string;
}

/** A connection of the relay, to the visitor or to the origin. Its two directions close one by one (RFC 6455 §5.5.1). */
class Side {
  readonly socket: WebSocket;
  /** What ended what this side sends: its Close, or the loss of its connection. Null while it may send. */
  received: Close | "lost" | null = null;
  #closeSent = false;

  constructor(socket: WebSocket) {
    socket.accept({ allowHalfOpen: true });
    socket.binaryType = "arraybuffer";
    this.socket = socket;
  }

  /** Sends a message, unless this side has been sent its last, or is too far behind. */
  send(message: string | ArrayBuffer): "sent" | "discarded" | "behind" {
    if (this.#closeSent || this.received === "lost") return "discarded";
    if (this.waitingBytes > maxWaitingBytes) return "behind";
    this.socket.send(message);
    return "sent";
  }

  /** Bytes of messages that the peer has yet to take; what waited when the connection was lost waits no more. */
  get waitingBytes(): number {
    return this.received === "lost" ? 0 : this.socket.bufferedAmount;
  }

  /** Sends a Close, once. `readyState` does not tell: it is CLOSING as soon as the peer's Close has come. */
  close({ code, reason }: Close): void {
    if (this.#closeSent || this.received === "lost") return;
    this.#closeSent = true;
    if (code === noStatus) this.socket.close();
    else if (maySend(code)) this.socket.close(code, shorten(reason));
    else this.socket.close(protocolError);
  }
}

class Relay {
  readonly #visitor: Side;
  readonly #origin: Side;
  readonly #dropOrigin: () => void;
  readonly #closed = Promise.withResolvers<void>();
  #messagesSent = 0;
  #isCut = false;
  #isOver = false;
  #timer: number | null = null;

  constructor(visitor: Side, origin: Side, dropOrigin: () => void) {
    this.#visitor = visitor;
    this.#origin = origin;
    this.#dropOrigin = dropOrigin;
    this.#pass(visitor, origin, goingAway);
    this.#pass(origin, visitor, internalError);
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Closes both sides; what they still send goes nowhere. */
  cut(): void {
    this.#isCut = true;
    this.#closeBoth(policyViolation, goingAway, "");
  }

  /** Hands on what `from` sends, its Close included; `whenLost` is the code for `to` when its connection breaks. */
  #pass(from: Side, to: Side, whenLost: number): void {
    from.socket.addEventListener("message", ({ data }) => {
      switch (to.send(data)) {
        case "sent":
          this.#messagesSent += 1;
          break;
        case "discarded":
          break;
        case "behind":
          // The runtime cannot be told to stop reading, so a slow peer would cost memory without bound.
          this.#closeBoth(
            tryAgainLater,
            tryAgainLater,
            "a peer reads too slowly",
          );
      }
    });
    const lose = () => {
      from.received = "lost";
      to.close({ code: whenLost, reason: "" });
      this.#settle();
    };
    from.socket.addEventListener("close", ({ code, reason, wasClean }) => {
      if (!wasClean) return lose();
      from.received = { code, reason };
      to.close({ code, reason });
      this.#settle();
    });
    from.socket.addEventListener("error", lose);
  }

  #closeBoth(visitorCode: number, originCode: number, reason: string): void {
    this.#visitor.close({ code: visitorCode, reason });
    this.#origin.close({ code: originCode, reason });
    this.#settle();
  }

  /** Ends the relay when both sides have closed and nothing waits for them. Until then a peer has `closeTimeoutMs` to go on. */
  #settle(): void {
    if (this.#isOver) return;
    const waitingBytes = this.#waitingBytes();
    const haveClosed =
      this.#visitor.received !== null && this.#origin.received !== null;
    if (haveClosed && waitingBytes === 0) return this.#end();
    if (this.#timer !== null) return;
    const messagesSent = this.#messagesSent;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      const moves =
        messagesSent !== this.#messagesSent ||
        waitingBytes !== this.#waitingBytes();
      if (moves && !this.#isCut) this.#settle();
      else this.#giveUp();
    }, closeTimeoutMs);
  }

  #waitingBytes(): number {
    return this.#visitor.waitingBytes + this.#origin.waitingBytes;
  }

  /** RFC 6455 §5.5.1: who has sent a Close gets one, its own for want of the peer's. */
  #giveUp(): void {
    for (const side of [this.#visitor, this.#origin])
      if (side.received !== null && side.received !== "lost")
        side.close(side.received);
    const { received, waitingBytes } = this.#origin;
    if (received === null || waitingBytes > 0) this.#dropOrigin();
    this.#end();
  }

  #end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#closed.resolve();
  }
}

/** RFC 6455 §7.4: the codes that a Close may carry. */
function maySend(code: number): boolean {
  return (
    code >= 1000 && code < 5000 && ![1004, 1005, 1006, 1015].includes(code)
  );
}

/** Bytes that were not UTF-8 have become U+FFFD, three for one. */
function shorten(reason: string): string {
  const { read } = new TextEncoder().encodeInto(
    reason,
    new Uint8Array(maxReasonBytes),
  );
  return reason.slice(0, read);
}
