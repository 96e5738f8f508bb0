import { createHash, randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { head, rawOrigin } from "./rig.ts";

/** RFC 6455 §5.2, one frame as it was on the wire, unmasked. */
export interface Frame {
  opcode: number;
  isFinal: boolean;
  isCompressed: boolean;
  payload: Buffer;
}

export const opcodes = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

/** One end of a WebSocket of bare frames: it answers nothing by itself. */
export class Peer {
  readonly socket: Socket;
  /** The header section by which the connection was opened here: an answer at a visitor, a request at an origin. */
  readonly head: string;
  readonly #masks: boolean;
  readonly #arrived: (Frame | "end")[] = [];
  #chunks: Buffer[] = [];
  #size = 0;
  #wanted = 2;
  #wake: () => void = () => undefined;

  constructor(
    socket: Socket,
    opening: { head: string; rest: Buffer },
    role: "visitor" | "origin",
  ) {
    this.socket = socket;
    this.head = opening.head;
    this.#masks = role === "visitor";
    socket.on("data", (chunk) => this.#read(chunk));
    socket.on("close", () => this.#arrive("end"));
    this.#read(opening.rest);
  }

  send(
    opcode: number,
    payload: string | Buffer,
    { isFinal = true, isCompressed = false } = {},
  ): void {
    const bytes = Buffer.from(payload);
    this.socket.write(
      frameBytes(
        { opcode, payload: bytes, isFinal, isCompressed },
        this.#masks,
      ),
    );
  }

  /** Null sends no code (RFC 6455 §5.5.1). */
  close(code: number | null, reason: string | Buffer = ""): void {
    this.send(opcodes.close, closePayload(code, reason));
  }

  /** The next frame, or "end" once the connection has closed. */
  async next(): Promise<Frame | "end"> {
    for (;;) {
      const first = this.#arrived.shift();
      if (first !== undefined) return first;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The next frame in words: "text hello", "close 1000 bye", "end". */
  async told(): Promise<string> {
    const frame = await this.next();
    if (frame === "end") return frame;
    const { opcode, payload } = frame;
    if (opcode === opcodes.close)
      return payload.length === 0
        ? "close"
        : `close ${payload.readUInt16BE()} ${payload.subarray(2).toString()}`.trim();
    const name = Object.entries(opcodes).find(([, code]) => code === opcode);
    return `${name?.[0] ?? opcode} ${payload.toString()}`.trim();
  }

  #arrive(what: Frame | "end"): void {
    this.#arrived.push(what);
    this.#wake();
  }

  #read(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    while (this.#size >= this.#wanted) {
      const all = Buffer.concat(this.#chunks);
      const parsed = parseFrame(all);
      this.#chunks = [all];
      if (parsed.kind === "short") {
        this.#wanted = parsed.wanted;
        continue;
      }
      this.#chunks = [all.subarray(parsed.length)];
      this.#size -= parsed.length;
      this.#wanted = 2;
      this.#arrive(parsed.frame);
    }
  }
}

function closePayload(code: number | null, reason: string | Buffer): Buffer {
  if (code === null) return Buffer.alloc(0);
  const bytes = Buffer.from([code >> 8, code & 255]);
  return Buffer.concat([bytes, Buffer.from(reason)]);
}

export function frameBytes(
  { opcode, payload, isFinal, isCompressed }: Frame,
  isMasked: boolean,
): Buffer {
  const { length } = payload;
  const long = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const header = Buffer.alloc(2 + long);
  header[0] = (isFinal ? 128 : 0) | (isCompressed ? 64 : 0) | opcode;
  header[1] =
    (isMasked ? 128 : 0) | (long === 0 ? length : long === 2 ? 126 : 127);
  if (long === 2) header.writeUInt16BE(length, 2);
  if (long === 8) header.writeBigUInt64BE(BigInt(length), 2);
  if (!isMasked) return Buffer.concat([header, payload]);
  const key = randomBytes(4);
  return Buffer.concat([header, key, masked(payload, key)]);
}

function masked(payload: Buffer, key: Buffer): Buffer {
  const result = Buffer.alloc(payload.length);
  for (let at = 0; at < payload.length; at++)
    result[at] = (payload[at] ?? 0) ^ (key[at & 3] ?? 0);
  return result;
}

function parseFrame(
  bytes: Buffer,
):
  | { kind: "short"; wanted: number }
  | { kind: "frame"; frame: Frame; length: number } {
  const [first = 0, second = 0] = bytes;
  const short = second & 127;
  const long = short < 126 ? 0 : short === 126 ? 2 : 8;
  const keyAt = 2 + long;
  const payloadAt = keyAt + (second & 128 ? 4 : 0);
  if (bytes.length < payloadAt) return { kind: "short", wanted: payloadAt };
  const size =
    long === 0
      ? short
      : long === 2
        ? bytes.readUInt16BE(2)
        : Number(bytes.readBigUInt64BE(2));
  const length = payloadAt + size;
  if (bytes.length < length) return { kind: "short", wanted: length };
  const raw = bytes.subarray(payloadAt, length);
  return {
    kind: "frame",
    length,
    frame: {
      opcode: first & 15,
      isFinal: (first & 128) !== 0,
      isCompressed: (first & 64) !== 0,
      payload:
        second & 128 ? masked(raw, bytes.subarray(keyAt, payloadAt)) : raw,
    },
  };
}

/** The fields of an opening handshake (RFC 6455 §4.1). */
export const handshake = [
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
];

/** A visitor whose handshake the edge has answered; with another status than 101, no frames follow. */
export function visit(
  port: number,
  host: string,
  ...lines: string[]
): Promise<Peer> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    let received = Buffer.alloc(0);
    const onData = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const end = received.indexOf("\r\n\r\n");
      if (end < 0) return;
      socket.off("data", onData);
      const opening = {
        head: received.subarray(0, end).toString("latin1"),
        rest: received.subarray(end + 4),
      };
      resolve(new Peer(socket, opening, "visitor"));
    };
    socket.on("data", onData);
    socket.on("error", reject);
    socket.write(head("GET", "/", host, ...handshake, ...lines));
  });
}

/** An origin that takes every WebSocket, with these lines in its answer, and hands them out in their order. */
export async function socketOrigin(
  ...lines: string[]
): Promise<{ at: string; accepted: () => Promise<Peer> }> {
  const waiting: ((peer: Peer) => void)[] = [];
  const arrived: Peer[] = [];
  const at = await rawOrigin((socket, request) => {
    socket.write(switching(request, ...lines));
    const opening = { head: request, rest: Buffer.alloc(0) };
    const peer = new Peer(socket, opening, "origin");
    const taker = waiting.shift();
    if (taker === undefined) arrived.push(peer);
    else taker(peer);
  });
  const accepted = () =>
    new Promise<Peer>((resolve) => {
      const peer = arrived.shift();
      if (peer === undefined) waiting.push(resolve);
      else resolve(peer);
    });
  return { at, accepted };
}

/** RFC 6455 §4.2.2: the answer to a handshake. */
export function switching(request: string, ...lines: string[]): string {
  const key = /^sec-websocket-key: *(\S+)/im.exec(request)?.[1] ?? "";
  const accept = createHash("sha1")
    .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest("base64");
  return [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${accept}`,
    ...lines,
    "",
    "",
  ].join("\r\n");
}
