import { configuredWorker } from "../node/local.ts";
import { demoOperator } from "./demo/operator.ts";

/**
 * The variables of an edge on this machine: its origins are here, a toggle shows at once, and the demo has an operator,
 * where wrangler.toml or .dev.vars name none.
 */
export function localVariables(
  customers: "demo" | "none",
): Record<string, string> {
  const isNamed = Object.hasOwn(configuredWorker().bindings ?? {}, "OPERATOR");
  return {
    PRIVATE_ORIGINS: "allowed",
    RECORD_MEMORY_SECONDS: "0.2",
    SITE_MEMORY_SECONDS: "0.2",
    LOG_REQUESTS: "problems",
    ...(customers === "demo" && !isNamed
      ? { OPERATOR: JSON.stringify(demoOperator) }
      : {}),
  };
}
