import { canonicalHost, hostCandidates } from "../http/host.ts";
import { textAs } from "../parse/schema.ts";
import { isCustomerId } from "./keys.ts";

/** A canonical host, or `*.` and one: a wildcard for one label, as in the keys of site records. Null for what is neither. */
export function canonicalPattern(text: string): string | null {
  const wildcard = text.startsWith("*.");
  const host = canonicalHost(wildcard ? `any${text.slice(1)}` : text);
  if (!host.ok) return null;
  return wildcard ? (hostCandidates(host.value)[1] ?? null) : host.value;
}

export const hostPattern = textAs(
  "a host such as forum.example or *.forum.example",
  canonicalPattern,
);

/** UK, EL and EU look like codes, but no visitor is ever reported under them: the scope would be empty without a word. */
export const country = textAs(
  "an ISO 3166-1 code such as DE or GB, or XX (unknown) or T1 (Tor)",
  (text) => {
    const code = text.toUpperCase();
    return /^(?!UK|EL|EU)[A-Z]{2}$|^T1$/.test(code) ? code : null;
  },
);

export const customerId = textAs(
  "a customer id: 1 to 63 of a-z, 0-9 and -",
  (text) => (isCustomerId(text) ? text : null),
);
