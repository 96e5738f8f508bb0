import { Flight } from "./flight.ts";
import type { Failed } from "./forward.ts";

/** What became of an exchange that others waited for. */
export type Landing =
  /** Look again: what it brought is stored. */
  | { kind: "stored" }
  /** It answers one visitor only: everybody for themselves. */
  | { kind: "unshareable" }
  /** The origin failed, and would fail the others too. */
  | Failed;

/** An exchange under way whose answer may serve all who ask the same (RFC 9211 §2.7: collapsed). */
export class OriginFlight extends Flight<Landing> {
  /** The cache key of what it fetches. */
  readonly about: string;
  /** The resource was changed meanwhile: what is on its way is old already. */
  spoiled = false;

  constructor(about: string) {
    super();
    this.about = about;
  }
}
