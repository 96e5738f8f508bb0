import { Token } from "structured-headers";
import type { Dictionary } from "structured-headers";
import type { Fields } from "../http/fields.ts";
import { parseCacheControl, responseDirectives } from "./directives.ts";
import type { Arguments, ResponseDirectives } from "./directives.ts";
import { listMembers } from "./list.ts";
import { heuristicallyCacheable } from "./statuses.ts";
import type { CacheSettings } from "./settings.ts";
import { structuredDictionary } from "../http/structured.ts";

/** RFC 9213 §2.2: our target list, the most applicable first. */
const targets = ["portcullis-cdn-cache-control", "cdn-cache-control"];

/** The device token under which an edge announces itself in Surrogate-Capability. */
export const surrogateDevice = "portcullis";

/** What is said of storing and reusing one response, and who says it. */
export interface Policy {
  from: "site" | "targeted" | "cache-control";
  directives: ResponseDirectives;
  /** The Expires value as received, null when absent or, RFC 9213 §2.2, overruled by a targeted field. */
  expires: string | null;
}

/** A site in force mode speaks for its origin, as `max-age` would, but not for errors: they would outlive their cause. */
export function policyOf(
  response: { status: number; fields: Fields },
  settings: Pick<CacheSettings, "mode">,
): Policy {
  if (
    settings.mode.kind !== "force" ||
    response.status >= 400 ||
    !heuristicallyCacheable.has(response.status)
  )
    return policyOfOrigin(response.fields);
  const directives = new Map([["max-age", String(settings.mode.ttlSeconds)]]);
  return {
    from: "site",
    directives: responseDirectives(directives),
    expires: null,
  };
}

/** RFC 9213 §2.2: the first targeted field that is valid and not empty; without one, Cache-Control and Expires. */
function policyOfOrigin(response: Fields): Policy {
  for (const name of targets) {
    const value = response.get(name);
    const dictionary = value ? structuredDictionary(value) : null;
    if (dictionary !== null && dictionary.size > 0)
      return {
        from: "targeted",
        directives: responseDirectives(argumentsOf(dictionary)),
        expires: null,
      };
  }
  const value = response.get("surrogate-control");
  const surrogate = value ? surrogateControl(value) : null;
  if (surrogate !== null && surrogate.size > 0)
    return {
      from: "targeted",
      directives: responseDirectives(surrogate),
      expires: null,
    };
  return {
    from: "cache-control",
    directives: responseDirectives(
      parseCacheControl(response.get("cache-control")),
    ),
    expires: response.get("expires") ?? null,
  };
}

/**
 * RFC 9213 §2.1: a directive's value has the type its content maps to, and one of another type is not to be consumed, so it
 * is turned into an argument that says nothing. Parameters are ignored.
 */
function argumentsOf(dictionary: Dictionary): Arguments {
  const found = new Map<string, string | null>();
  for (const [name, [value]] of dictionary) {
    if (value === false) continue;
    if (value === true) found.set(name, null);
    else if (typeof value === "number" || value instanceof Token)
      found.set(name, String(value));
    else if (typeof value === "string")
      found.set(name, /^\d*$/.test(value) ? '""' : `"${value}"`);
    else found.set(name, '""');
  }
  return found;
}

/**
 * Surrogate-Control (W3C Edge Architecture, 2001), which origins wrote before RFC 9213 and many still do: its `max-age` and
 * `no-store`, unless aimed by a parameter at another device than the one Surrogate-Capability names.
 */
function surrogateControl(value: string): Arguments {
  const ours = listMembers(value).flatMap((member) => {
    const [directive = "", target] = member.split(";", 2);
    return target === undefined || target.trim() === surrogateDevice
      ? [directive]
      : [];
  });
  const known = /^(?:max-age=|no-store$)/i;
  return parseCacheControl(
    ours.filter((directive) => known.test(directive)).join(","),
  );
}
