import type { RequestBody } from "../world.ts";
import { disconnection } from "./disconnection.ts";

/** Read at once from a visitor. The runtime's own pieces of 4 KiB cost five times the time. */
const pieceBytes = 65_536;

/** Told of where an upload stands. */
export interface Pace {
  /** The visitor's side has failed: the fetch must fail too. */
  abort: (reason: Error) => void;
  waitsForOrigin: () => void;
  waitsForVisitor: () => void;
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
  hasBegun = false;
  /** Why the visitor's side failed; null while it has not. */
  broken: string | null = null;
  readonly #source: ReadableStream<Uint8Array>;
  readonly #writable: WritableStream<Uint8Array>;

  constructor({ stream, lengthBytes }: RequestBody) {
    const pipe =
      lengthBytes === null
        ? new IdentityTransformStream()
        : new FixedLengthStream(lengthBytes);
    this.#source = stream;
    this.readable = pipe.readable;
    this.#writable = pipe.writable;
  }

  /** Resolves when all is sent or either side has failed. */
  async pump({ abort, waitsForOrigin, waitsForVisitor }: Pace): Promise<void> {
    this.hasBegun = true;
    const reader = this.#source.getReader({ mode: "byob" });
    const writer = this.#writable.getWriter();
    ignore(writer.closed);
    let room = new Uint8Array(pieceBytes);
    for (;;) {
      waitsForVisitor();
      const step = await reader.read(room).then(
        ({ done, value }) =>
          done
            ? ({ kind: "end" } as const)
            : ({ kind: "piece", piece: value } as const),
        (error: unknown) => ({ kind: "broken", error }) as const,
      );
      waitsForOrigin();
      if (step.kind === "broken") {
        this.broken = String(step.error);
        const reason = disconnection("the visitor broke off");
        // A stream that is only closed would look complete to the origin.
        abort(reason);
        return ignore(writer.abort(reason));
      }
      const sent = await (
        step.kind === "end" ? writer.close() : writer.write(step.piece)
      ).then(
        () => true,
        () => false,
      );
      if (!sent) return ignore(reader.cancel());
      if (step.kind === "end") return;
      room = new Uint8Array(step.piece.buffer);
    }
  }
}

function ignore(work: Promise<unknown>): void {
  work.then(undefined, () => undefined);
}
