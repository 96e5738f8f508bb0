import * as v from "valibot";
import type { Parsed } from "../../parse/parsed.ts";
import type { LoggedRequest, Skipped } from "./trace.ts";

const instant = v.pipe(
  v.string(),
  v.check((text) => !Number.isNaN(Date.parse(text)), "a date and time"),
);

const archive = v.object({
  log: v.object({
    entries: v.array(
      v.object({
        startedDateTime: instant,
        request: v.object({ method: v.string(), url: v.string() }),
        response: v.object({
          status: v.number(),
          bodySize: v.optional(v.number(), -1),
          content: v.optional(
            v.object({ size: v.optional(v.number(), 0) }),
            {},
          ),
        }),
      }),
    ),
  }),
});

/**
 * The requests of an HTTP Archive 1.2 document, in order of time. A problem names the place in the document. Sizes are of the
 * body as sent, or as decoded where the browser did not say (-1). What is no http or https request is counted in `skipped`.
 */
export function parseHar(
  text: string,
  skipped: Skipped = { notRequests: 0, notUnderstood: 0 },
): Parsed<LoggedRequest[]> {
  // HAR 1.2 has readers ignore a byte order mark.
  const document = text.replace(/^\u{feff}/u, "");
  const parsed = v.safeParse(
    v.pipe(v.string(), v.parseJson(), archive),
    document,
  );
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return {
      ok: false,
      problem: `${v.getDotPath(issue) ?? "the document"}: found ${issue.received.slice(0, 80)}, expected ${issue.expected ?? issue.message}`,
    };
  }
  const requests = parsed.output.log.entries.flatMap(
    ({ startedDateTime, request, response }): LoggedRequest[] => {
      const url = URL.parse(request.url);
      // WebSockets, and what a page made itself (data:, blob:).
      if (url === null || !/^https?:$/.test(url.protocol)) {
        skipped.notRequests += 1;
        return [];
      }
      return [
        {
          atMs: Date.parse(startedDateTime),
          method: request.method,
          host: url.host,
          target: `${url.pathname}${url.search}`,
          status: response.status,
          size:
            response.bodySize >= 0
              ? response.bodySize
              : Math.max(response.content.size, 0),
        },
      ];
    },
  );
  return {
    ok: true,
    value: requests.toSorted((one, other) => one.atMs - other.atMs),
  };
}
