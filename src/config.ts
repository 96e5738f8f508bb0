import * as v from "valibot";
import {
  mayBeCountryField,
  parseAddressRanges,
  type AddressRange,
  type ForwardingField,
} from "./http/trusted-proxies.ts";
import type { Parsed } from "./parse/parsed.ts";
import {
  parseOperator,
  defaultOperator,
  type Operator,
} from "./page/operator.ts";

/** How this edge is set up: the same for every request, from the Worker's variables. */
export interface EdgeConfig {
  /** Our name in Via, CDN-Loop, Proxy-Status and Cache-Status: an RFC 9110 token. */
  name: string;
  operator: Operator;
  privateOrigins: "refused" | "allowed";
  /** How long an isolate trusts a customer's entry. */
  recordMemoryMs: number;
  /** How long it trusts, at the longest, what it read of sites and of the whole edge. */
  siteMemoryMs: number;
  /** How long a PoP goes on with what KV has read there (`cacheTtl`): until then no isolate sees a change. */
  listCacheMs: number;
  /** How long a read of the list may take before it counts as failed. */
  listDeadlineMs: number;
  /** How many hosts that are not known here may be read of the list in a second. */
  newHostsPerSecond: number;
  /** Is there a registry whose feed says what was decided last? */
  hasRegistry: boolean;
  /** How often a reply under way is held against the list. */
  watchMs: number;
  /** How many bytes of stored responses an isolate holds in memory. */
  responseMemoryBytes: number;
  logRequests: "all" | "problems";
  /**
   * Who says who a visitor is, and from where: Cloudflare, proxies of the operator's own (for requests that they hand on, and
   * nobody for others), or nobody.
   */
  clientAddress: "cf-connecting-ip" | ForwardingField | "unknown";
  /** Proxies before the one that hands a request on. */
  trustedProxies: readonly AddressRange[];
  /** In which field such a proxy writes a visitor's country (ISO 3166-1 alpha-2); null where it writes none. */
  countryField: string | null;
}

function seconds(byDefault: string, max: number, min = 0) {
  const expected = `expected a number of seconds from ${min} to ${max}`;
  return v.optional(
    v.pipe(
      v.union([v.string(), v.number()], "expected seconds"),
      v.transform(Number),
      v.number(expected),
      v.minValue(min, expected),
      v.maxValue(max, expected),
      v.transform((n) => n * 1000),
    ),
    byDefault,
  );
}

const oneOf = <const T extends readonly [string, ...string[]]>(
  words: T,
  byDefault: T[number],
) => v.optional(v.picklist(words, `expected ${words.join(" or ")}`), byDefault);

function wholeNumber(
  of: string,
  { min, max }: { min: number; max: number },
  byDefault: string,
) {
  const expected = `expected a whole number of ${of} from ${min} to ${max}`;
  return v.optional(
    v.pipe(
      v.union([v.string(), v.number()], expected),
      v.transform(Number),
      v.integer(expected),
      v.minValue(min, expected),
      v.maxValue(max, expected),
    ),
    byDefault,
  );
}

/** The most that stored responses may have: with all other shares (edge/memory-budget.ts) it leaves an eighth of an isolate. */
export const maxResponseMebibytes = 40;

/** The most that LIST_DEADLINE_SECONDS may be. */
export const maxListDeadlineSeconds = 30;

const Variables = v.object({
  EDGE_NAME: v.optional(
    v.pipe(
      v.string("expected a token"),
      v.regex(
        /^[A-Za-z][\w.-]{0,62}$/,
        "expected a letter, then letters, digits, . _ -",
      ),
    ),
    "portcullis",
  ),
  PRIVATE_ORIGINS: oneOf(["refused", "allowed"], "refused"),
  RECORD_MEMORY_SECONDS: seconds("5", 60),
  SITE_MEMORY_SECONDS: seconds("1200", 3600),
  // Workers KV takes no less than 30 (developers.cloudflare.com/kv/api/read-key-value-pairs). The registry relies on no more.
  LIST_CACHE_SECONDS: seconds("60", 120, 30),
  LIST_DEADLINE_SECONDS: seconds("1", maxListDeadlineSeconds),
  NEW_HOSTS_PER_SECOND: wholeNumber("hosts", { min: 1, max: 1000 }, "20"),
  WATCH_SECONDS: seconds("5", 60),
  RESPONSE_MEMORY_MIB: wholeNumber(
    "mebibytes",
    { min: 0, max: maxResponseMebibytes },
    "32",
  ),
  LOG_REQUESTS: oneOf(["all", "problems"], "all"),
  CLIENT_ADDRESS: oneOf(
    ["cf-connecting-ip", "x-forwarded-for", "forwarded", "unknown"],
    "cf-connecting-ip",
  ),
  TRUSTED_PROXIES: v.optional(
    v.pipe(
      v.string("expected addresses and ranges"),
      v.rawTransform(({ dataset, addIssue, NEVER }) => {
        const ranges = parseAddressRanges(dataset.value);
        if (ranges.ok) return ranges.value;
        addIssue({ message: ranges.problem });
        return NEVER;
      }),
    ),
    "",
  ),
  COUNTRY_FIELD: v.optional(
    v.pipe(
      v.string("expected a field name"),
      v.check(mayBeCountryField, "expected a field name such as X-Country"),
      v.transform((name) => name.toLowerCase() || null),
    ),
    "",
  ),
});

/** With a registry, replies under way are held against the list at least this often: a drop is to end them within 5 seconds. */
const maxWatchMs = 2_000;

/** Every variable that the edge reads. */
export const variableNames = [
  "OPERATOR",
  ...v.keyof(Variables).options,
] as const;

/** The Worker's variables and bindings; the problem names the variable, what it holds and what was expected. */
export function parseConfig(env: Record<string, unknown>): Parsed<EdgeConfig> {
  const operator =
    env["OPERATOR"] === undefined
      ? { ok: true as const, value: defaultOperator }
      : parseOperator(env["OPERATOR"]);
  if (!operator.ok) return operator;
  const read = v.safeParse(Variables, env);
  if (!read.success) {
    const [issue] = read.issues;
    const name = v.getDotPath(issue) ?? "variables";
    return {
      ok: false,
      problem: `${name} is ${JSON.stringify(env[name])}; ${issue.message}`,
    };
  }
  const set = read.output;
  const hasRegistry = env["REGISTRY"] !== undefined;
  return {
    ok: true,
    value: {
      name: set.EDGE_NAME,
      operator: operator.value,
      privateOrigins: set.PRIVATE_ORIGINS,
      recordMemoryMs: set.RECORD_MEMORY_SECONDS,
      siteMemoryMs: set.SITE_MEMORY_SECONDS,
      listCacheMs: set.LIST_CACHE_SECONDS,
      listDeadlineMs: set.LIST_DEADLINE_SECONDS,
      newHostsPerSecond: set.NEW_HOSTS_PER_SECOND,
      hasRegistry,
      watchMs: hasRegistry
        ? Math.min(set.WATCH_SECONDS, maxWatchMs)
        : set.WATCH_SECONDS,
      responseMemoryBytes: set.RESPONSE_MEMORY_MIB * 2 ** 20,
      logRequests: set.LOG_REQUESTS,
      clientAddress: set.CLIENT_ADDRESS,
      trustedProxies: set.TRUSTED_PROXIES,
      countryField: set.COUNTRY_FIELD,
    },
  };
}
