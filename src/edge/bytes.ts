import type { Bytes } from "../ports.ts";

/** The parts one after the other; a single one as it is. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const [only, ...more] = parts;
  if (only !== undefined && more.length === 0) return only;
  const whole = new Uint8Array(
    parts.reduce((sum, part) => sum + part.byteLength, 0),
  );
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

/** Nobody reads this body. */
export function discardBody(body: Bytes | null): void {
  if (body instanceof ReadableStream)
    void body.cancel().then(undefined, () => undefined);
}
