import { Alarm } from "../edge/alarm.ts";
import { PieceReader } from "../edge/piece-reader.ts";
import type { RequestBody } from "../ports.ts";
import { clock } from "./clock.ts";
import { disconnection } from "./disconnection.ts";
import { discardContent } from "./visitor.ts";

/** Told of where an upload stands. */
export interface Pace {
  /** The visitor's side has failed: the fetch must fail too. */
  breakOff: (why: string) => void;
  waitsForOrigin: () => void;
  waitsForVisitor: () => void;
  /** The visitor's longest pause. */
  betweenBytesMs: number;
}

/**
 * Content on its way from a visitor to an origin. Neither the visitor's own stream nor one piped into another tells who
 * broke it off: the runtime rejects a fetch in the same way whether the origin hung up or the visitor did. So it is read
 * here, at the origin's pace.
 */
export class Upload {
  /** What the fetch sends: with a length when the visitor stated one, else in chunks. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Set once anything has been read of the visitor's content. */
  hasStarted = false;
  readonly #source: ReadableStream<Uint8Array>;
  readonly #writable: WritableStream<Uint8Array>;
  #isStopped = false;
  /** Ends the wait under way. */
  #interrupt: () => void = () => undefined;

  constructor({ stream, lengthBytes }: RequestBody) {
    const pipe =
      lengthBytes === null
        ? new IdentityTransformStream()
        : new FixedLengthStream(lengthBytes);
    this.#source = stream;
    this.readable = pipe.readable;
    this.#writable = pipe.writable;
  }

  /** Resolves when the visitor has sent all, or nobody reads it any more. */
  async pump(pace: Pace): Promise<void> {
    this.hasStarted = true;
    const pieces = new PieceReader(this.#source);
    const alarm = new Alarm(clock);
    const writer = this.#writable.getWriter();
    ignore(writer.closed);
    for (;;) {
      pace.waitsForVisitor();
      const step = await this.#unlessStopped(
        alarm.within(pace.betweenBytesMs, read(pieces)),
      );
      pace.waitsForOrigin();
      if (step === null || step.kind === "broken") {
        // A stream that is only closed would look complete to the origin.
        pace.breakOff(step?.why ?? `nothing for ${pace.betweenBytesMs} ms`);
        ignore(pieces.cancel());
        return ignore(writer.abort(disconnection("the visitor broke off")));
      }
      if (step.kind === "stopped") break;
      const sent = await this.#unlessStopped(
        (step.kind === "end" ? writer.close() : writer.write(step.piece)).then(
          () => null,
          () => stopped,
        ),
      );
      if (step.kind === "end") return;
      if (sent !== null) break;
    }
    ignore(writer.abort(disconnection("the answer is complete")));
    await discardContent(pieces);
  }

  /** Nobody wants the rest: what the visitor still sends is thrown away. */
  stop(): void {
    this.#isStopped = true;
    this.#interrupt();
  }

  #unlessStopped<T>(work: Promise<T>): Promise<T | typeof stopped> {
    return new Promise((resolve, reject) => {
      this.#interrupt = () => resolve(stopped);
      if (this.#isStopped) this.#interrupt();
      work.then(resolve, reject);
    });
  }
}

const stopped = { kind: "stopped" } as const;

type Step =
  | { kind: "piece"; piece: Uint8Array }
  | { kind: "end" }
  | { kind: "broken"; why: string };

async function read(pieces: PieceReader): Promise<Step> {
  return pieces.next().then(
    (piece) => (piece === "end" ? { kind: "end" } : { kind: "piece", piece }),
    (error: unknown) => ({ kind: "broken", why: String(error) }),
  );
}

function ignore(work: Promise<unknown>): void {
  work.then(undefined, () => undefined);
}
