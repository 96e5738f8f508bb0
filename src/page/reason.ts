import type { Denial } from "../customer/standing.ts";
import type { ProxyError } from "../http/proxy-status.ts";
import type { Topic } from "./locales/locale.ts";

/** Why a visitor gets a page of ours instead of the site. */
export type PageReason =
  | {
      kind: "dropped";
      host: string;
      denial: Denial;
      status: 402 | 403 | 410 | 451 | 503;
      retryAfterSeconds: number | null;
    }
  | { kind: "unknown-host"; host: string }
  | { kind: "unreachable"; host: string; status: number; error: ProxyError }
  | {
      kind: "maintenance";
      untilMs: number | null;
      message: Readonly<Record<string, string>>;
    }
  | { kind: "unavailable"; host: string; retryAfterSeconds: number }
  | {
      kind: "malformed";
      status: 400 | 405 | 414 | 426 | 431 | 501;
      problem: string;
    };

/** A page under our own path, which is about no site. */
export type OwnPage =
  | { kind: "about" }
  /** What a problem type means (RFC 9457 §3.1.1): its pages say it in their headline. */
  | { kind: "problem-type"; topic: Topic }
  | { kind: "no-page" };
