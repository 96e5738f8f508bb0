import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Parsed } from "../../parse/parsed.ts";
import { parseCombinedLine } from "./combined.ts";
import { parseCsvLine } from "./csv.ts";
import { parseHar } from "./har.ts";
import { lineBatches } from "./lines.ts";
import {
  readEntries,
  readLog,
  traceEntry,
  type LoggedRequest,
  type Skipped,
  type TraceEntry,
} from "./trace.ts";

export const formats = ["har", "combined", "csv"] as const;

export type Format = (typeof formats)[number];

/** The format that a file's name says, compressed or not; null when it says none. */
export function formatOf(file: string): Format | null {
  const [, extension = ""] = /\.(har|log|csv)(?:\.gz)?$/i.exec(file) ?? [];
  switch (extension.toLowerCase()) {
    case "har":
      return "har";
    case "log":
      return "combined";
    case "csv":
      return "csv";
    default:
      return null;
  }
}

/** Read in one piece, unlike lines. */
const largestHarBytes = 256 * 2 ** 20;

/** How a trace is read. */
interface Reading {
  format: Format;
  /** With sizes ignored an object of any bytes is taken to have one. */
  sizes: "kept" | "ignored";
  /** With hosts ignored what has one path and query is one object, whatever host it was asked of. */
  hosts: "kept" | "ignored";
}

/** A trace on disk, which can be read from its beginning more than once. */
export class TraceFile {
  readonly #path: string;
  readonly #how: Reading;
  readonly sizeBytes: number;
  /** Of the reading under way, before decompression. */
  bytesRead = 0;
  /** Requests of the reading under way whose answers no cache would keep. */
  passedOver = 0;
  /** What else of it counts nowhere. */
  skipped: Skipped = { notRequests: 0, notUnderstood: 0 };

  private constructor(path: string, how: Reading, sizeBytes: number) {
    this.#path = path;
    this.#how = how;
    this.sizeBytes = sizeBytes;
  }

  /** A problem when there is no such file. */
  static async open(path: string, how: Reading): Promise<Parsed<TraceFile>> {
    return readable(
      path,
      stat(path).then(({ size }) => ({
        ok: true as const,
        value: new TraceFile(path, how, size),
      })),
    );
  }

  /** All requests in batches, and after the first problem no more. Ends early, without one, when it is broken off. */
  async *entries(
    signal: AbortSignal | null = null,
  ): AsyncGenerator<Parsed<TraceEntry[]>> {
    this.bytesRead = 0;
    this.passedOver = 0;
    this.skipped = { notRequests: 0, notUnderstood: 0 };
    for await (const batch of this.#batches()) {
      if (signal?.aborted) return;
      yield batch.ok && this.#how.sizes === "ignored"
        ? { ok: true, value: batch.value.map(withoutSize) }
        : batch;
    }
  }

  #batches(): AsyncGenerator<Parsed<TraceEntry[]>> {
    switch (this.#how.format) {
      case "csv":
        return readEntries(lineBatches(this.#chunks()), parseCsvLine);
      case "combined":
        return this.#kept(
          readLog(lineBatches(this.#chunks()), parseCombinedLine, this.skipped),
        );
      case "har":
        return this.#kept(this.#har());
    }
  }

  async *#har(): AsyncGenerator<Parsed<LoggedRequest[]>> {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of this.#chunks()) {
      chunks.push(chunk);
      length += chunk.byteLength;
      if (length > largestHarBytes) {
        yield {
          ok: false,
          problem:
            "the document: found more than 256 MiB, expected less; a trace of that size can be given as CSV",
        };
        return;
      }
    }
    yield parseHar(Buffer.concat(chunks).toString("utf8"), this.skipped);
  }

  async *#kept(
    batches: AsyncIterable<Parsed<LoggedRequest[]>>,
  ): AsyncGenerator<Parsed<TraceEntry[]>> {
    for await (const batch of batches) {
      if (!batch.ok) {
        yield batch;
        return;
      }
      const entries = batch.value
        .map((request) =>
          traceEntry(
            this.#how.hosts === "kept" ? request : { ...request, host: null },
          ),
        )
        .filter((entry) => entry !== null);
      this.passedOver += batch.value.length - entries.length;
      yield { ok: true, value: entries };
    }
  }

  async *#chunks(): AsyncGenerator<Uint8Array> {
    const file = createReadStream(this.#path, { highWaterMark: 2 ** 18 });
    // What goes wrong with the file reaches whoever reads the decompressed stream.
    const stream = /\.gz$/i.test(this.#path)
      ? pipeline(file, createGunzip({ chunkSize: 2 ** 18 }), () => {})
      : file;
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      this.bytesRead = file.bytesRead;
      yield chunk;
    }
  }
}

function withoutSize({ atMs, key, size }: TraceEntry): TraceEntry {
  return { atMs, key, size: Math.min(size, 1) };
}

/** Turns what the system says of a file into a problem; a bug of ours stays one. */
export function readable<Value>(
  path: string,
  work: Promise<Parsed<Value>>,
): Promise<Parsed<Value>> {
  return work.then(
    (read) =>
      read.ok ? read : { ok: false, problem: `${path}: ${read.problem}` },
    (error: unknown) => {
      if (!(error instanceof Error && "code" in error)) throw error;
      const { message } = error;
      return {
        ok: false,
        problem: message.includes(path) ? message : `${path}: ${message}`,
      };
    },
  );
}
