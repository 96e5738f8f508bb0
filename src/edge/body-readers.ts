/** Which bodies of the PoP cache the visitors of this isolate are reading, by name: those are not deleted. */
export class BodyReaders {
  readonly #readers = new Map<string, number>();

  isRead(name: string): boolean {
    return this.#readers.has(name);
  }

  /** The same bytes. The body counts as read from now on, until its end, or until the visitor leaves. */
  read(
    name: string,
    chunks: AsyncIterableIterator<Uint8Array, void, void>,
  ): AsyncIterableIterator<Uint8Array, void, void> {
    this.#readers.set(name, (this.#readers.get(name) ?? 0) + 1);
    let isReading = true;
    const leave = () => {
      if (isReading) this.#leave(name);
      isReading = false;
    };
    return {
      next: async () => {
        const step = chunks.next();
        void step.then(({ done }) => done === true && leave(), leave);
        return step;
      },
      return: async () => {
        leave();
        return (await chunks.return?.()) ?? { done: true, value: undefined };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  #leave(name: string): void {
    const others = (this.#readers.get(name) ?? 1) - 1;
    if (others > 0) this.#readers.set(name, others);
    else this.#readers.delete(name);
  }
}
