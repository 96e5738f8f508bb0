/** No object of a simulated site is larger. */
export const largestBody = 8_000_000;

const zeros = new Uint8Array(largestBody);

/** A body of that length; all of them share their bytes, which nobody reads. */
export function bodyOf(length: number): Uint8Array {
  return zeros.subarray(0, length);
}

/** Length of a body, which is read to its end for that; null when it breaks off. */
export async function lengthOf(
  body: Uint8Array | ReadableStream<Uint8Array>,
): Promise<number | null> {
  if (body instanceof Uint8Array) return body.byteLength;
  const reader = body.getReader();
  let length = 0;
  for (;;) {
    const step = await reader.read().then(
      ({ value }) => ({ kind: "read" as const, value }),
      () => ({ kind: "broken" as const }),
    );
    if (step.kind === "broken") return null;
    if (step.value === undefined) return length;
    length += step.value.byteLength;
  }
}
