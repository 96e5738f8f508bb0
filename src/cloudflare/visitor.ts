import { Alarm } from "../edge/alarm.ts";
import { PieceReader } from "../edge/piece-reader.ts";
import { clock } from "./clock.ts";

/** Enough for a form with some photographs, if its visitor is not far away. */
const lingerMs = 5_000;
const lingerBytes = 16 << 20;
/** Who sends nothing for so long has nothing on its way that would meet a closed connection. */
const lingerPauseMs = 1_000;

/** Whoever sent a request: whether they are still there, and what they have yet to send. */
export class Visitor {
  readonly #request: Request;
  readonly #replyComplete = Promise.withResolvers<void>();
  #upload: Promise<void> | null = null;
  #hasSentAll: boolean;

  constructor(request: Request) {
    this.#request = request;
    this.#hasSentAll = request.body === null;
  }

  /** Aborts when the visitor resets the connection. One that is only closed may still read. */
  get left(): AbortSignal {
    return this.#request.signal;
  }

  /** Resolves when the answer is complete: then nobody wants the rest of the content. */
  get replyComplete(): Promise<void> {
    return this.#replyComplete.promise;
  }

  get hasSentAll(): boolean {
    return this.#hasSentAll;
  }

  /** The content is sent on until this resolves. */
  sendsBy(upload: Promise<void>): void {
    const end = () => {
      this.#hasSentAll = true;
    };
    this.#upload = upload;
    void upload.then(end);
  }

  /**
   * Goes on reading after the answer, for nobody. When the runtime closes a connection on which content is still to come, the
   * visitor's system throws away the answer with it (RFC 9112 §9.6).
   */
  async linger(): Promise<void> {
    this.#replyComplete.resolve();
    if (this.#upload !== null) return this.#upload;
    const { body: content, headers } = this.#request;
    // RFC 9110 §10.1.1: whoever expects 100 has not sent the content.
    if (content === null || content.locked || headers.has("expect")) return;
    await discardContent(new PieceReader(content));
  }
}

/** Reads what a visitor still sends: as much as may be on its way to us, not as much as they may wish to send. */
export async function discardContent(pieces: PieceReader): Promise<void> {
  const alarm = new Alarm(clock);
  const untilMs = clock.nowMs() + lingerMs;
  for (let bytes = 0; bytes < lingerBytes;) {
    const leftMs = Math.min(untilMs - clock.nowMs(), lingerPauseMs);
    const next = pieces.next().then(
      (piece) => piece,
      () => "end" as const,
    );
    const piece = await alarm.within(leftMs, next);
    if (piece === "end") return;
    if (piece === null) break;
    bytes += piece.byteLength;
  }
  void pieces.cancel();
}
