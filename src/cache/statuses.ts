/** RFC 9110 §15.1; for 451, RFC 7725 §3. */
export const heuristicallyCacheable: ReadonlySet<number> = new Set([
  200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 451, 501,
]);

/** An error that is about the resource, whoever asks for it, and not about the request: RFC 9110 §15.1 lets caches assume so. */
export function isOfResource(status: number): boolean {
  return status >= 400 && status < 500 && heuristicallyCacheable.has(status);
}

/** RFC 9111 §5.2.2.3: the final statuses whose caching rules are followed here, all of RFC 9110, 6585, 7725 and 8470. */
export const understood: ReadonlySet<number> = new Set([
  200, 201, 202, 203, 204, 205, 206, 300, 301, 302, 303, 304, 307, 308, 400,
  401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415,
  416, 417, 421, 422, 425, 426, 428, 429, 431, 451, 500, 501, 502, 503, 504,
  505, 511,
]);
