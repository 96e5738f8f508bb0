/** No line of a trace is longer; one that is gets cut there and will not parse. Keeps memory bounded on any file. */
const maxLineCharacters = 1 << 20;

const newline = 0x0a;

/**
 * The lines of a stream of bytes, in batches as they arrive, without their line ends. Each line is a string of its own: a
 * part of it that is kept keeps no more of the file alive than that line.
 */
export async function* lineBatches(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<string[]> {
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk]);
    const lines: string[] = [];
    let from = 0;
    for (;;) {
      const end = bytes.indexOf(newline, from);
      if (end === -1) break;
      lines.push(decode(bytes, from, end));
      from = end + 1;
    }
    while (bytes.length - from > maxLineCharacters) {
      lines.push(decode(bytes, from, from + maxLineCharacters));
      from += maxLineCharacters;
    }
    rest = bytes.subarray(from);
    if (lines.length > 0) yield lines;
  }
  if (rest.length > 0) yield [decode(Buffer.from(rest), 0, rest.length)];
}

function decode(bytes: Buffer, from: number, to: number): string {
  const end = bytes[to - 1] === 0x0d && to > from ? to - 1 : to;
  return bytes.toString("utf8", from, end);
}
