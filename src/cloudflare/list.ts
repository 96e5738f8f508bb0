import { maxRecordCharacters } from "../parse/record.ts";
import type { RecordAnswer } from "../ports.ts";

/** The part of a KV namespace that is used here. */
export interface ReadableList {
  get(
    key: string,
    options: { type: "stream"; cacheTtl: number },
  ): Promise<ReadableStream<Uint8Array> | null>;
}

/** UTF-8 takes up to three bytes for a character of a string. What is longer is no record, and KV holds values of 25 MiB. */
const enoughBytes = 3 * maxRecordCharacters + 1;

/**
 * Reads a key of the customer list; of a value that is too long for a record, only as much as shows that it is. How long this
 * takes is for the caller to bound.
 */
export function readRecord(
  list: ReadableList,
  key: string,
  cacheSeconds: number,
): Promise<RecordAnswer> {
  return list
    .get(key, { type: "stream", cacheTtl: cacheSeconds })
    .then((value) => (value === null ? null : beginningOf(value)))
    .then(
      (text): RecordAnswer => ({ kind: "read", text }),
      (error: unknown) => ({
        kind: "failed",
        problem: `${key}: ${String(error)}`,
      }),
    );
}

async function beginningOf(value: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder("utf-8", {
    fatal: false,
    ignoreBOM: true,
  });
  let text = "";
  let length = 0;
  // Leaving the loop cancels the stream.
  for await (const bytes of value) {
    text += decoder.decode(bytes, { stream: true });
    length += bytes.byteLength;
    if (length >= enoughBytes) break;
  }
  return text + decoder.decode();
}
