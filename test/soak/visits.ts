import { Agent, request as open } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { WebSocket } from "ws";
import { contentOf, receiptOf } from "./content.ts";

/** One request, and what it should come to while its customer is served. */
export interface Visit {
  kind: string;
  /** Null for a host that nobody has. */
  customer: string | null;
  host: string;
  method: string;
  target: string;
  fields: Record<string, string>;
  upload: Buffer | null;
  /** How the visitor behaves. */
  reads: "all" | "little" | "messages";
  expected: Expected;
}

interface Expected {
  /** Statuses of which any is right. */
  statuses: readonly number[];
  /** Null where the body is not compared: a page of ours, or what its visitor does not read to the end. */
  body: Buffer | null;
  /** May the response break off, or never come to its end? */
  mayBreak: boolean;
}

/** What a visit came to. */
export interface Answer {
  /** 0 when none came. */
  status: number;
  body: Buffer;
  end: "whole" | "broken" | "left" | "hung";
  beganAtMs: number;
  endedAtMs: number;
}

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** After so long without an end a request hangs: longer than any limit that the sites of a soak have. */
const hungMs = 30_000;
/** How long a visitor stays who does not read, or who listens to events. */
const staysMs = 2_000;

type Make = (customer: string, random: () => number) => Partial<Visit>;

const pick = (random: () => number, count: number) =>
  Math.floor(random() * count);

const file =
  (kind: string, sizes: readonly number[], urls: number): Make =>
  (customer, random) => {
    const bytes = sizes[pick(random, sizes.length)] ?? 0;
    const target = `/${kind}/${bytes}/${pick(random, urls)}`;
    const body = contentOf(customer, target, bytes);
    return { target, expected: { statuses: [200], body, mayBreak: false } };
  };

/** Everything that visitors do, by name. */
export const kinds: Readonly<Record<string, Make>> = {
  small: file("shared", [0, 1, kibibyte, 40 * kibibyte], 200),
  large: file("shared", [mebibyte, 3 * mebibyte, 8 * mebibyte], 6),
  "never the same": file("shared", [2], 1e9),
  private: file("private", [kibibyte, 100 * kibibyte], 50),
  validated: file("validated", [kibibyte], 20),
  chunked: file("chunked", [64 * kibibyte], 20),
  "large without a validator": (customer, random) => {
    const visit = file("chunked", [2 * mebibyte], 20)(customer, random);
    const { statuses = [], body = null } = visit.expected ?? {};
    // What the cache evicts while it is sent cannot be asked for again.
    return { ...visit, expected: { statuses, body, mayBreak: true } };
  },
  slow: file("slow", [kibibyte], 5),
  range: (customer, random) => {
    const bytes = 8 * mebibyte;
    const target = `/shared/${bytes}/film`;
    const first = pick(random, bytes);
    const last = Math.min(first + pick(random, mebibyte), bytes - 1);
    const body = contentOf(customer, target, bytes).subarray(first, last + 1);
    return {
      target,
      fields: { range: `bytes=${first}-${last}` },
      expected: { statuses: [206], body, mayBreak: false },
    };
  },
  varied: (customer, random) => {
    const language = "x".repeat(pick(random, 2) * 6_000) + pick(random, 1e6);
    const target = `/varied/${kibibyte}/${pick(random, 20)}`;
    const body = contentOf(customer, target + language.slice(0, 100), kibibyte);
    return {
      target,
      fields: { "accept-language": language },
      expected: { statuses: [200], body, mayBreak: false },
    };
  },
  "long URL": (customer, random) => {
    const target = `/private/2/${"y".repeat(15_000)}${pick(random, 1e9)}`;
    const body = contentOf(customer, target, 2);
    // Many at once have a bound in memory.
    return {
      target,
      expected: { statuses: [200, 431], body, mayBreak: false },
    };
  },
  failing: (_, random) => ({
    target: `/failing/${kibibyte}/${pick(random, 5)}`,
    expected: { statuses: [503], body: null, mayBreak: false },
  }),
  stalling: (_, random) => ({
    target: `/stalling/${kibibyte}/${pick(random, 1e6)}`,
    expected: { statuses: [200], body: null, mayBreak: true },
  }),
  upload: (_, random) => {
    const upload = Buffer.alloc(pick(random, 2 * mebibyte), "upload");
    return {
      target: "/upload/0",
      method: "POST",
      upload,
      expected: { statuses: [200], body: receiptOf(upload), mayBreak: false },
    };
  },
  "reads little": (_, random) => ({
    target: `/shared/${8 * mebibyte}/${pick(random, 6)}`,
    reads: "little",
    expected: { statuses: [200], body: null, mayBreak: true },
  }),
  events: () => ({
    target: "/events/0",
    reads: "little",
    expected: { statuses: [200], body: null, mayBreak: true },
  }),
  websocket: () => ({
    target: "/socket/0",
    reads: "messages",
    expected: { statuses: [101], body: Buffer.from("ping"), mayBreak: false },
  }),
};

/** A visit of a kind. */
export function visitOf(
  kind: string,
  customer: string,
  random: () => number,
): Visit {
  return {
    kind,
    customer,
    host: `${customer}.localhost`,
    method: "GET",
    target: "/",
    fields: {},
    upload: null,
    reads: "all",
    expected: { statuses: [200], body: null, mayBreak: false },
    ...kinds[kind]?.(customer, random),
  };
}

/** A visit of a host that nobody has. */
export function strayVisit(random: () => number): Visit {
  return {
    ...visitOf("stray", "", random),
    customer: null,
    host: `${pick(random, 1e9)}.nobody.example`,
    // Unknown hosts have a rate, beyond which they are asked to come again.
    expected: { statuses: [421, 503], body: null, mayBreak: false },
  };
}

const agent = new Agent({ keepAlive: true, maxFreeSockets: 32 });

/** Makes a visit; it always comes to an answer. */
export function make(visit: Visit, port: number): Promise<Answer> {
  return visit.reads === "messages" ? talk(visit, port) : ask(visit, port);
}

function ask(visit: Visit, port: number): Promise<Answer> {
  const beganAtMs = Date.now();
  const { method, target: path, host, fields, upload, reads } = visit;
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let status = 0;
    const finish = (end: Answer["end"]) => {
      clearTimeout(timer);
      if (end !== "whole") request.destroy();
      const body = Buffer.concat(parts);
      resolve({ status, body, end, beganAtMs, endedAtMs: Date.now() });
    };
    const request = open(
      {
        port,
        host: "127.0.0.1",
        method,
        path,
        agent: reads === "all" ? agent : false,
        headers: { host, ...fields },
      },
      (response) => {
        status = response.statusCode ?? 0;
        response.on("error", () => finish("broken"));
        if (reads === "little") {
          // Nothing is read, so that what is sent stays where it is.
          void pause(staysMs).then(() => finish("left"));
          return;
        }
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("end", () => finish("whole"));
      },
    );
    request.on("error", () => finish("broken"));
    const timer = setTimeout(() => finish("hung"), hungMs);
    request.end(upload ?? undefined);
  });
}

/** Sends a message over a WebSocket, and takes what comes back. */
function talk(visit: Visit, port: number): Promise<Answer> {
  const beganAtMs = Date.now();
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${visit.target}`, {
      headers: { host: visit.host },
    });
    let status = 0;
    let body: Buffer = Buffer.alloc(0);
    const finish = (end: Answer["end"]) => {
      clearTimeout(timer);
      socket.terminate();
      resolve({ status, body, end, beganAtMs, endedAtMs: Date.now() });
    };
    const timer = setTimeout(() => finish("hung"), hungMs);
    socket.on("unexpected-response", (_, response) => {
      status = response.statusCode ?? 0;
      response.resume();
      finish("whole");
    });
    socket.on("open", () => {
      status = 101;
      socket.send("ping");
    });
    socket.on("message", (data: Buffer) => {
      body = data;
      finish("whole");
    });
    socket.on("error", () => finish("broken"));
    socket.on("close", () => finish("broken"));
  });
}
