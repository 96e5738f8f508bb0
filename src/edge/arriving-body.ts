import type { World } from "../ports.ts";
import { Alarm } from "./alarm.ts";
import type { ByteBudget, Holder } from "./byte-budget.ts";
import { ByteWindow } from "./byte-window.ts";
import { SliceWriter } from "./slice-writer.ts";
import { sliceBytes, slicesPerFetch, type BodyAccess } from "./stored-body.ts";

/** What became of the copy of a body that arrived. */
export type ArrivalResult =
  | { kind: "memory"; bytes: Uint8Array }
  /** The first `length` bytes of it; the rest was not fetched. */
  | { kind: "pop"; length: number }
  /** The first so many slices may have been written all the same. */
  | { kind: "lost"; because: Loss; slices: number };

/**
 * It broke off or is not as long as stated; it is larger than the site lets it be; memory or the PoP cache has no room for it;
 * nobody read it any more, and it did not come.
 */
export type Loss =
  "broken" | "too-large" | "no-memory" | "not-written" | "unread";

export interface ArrivalLimits {
  /** What is longer is not kept. */
  maxBytes: number;
  /** By Content-Length or Content-Range, null when neither says. */
  statedBytes: number | null;
  budget: ByteBudget;
  /** How long the PoP cache should keep it. */
  keptSeconds: number;
  /** The longest time for which its source sends nothing and is not broken off. */
  betweenBytesMs: number;
  /** For slices out of a longer body, however short: the index of the first. They go to the PoP cache. */
  firstSlice?: number;
  /** The rest can be asked for later, so that it is not fetched for nobody. */
  whenUnread?: "fetch" | "stop";
  /** Called once it is certain that it is not kept: nobody should join it any more. */
  onLoss?: (because: Loss) => void;
}

/** How far at most a body is read ahead of its fastest reader, and how far back others find it in memory when it is not kept. */
const windowBytes = sliceBytes;

/** How long a reader of what is neither kept nor can be had again may stand still while others wait. */
const laggardMs = 5_000;

/** How much longer than its source a body is waited for that another request fetches. */
const graceMs = 1_000;

/** What nobody reads is fetched for the cache alone, in the time that Cloudflare gives a request after its answer. */
const unreadMs = 30_000;
/** The longest pause in what its readers have left. */
const unreadPauseMs = 2_000;

type End =
  | { kind: "arriving" }
  | { kind: "whole" }
  /** Nobody wanted the rest. */
  | { kind: "stopped" }
  | { kind: "broken"; error: Error };

interface Reader {
  at: number;
  last: number;
  movedAtMs: number;
  /** Ends its wait for news; nobody wakes a reader who has left, since its request may be gone. */
  wake: () => void;
}

/** Where the bytes at a position are. */
type Place =
  | { kind: "memory"; bytes: Uint8Array }
  | { kind: "slice" }
  | { kind: "gone" }
  | Extract<End, { kind: "whole" | "broken" }>
  | { kind: "not-yet" };

/**
 * A body on its way from the origin into the cache, which any number of visitors read meanwhile. Nobody waits for another
 * visitor: the body arrives at the pace of its fastest reader, or of the PoP cache when nobody reads. Only what turns out not to
 * be kept, and cannot be asked for again, comes at the pace of its slowest reader, as long as that one moves. Up to `sliceBytes` it
 * stays in memory. Beyond, it goes to the PoP cache in slices, and a reader who falls behind takes them from there.
 */
export class ArrivingBody implements Holder {
  readonly #limits: ArrivalLimits;
  readonly #world: World;
  readonly #window: ByteWindow;
  readonly #writer: SliceWriter;
  readonly #readers = new Set<Reader>();
  /** Ends the wait of the request that fetches for a reader. */
  #wakeFetching: () => void = () => undefined;
  /** The same when the last reader has left. */
  #noticeUnread: () => void = () => undefined;
  #unreadSinceMs: number;
  #wasRead = false;
  #end: End = { kind: "arriving" };
  #isReceived = false;
  #isAbandoned = false;
  #loss: Loss | null = null;
  #progressAtMs: number;

  constructor(name: string, limits: ArrivalLimits, world: World) {
    this.#limits = limits;
    this.#world = world;
    const { firstSlice = 0, keptSeconds } = limits;
    this.#window = new ByteWindow(limits.statedBytes);
    this.#writer = new SliceWriter({ name, firstSlice, keptSeconds }, world);
    this.#progressAtMs = world.nowMs();
    this.#unreadSinceMs = world.nowMs();
  }

  /** How many bytes have arrived. */
  get length(): number {
    return this.#window.end;
  }

  get isBroken(): boolean {
    return this.#end.kind === "broken";
  }

  /** Is the request that fetched it gone for good? Then nothing comes any more. */
  isStalled(nowMs: number): boolean {
    return (
      this.#isAbandoned ||
      (this.#end.kind === "arriving" &&
        nowMs - this.#progressAtMs > this.#limits.betweenBytesMs)
    );
  }

  abandon(): void {
    this.#isAbandoned = true;
    this.#end = { kind: "broken", error: new Error("memory is short") };
    this.#window.dropBefore(Infinity);
  }

  /** Takes the body to its end from a source that breaks off rather than stall. */
  async receive(source: ReadableStream<Uint8Array>): Promise<ArrivalResult> {
    const reader = source.getReader();
    const alarm = new Alarm(this.#world);
    while (this.#end.kind === "arriving") {
      await this.#untilWanted(alarm);
      if (this.#readers.size === 0 && this.#mayStop()) break;
      await this.#takeFrom(reader, alarm);
      if (this.#loss === null && !(await this.#writer.settle(2)))
        this.#lose("not-written");
      this.#trim();
    }
    if (this.#isAbandoned) this.#lose("no-memory");
    this.#finish({ kind: "stopped" });
    if (this.#end.kind !== "whole")
      void reader.cancel().then(undefined, () => undefined);
    const kept = await this.#keep();
    this.#isReceived = true;
    this.#updateBudget();
    return kept;
  }

  /**
   * The bytes from position `first` to `last`, or to the end when that is null. Throws when the body breaks off, which breaks
   * off the visitor's too. Counts as read from now on, until it has been read or is returned.
   */
  read(
    first: number,
    last: number | null,
    access: BodyAccess,
  ): AsyncIterableIterator<Uint8Array, void, void> {
    const reader: Reader = {
      at: first,
      last: last ?? Infinity,
      movedAtMs: this.#world.nowMs(),
      wake: () => undefined,
    };
    this.#readers.add(reader);
    this.#wasRead = true;
    this.#updateBudget();
    const bytes = this.#bytesFor(reader, access);
    const leave = () => {
      this.#readers.delete(reader);
      this.#updateBudget();
      this.#resumeFetching();
      if (this.#readers.size > 0) return;
      this.#unreadSinceMs = this.#world.nowMs();
      this.#noticeUnread();
    };
    return {
      next: async () => {
        const step = bytes.next();
        void step.then(({ done }) => done === true && leave(), leave);
        return step;
      },
      return: async () => {
        leave();
        return bytes.return();
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  async *#bytesFor(
    reader: Reader,
    access: BodyAccess,
  ): AsyncGenerator<Uint8Array, void, void> {
    const alarm = new Alarm(access.world);
    const patienceMs = this.#limits.betweenBytesMs + graceMs;
    while (reader.at <= reader.last) {
      const place = this.#find(reader.at);
      if (place.kind === "whole") return;
      if (place.kind === "not-yet") {
        await alarm.orSooner(newsFor(reader), patienceMs);
        if (this.isStalled(access.world.nowMs()))
          throw new Error("the origin stopped sending");
        continue;
      }
      for await (const bytes of this.#bytesAt(place, reader.at, access)) {
        const wanted = bytes.subarray(0, reader.last + 1 - reader.at);
        reader.at += wanted.byteLength;
        reader.movedAtMs = access.world.nowMs();
        this.#updateBudget();
        this.#resumeFetching();
        yield wanted;
        if (reader.at > reader.last) return;
      }
      if (place.kind === "gone") return;
    }
  }

  #find(at: number): Place {
    const { start, end } = this.#window;
    if (at >= start && at < end)
      return { kind: "memory", bytes: this.#window.from(at) };
    if (at < start)
      return at < this.#writer.written * sliceBytes
        ? { kind: "slice" }
        : { kind: "gone" };
    switch (this.#end.kind) {
      case "arriving":
        return { kind: "not-yet" };
      case "stopped":
        return { kind: "gone" };
      case "whole":
      case "broken":
        return this.#end;
    }
  }

  async *#bytesAt(
    place: Exclude<Place, { kind: "not-yet" | "whole" }>,
    at: number,
    access: BodyAccess,
  ): AsyncGenerator<Uint8Array, void, void> {
    switch (place.kind) {
      case "memory":
        yield place.bytes;
        return;
      case "slice":
        yield* access.slice(this.#position(at));
        return;
      case "gone":
        yield* access.fromOrigin(this.#position(at));
        return;
      case "broken":
        throw place.error;
    }
  }

  /** In the whole body, if this is a part of one. */
  #position(at: number): number {
    return (this.#limits.firstSlice ?? 0) * sliceBytes + at;
  }

  async #takeFrom(
    reader: ReadableStreamDefaultReader<Uint8Array>,
    alarm: Alarm,
  ): Promise<void> {
    const step = await this.#unlessUnread(
      reader.read().then(
        ({ value }) => ({ kind: "read" as const, value }),
        (error: unknown) => ({ kind: "broken" as const, error }),
      ),
      alarm,
    );
    switch (step?.kind) {
      case undefined:
        if (!this.#canGoOnLater()) this.#lose("unread");
        return this.#finish({ kind: "stopped" });
      case "broken":
        return this.#break(
          new Error("the origin broke off", { cause: step.error }),
        );
      case "read":
        return step.value === undefined
          ? this.#endWhole()
          : this.#append(step.value);
    }
  }

  /** What the work comes to, or null when nobody reads the body and it takes too long for the cache alone. */
  async #unlessUnread<T>(work: Promise<T>, alarm: Alarm): Promise<T | null> {
    for (;;) {
      if (this.#readers.size > 0) {
        const unread = Promise.withResolvers<null>();
        this.#noticeUnread = () => unread.resolve(null);
        const first = await Promise.race([work, unread.promise]);
        this.#noticeUnread = () => undefined;
        if (first !== null) return first;
        continue;
      }
      const leftMs = this.#unreadUntilMs() - this.#world.nowMs();
      const first = await alarm.within(leftMs, work);
      if (first !== null || this.#readers.size === 0) return first;
    }
  }

  #unreadUntilMs(): number {
    const untilMs = this.#unreadSinceMs + unreadMs;
    return this.#wasRead
      ? Math.min(untilMs, this.#progressAtMs + unreadPauseMs)
      : untilMs;
  }

  #append(bytes: Uint8Array): void {
    this.#window.append(bytes);
    this.#progressAtMs = this.#world.nowMs();
    this.#updateBudget();
    if (this.#window.end > this.#limits.maxBytes) this.#lose("too-large");
    if (this.#window.heldBytes > this.#limits.budget.allowance)
      this.#lose("no-memory");
    if (this.#loss === null && this.#isSliced()) this.#writeFullSlices();
    this.#wake();
  }

  #writeFullSlices(): void {
    while ((this.#writer.begun + 1) * sliceBytes <= this.#window.end) {
      const from = this.#writer.begun * sliceBytes;
      this.#writer.begin(this.#window.join(from, from + sliceBytes));
    }
    this.#updateBudget();
  }

  #endWhole(): void {
    const { statedBytes } = this.#limits;
    if (statedBytes === null || statedBytes === this.#window.end)
      this.#finish({ kind: "whole" });
    else
      this.#break(
        new Error(
          `the origin sent ${this.#window.end} bytes, and said ${statedBytes}`,
        ),
      );
  }

  #break(error: Error): void {
    this.#lose("broken");
    this.#finish({ kind: "broken", error });
  }

  #finish(end: End): void {
    if (this.#end.kind !== "arriving") return;
    this.#end = end;
    this.#wake();
  }

  #lose(because: Loss): void {
    if (this.#loss !== null) return;
    this.#loss = because;
    this.#limits.onLoss?.(because);
  }

  /** After the last byte: a short body is in memory, the end of a long one goes to the PoP cache. */
  async #keep(): Promise<ArrivalResult> {
    if (this.#loss !== null) return this.#lost(this.#loss);
    const length = this.#window.end;
    if (this.#end.kind === "stopped")
      return (await this.#writer.settle(0))
        ? { kind: "pop", length: this.#writer.written * sliceBytes }
        : this.#lost("not-written");
    if (!this.#isSliced())
      return { kind: "memory", bytes: this.#window.join(0, length) };
    const rest = this.#writer.begun * sliceBytes;
    if (rest < length) this.#writer.begin(this.#window.join(rest, length));
    return (await this.#writer.settle(0))
      ? { kind: "pop", length }
      : this.#lost("not-written");
  }

  /** What is still being written cannot be deleted. */
  async #lost(because: Loss): Promise<ArrivalResult> {
    this.#lose(because);
    if (because !== "not-written") await this.#writer.settle(0);
    return { kind: "lost", because, slices: this.#writer.begun };
  }

  /** Nobody reads it. Then what is not kept is not wanted, nor much of what can be asked for later. */
  #mayStop(): boolean {
    const leftBytes = (this.#limits.statedBytes ?? 0) - this.#window.end;
    return (
      this.#loss !== null ||
      (this.#canGoOnLater() && leftBytes > slicesPerFetch * sliceBytes)
    );
  }

  /** Is what has arrived of use without the rest, which can be asked for when somebody wants it? */
  #canGoOnLater(): boolean {
    return this.#limits.whenUnread === "stop" && this.#isSliced();
  }

  #isSliced(): boolean {
    return (
      this.#limits.firstSlice !== undefined || this.#window.end > sliceBytes
    );
  }

  /** Lets go of what the PoP cache has, or, when it is not kept, of what lies further back than the window. */
  #trim(): void {
    const before =
      this.#loss === null
        ? this.#writer.written * sliceBytes
        : Math.min(this.#window.end - this.#windowBytes(), this.#paceAt());
    this.#window.dropBefore(before);
    this.#updateBudget();
  }

  /** What it holds counts for as long as it arrives, and for as long as somebody reads it. */
  #updateBudget(): void {
    const { budget } = this.#limits;
    const isOver = this.#isReceived && this.#readers.size === 0;
    if (isOver) budget.release(this);
    else budget.hold(this, this.#window.heldBytes, this.#world.nowMs());
  }

  #windowBytes(): number {
    return Math.min(windowBytes, this.#limits.budget.allowance);
  }

  /** Waits until a reader comes near the end of what has arrived. Without readers it is wanted for the cache. */
  async #untilWanted(alarm: Alarm): Promise<void> {
    while (
      this.#readers.size > 0 &&
      this.#window.end - this.#paceAt() >= this.#windowBytes()
    ) {
      const waitMs = Math.min(this.#limits.betweenBytesMs, laggardMs);
      await alarm.orSooner(this.#untilWoken(), waitMs);
      this.#progressAtMs = this.#world.nowMs();
    }
  }

  /** Where the reader is at whose pace the body arrives. */
  #paceAt(): number {
    const canCatchUp =
      this.#loss === null || this.#limits.whenUnread === "stop";
    return (canCatchUp ? null : this.#slowestMovingAt()) ?? this.#fastestAt();
  }

  #untilWoken(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wakeFetching = resolve;
    return promise;
  }

  #fastestAt(): number {
    let fastest = 0;
    for (const { at } of this.#readers) fastest = Math.max(fastest, at);
    return fastest;
  }

  /** Null when all have stood still for too long. */
  #slowestMovingAt(): number | null {
    const sinceMs = this.#world.nowMs() - laggardMs;
    let slowest = Infinity;
    for (const { at, movedAtMs } of this.#readers)
      if (movedAtMs > sinceMs) slowest = Math.min(slowest, at);
    return slowest === Infinity ? null : slowest;
  }

  #resumeFetching(): void {
    const resume = this.#wakeFetching;
    this.#wakeFetching = () => undefined;
    resume();
  }

  #wake(): void {
    for (const reader of this.#readers) reader.wake();
  }
}

/**
 * A promise of the reader's own: the runtime settles a promise within the request that made it. One of `new Promise` it would
 * not, once V8 has optimised the code around it; what comes after it would run on behalf of whoever settled it.
 */
function newsFor(reader: Reader): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  reader.wake = resolve;
  return promise;
}
