/** A piece of a body in several parts: text of its own, or bytes of the representation by their positions in it. */
export type Segment =
  | { kind: "text"; bytes: Uint8Array }
  | { kind: "slice"; first: number; last: number };

/**
 * Lays out multipart/byteranges (RFC 9110 §14.6, RFC 2046 §5.1): segments in the order they are sent, and the exact number
 * of bytes they come to. `boundary` must be unlikely to stand in the content. A part's head repeats the Content-Type of the
 * representation when it had one.
 */
export function multipart(
  parts: readonly { first: number; last: number; contentRange: string }[],
  boundary: string,
  contentType: string | null,
): { segments: Segment[]; length: number } {
  const type = contentType === null ? "" : `Content-Type: ${contentType}\r\n`;
  const segments = parts.flatMap(
    ({ first, last, contentRange }, index): Segment[] => [
      text(
        `${index === 0 ? "" : "\r\n"}--${boundary}\r\n${type}Content-Range: ${contentRange}\r\n\r\n`,
      ),
      { kind: "slice", first, last },
    ],
  );
  segments.push(text(`\r\n--${boundary}--\r\n`));
  return {
    segments,
    length: segments.reduce((sum, segment) => sum + lengthOf(segment), 0),
  };
}

function text(content: string): Segment {
  return { kind: "text", bytes: new TextEncoder().encode(content) };
}

function lengthOf(segment: Segment): number {
  switch (segment.kind) {
    case "text":
      return segment.bytes.length;
    case "slice":
      return segment.last - segment.first + 1;
  }
}
