/** What of a request the gate looks at. */
export interface Visit {
  method: string;
  /** Canonical. */
  host: string;
  /** ISO 3166-1 alpha-2, XX or T1; null when nothing is known, which is what XX says. */
  country: string | null;
  /** The raw path and query, as they arrived. */
  target: string;
  upgrade: "none" | "websocket";
  /** Whether the request has content (RFC 9110 §6.4). */
  content: "none" | "some";
}
