import type { Visit } from "../../customer/visit.ts";
import { canonicalHost } from "../../http/host.ts";
import type { Parsed } from "../../parse/parsed.ts";
import { rawTarget } from "../../http/target.ts";

/** A visit, and what the cache must know of it besides. */
export interface VisitedUrl {
  visit: Visit;
  scheme: "http" | "https";
  /** Host, and the port where it is not the scheme's own. */
  authority: string;
}

/** A URL as a visitor has it; without a scheme it is https. */
export function parseVisitedUrl(
  url: string,
  { method, country }: Pick<Visit, "method" | "country">,
): Parsed<VisitedUrl> {
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `https://${url}`;
  const form = /^(https?):\/\/([^/?#\\]*)/i.exec(whole);
  const parsed = URL.parse(whole);
  if (form === null || parsed === null) {
    return {
      ok: false,
      problem: `the URL is ${JSON.stringify(url)}; expected one such as https://shop.example/`,
    };
  }
  const host = canonicalHost(form[2] ?? "");
  if (!host.ok) return host;
  const port = parsed.port === "" ? "" : `:${parsed.port}`;
  return {
    ok: true,
    value: {
      visit: {
        method,
        host: host.value,
        country,
        target: rawTarget(whole),
        upgrade: "none",
        content: "none",
      },
      scheme: parsed.protocol === "http:" ? "http" : "https",
      authority: host.value + port,
    },
  };
}
