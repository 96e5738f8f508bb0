import type { ProxyError } from "../http/proxy-status.ts";
import type { OriginAnswer } from "../ports.ts";
import { disconnection } from "./disconnection.ts";

/** Ends an exchange from our side. Only the first reason counts. */
export class Ending {
  readonly #controller = new AbortController();
  /** Who relays a channel closes it, and others may read what has begun to arrive. */
  stage: "asked" | "answered" | "relayed" = "asked";
  failed: OriginAnswer | null = null;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  end(error: ProxyError, why: string): void {
    this.failed ??= failure(error, why);
    this.#controller.abort(disconnection(why));
  }
}

export function failure(
  error: ProxyError,
  details: string,
  sent: "nothing" | "perhaps" = "perhaps",
): OriginAnswer {
  return { kind: "failed", error, details, sent };
}
