import { configuredVariables } from "../node/local.ts";
import {
  defaultOperator,
  parseOperator,
  type Operator,
} from "../page/operator.ts";
import type { Parsed } from "../parse/parsed.ts";
import { demoOperator } from "./demo/operator.ts";

/** Who runs the edge that wrangler.toml or .dev.vars describe; where they name nobody, on this machine the demo's operator. */
export function edgeOperator(store: "local" | "remote"): Parsed<Operator> {
  const { OPERATOR } = configuredVariables();
  if (OPERATOR !== undefined) return parseOperator(OPERATOR);
  const value = store === "local" ? demoOperator : defaultOperator;
  return { ok: true, value };
}

/**
 * The variables of an edge on this machine: a toggle shows at once, and the demo has an operator, where wrangler.toml or
 * .dev.vars name none.
 */
export function localVariables(
  customers: "demo" | "none",
): Record<string, string> {
  const isNamed = Object.hasOwn(configuredVariables(), "OPERATOR");
  return {
    RECORD_MEMORY_SECONDS: "0.2",
    SITE_MEMORY_SECONDS: "0.2",
    ...(customers === "demo" && !isNamed
      ? { OPERATOR: JSON.stringify(demoOperator) }
      : {}),
  };
}
