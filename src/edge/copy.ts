import type { Bytes, World } from "../world.ts";
import { concatenated } from "./bytes.ts";
import { bodyName, largestInMemoryBytes } from "./holdings.ts";

/** What became of the copy that was made of a body on its way to a visitor. */
export type Copy =
  | { kind: "memory"; bytes: Uint8Array }
  | { kind: "shelf"; length: number }
  /** The body broke off or is too large, or the shelf did not take it. */
  | { kind: "lost" };

/**
 * Copies a body while it streams to the visitor. A visitor who goes away does not stop the copy, one who
 * is slow holds up only what is too large for memory, and a body that breaks off is never kept.
 */
export function copied(
  source: Bytes,
  name: string,
  mostBytes: number,
  world: World,
): { visitor: Bytes; copy: Promise<Copy> } {
  if (source instanceof Uint8Array)
    return { visitor: source, copy: keepWhole(source, name, mostBytes, world) };
  const outlet = new Outlet();
  const copy = pump(source, outlet, new Ledge(name, mostBytes, world));
  return { visitor: outlet.stream, copy };
}

async function keepWhole(
  bytes: Uint8Array,
  name: string,
  mostBytes: number,
  world: World,
): Promise<Copy> {
  const ledge = new Ledge(name, mostBytes, world);
  await ledge.take(bytes);
  return ledge.finish();
}

async function pump(
  source: ReadableStream<Uint8Array>,
  outlet: Outlet,
  ledge: Ledge,
): Promise<Copy> {
  const reader = source.getReader();
  for (;;) {
    const step = await reader.read().then(
      ({ done, value }) =>
        done ? { kind: "end" as const } : { kind: "chunk" as const, value },
      (error: unknown) => ({ kind: "broken" as const, error }),
    );
    switch (step.kind) {
      case "broken":
        outlet.fail(step.error);
        return ledge.abandon();
      case "end":
        outlet.end();
        return ledge.finish();
      case "chunk":
        outlet.give(step.value);
        await ledge.take(step.value);
        if (!ledge.inMemory) await outlet.thirst();
        if (outlet.isClosed && ledge.isLost) {
          void reader.cancel().then(undefined, () => undefined);
          return ledge.abandon();
        }
    }
  }
}

/** The visitor's end of a body. */
class Outlet {
  readonly stream: ReadableStream<Uint8Array>;
  isClosed = false;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #thirsty = Promise.withResolvers<void>();

  constructor() {
    this.stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => this.#thirsty.resolve(),
      cancel: () => {
        this.isClosed = true;
        this.#thirsty.resolve();
      },
    });
  }

  give(chunk: Uint8Array): void {
    if (!this.isClosed) this.#controller?.enqueue(chunk);
  }

  /** Resolves when the visitor can take more, or has gone. */
  async thirst(): Promise<void> {
    while (!this.isClosed && (this.#controller?.desiredSize ?? 0) <= 0) {
      this.#thirsty = Promise.withResolvers();
      await this.#thirsty.promise;
    }
  }

  end(): void {
    if (!this.isClosed) this.#controller?.close();
    this.isClosed = true;
  }

  fail(error: unknown): void {
    if (!this.isClosed) this.#controller?.error(error);
    this.isClosed = true;
  }
}

/** Where the copy grows: in memory at first, on the shelf when it outgrows that. */
class Ledge {
  isLost = false;
  inMemory = true;
  readonly #name: string;
  readonly #mostBytes: number;
  readonly #world: World;
  #chunks: Uint8Array[] = [];
  #length = 0;
  #shelf: {
    writer: WritableStreamDefaultWriter<Uint8Array>;
    kept: Promise<boolean>;
  } | null = null;

  constructor(name: string, mostBytes: number, world: World) {
    this.#name = bodyName(name);
    this.#mostBytes = mostBytes;
    this.#world = world;
  }

  async take(chunk: Uint8Array): Promise<void> {
    if (this.isLost) return;
    this.#length += chunk.byteLength;
    if (this.#length > this.#mostBytes) {
      this.abandon();
    } else if (this.#shelf !== null) {
      await this.#write(chunk);
    } else {
      this.#chunks.push(chunk);
      if (this.#length > largestInMemoryBytes) await this.#moveToShelf();
    }
  }

  async finish(): Promise<Copy> {
    if (this.isLost) return { kind: "lost" };
    if (this.#shelf === null) {
      const bytes = concatenated(this.#chunks);
      this.#world.later(this.#world.keepBytes(this.#name, bytes));
      return { kind: "memory", bytes };
    }
    const { writer, kept } = this.#shelf;
    const closed = await writer.close().then(
      () => true,
      () => false,
    );
    return closed && (await kept)
      ? { kind: "shelf", length: this.#length }
      : { kind: "lost" };
  }

  abandon(): Copy {
    this.isLost = true;
    this.inMemory = false;
    this.#chunks = [];
    void this.#shelf?.writer.abort().then(undefined, () => undefined);
    return { kind: "lost" };
  }

  async #moveToShelf(): Promise<void> {
    const { readable, writable } = new TransformStream<Uint8Array>();
    this.inMemory = false;
    this.#shelf = {
      writer: writable.getWriter(),
      kept: this.#world.keepBytes(this.#name, readable),
    };
    for (const chunk of this.#chunks) await this.#write(chunk);
    this.#chunks = [];
  }

  async #write(chunk: Uint8Array): Promise<void> {
    const written = await this.#shelf?.writer.write(chunk).then(
      () => true,
      () => false,
    );
    if (written !== true) this.abandon();
  }
}
