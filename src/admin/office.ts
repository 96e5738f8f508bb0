import type { Records } from "../customer/apply-result.ts";
import type { Pops } from "../registry/pops.ts";
import type {
  Order,
  OrderResult,
  OrderTerms,
  Registry,
} from "../registry/registry.ts";

/** The registry with what surrounds it, as the API needs it. */
export interface Office {
  registry: Registry;
  pops: Pops;
  nowMs: () => number;
  /** So many random bytes in hexadecimal. */
  randomHex: (bytes: number) => string;
  /** Who a token is that nobody has made known: the one that the operator configured. Null for anybody else. */
  configuredActor: (
    tokenHash: string,
  ) => { name: string; role: "operator" } | null;
  /** What KV holds of these keys; those that cannot be read are absent. */
  lookUp: (keys: readonly string[]) => Promise<Records>;
  /** Carries an order out and has it published; answers once KV has confirmed it, or after a few seconds. */
  carryOut: (order: Order, terms: OrderTerms) => Promise<OrderResult>;
  /** Looks for edits past the registry, unless somebody has within so many milliseconds. */
  freshen: (maxAgeMs: number) => Promise<void>;
  /** Publishes what is due now. */
  publish: () => Promise<void>;
  /** Signs the head of the ledger as it is now, where there is a key for that. */
  sign: () => Promise<void>;
  /** The public key of the ledger, as text; null where none is configured. */
  getPublicKey: () => string | null;
  log: (event: Readonly<Record<string, unknown>>) => void;
}
