import * as v from "valibot";
import type { Parsed } from "../../parse/parsed.ts";
import type { LoggedRequest } from "./trace.ts";

const webUrl = v.pipe(
  v.string(),
  v.check(
    (text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ""),
    "an http or https URL",
  ),
);

const instant = v.pipe(
  v.string(),
  v.check((text) => !Number.isNaN(Date.parse(text)), "a date and time"),
);

const archive = v.object({
  log: v.object({
    entries: v.array(
      v.object({
        startedDateTime: instant,
        request: v.object({ method: v.string(), url: webUrl }),
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
 * body as sent, or as decoded where the browser did not say (-1).
 */
export function parseHar(text: string): Parsed<LoggedRequest[]> {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), archive), text);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return {
      ok: false,
      problem: `${v.getDotPath(issue) ?? "the document"}: found ${issue.received.slice(0, 80)}, expected ${issue.expected ?? issue.message}`,
    };
  }
  const requests = parsed.output.log.entries.map(
    ({ startedDateTime, request, response }): LoggedRequest => {
      const url = new URL(request.url);
      return {
        atMs: Date.parse(startedDateTime),
        method: request.method,
        host: url.host,
        target: `${url.pathname}${url.search}`,
        status: response.status,
        size:
          response.bodySize >= 0
            ? response.bodySize
            : Math.max(response.content.size, 0),
      };
    },
  );
  return {
    ok: true,
    value: requests.toSorted((one, other) => one.atMs - other.atMs),
  };
}
