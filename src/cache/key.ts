import { isListed, type CacheSettings } from "./settings.ts";

/** What the origin is told of a request besides its target: whatever it is told and might answer by must be in the key. */
export interface Authority {
  scheme: "http" | "https";
  /** Canonical host, with the port when it is not the scheme's own. */
  authority: string;
}

/** A resource as it is asked of the origin and as it is kept. */
export interface Resource {
  key: string;
  /** Path and query to send, on whichever origin is picked. */
  target: string;
}

/**
 * The cache key of a request (RFC 9111 §2) and the target that must be sent to get what the key stands for. Both come from
 * here because each unkeyed byte that reaches an origin lets one visitor choose what others get.
 *
 * The scheme and the port are in it, since the origin is told them: its redirect from http to https is not an answer for
 * https, nor may links to a port that one visitor made up go to the next. `sent` is the target as normalised for sending, on
 * any origin. JSON keeps the parts apart whatever they hold.
 */
export function resource(
  customer: string,
  authority: Authority,
  sent: string,
  settings: Pick<CacheSettings, "ignoredQuery" | "sortQuery">,
): Resource {
  const target = keyedTarget(sent, settings);
  return {
    key: JSON.stringify([
      customer,
      authority.scheme,
      authority.authority,
      target,
    ]),
    target,
  };
}

/**
 * A normalised path and query without the parameters that the site ignores, sorted by name when it asks for that. What is
 * left keeps its bytes: `%2F` and `/`, `;` and `&`, or one spelling of a name and another, may be different to the origin.
 */
export function keyedTarget(
  target: string,
  {
    ignoredQuery,
    sortQuery,
  }: Pick<CacheSettings, "ignoredQuery" | "sortQuery">,
): string {
  const mark = target.indexOf("?");
  if (mark === -1) return target;
  const parameters = target.slice(mark + 1).split("&");
  const remaining = parameters.filter(
    (parameter) => !isListed(nameOf(parameter), ignoredQuery),
  );
  if (remaining.length === 0) return target.slice(0, mark);
  // The sort is stable: `a=1&a=2` and `a=2&a=1` are different lists to most origins.
  const ordered = sortQuery ? remaining.toSorted(byName) : remaining;
  return `${target.slice(0, mark)}?${ordered.join("&")}`;
}

function nameOf(parameter: string): string {
  return parameter.replace(/=.*$/s, "");
}

function byName(one: string, other: string): number {
  const [a, b] = [nameOf(one), nameOf(other)];
  return a < b ? -1 : Number(a > b);
}
