/** The key whose value is the edge-wide settings. */
export const edgeKey = "edge";

/** The key of a site record. `candidate` is a canonical host, or `*.` and its parent. */
export function siteKey(candidate: string): string {
  return `host:${candidate}`;
}

/** The key of a customer's entry in the allow/deny list. */
export function standingKey(customer: string): string {
  return `customer:${customer}`;
}

/** The key of a customer's purge facts. */
export function purgeKey(customer: string): string {
  return `purge:${customer}`;
}

/** Ids are short and plain so that nobody needs to quote one in a shell. */
export function isCustomerId(id: string): boolean {
  return /^[a-z0-9-]{1,63}$/.test(id);
}
