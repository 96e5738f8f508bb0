import * as v from "valibot";
import { canonicalHost } from "../http/host.ts";
import { textAs } from "../parse/schema.ts";

/** Whose name an origin is asked under, in Host: its own, the visitor's, or one that the operator names. */
export type OriginHost =
  | { kind: "origin" }
  | { kind: "visitor" }
  /** Canonical, with a port where one was given. */
  | { kind: "name"; host: string };

/** The member `originHost` of a site record. */
export const originHost = v.nullish(
  textAs(
    '"origin", "visitor" or a host such as www.shop.example, perhaps with a port',
    (text): OriginHost | null => {
      if (text === "origin" || text === "visitor") return { kind: text };
      const host = canonicalHost(text);
      const [, port] = /:(\d+)$/.exec(text) ?? [];
      // "Visitor" and "orgin" would be names too.
      const isName = /[.:]|^localhost$/i.test(text);
      if (!host.ok || !isName) return null;
      const end = port === undefined ? "" : `:${Number(port)}`;
      return { kind: "name", host: host.value + end };
    },
  ),
  "origin",
);

/** The member as a record has it; null for the default, which is not written. */
export function formatOriginHost(set: OriginHost): string | null {
  switch (set.kind) {
    case "origin":
      return null;
    case "visitor":
      return "visitor";
    case "name":
      return set.host;
  }
}

/** The Host for a request of a visitor who asked for `authority` (host, and port where it is not the scheme's own); null for the origin's own. */
export function hostFor(set: OriginHost, authority: string): string | null {
  switch (set.kind) {
    case "origin":
      return null;
    case "visitor":
      return authority;
    case "name":
      return set.host;
  }
}

/** All that a reference to an origin of the site may begin with, each "http[s]://host[:port]". */
export function originNames(site: {
  origins: readonly string[];
  originHost: OriginHost;
}): readonly string[] {
  return site.originHost.kind === "name"
    ? [...site.origins, `http://${site.originHost.host}`]
    : site.origins;
}
