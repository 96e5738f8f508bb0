import type { PageReason, OwnPage } from "./reason.ts";
import type { Topic } from "./locales/locale.ts";

/** What stands below it, on every host, is about the edge, whatever becomes of the site. */
export const ownPath = "/.well-known/portcullis";

/** Under its own path, a page of ours takes the language from this, before Accept-Language. */
export const languageParameter = "lang";

export function problemTypePath(topic: string): string {
  return `${ownPath}/problems/${topic}`;
}

/** Where a page, or the most that is true of every request for its host, stands under our own path. */
export function pathOf(reason: PageReason | OwnPage, topic: Topic): string {
  switch (reason.kind) {
    case "dropped":
    case "unknown-host":
    case "maintenance":
    case "unavailable":
      return `${ownPath}/decision`;
    case "unreachable":
    case "malformed":
    case "problem-type":
      return problemTypePath(topic);
    case "about":
    case "no-page":
      return `${ownPath}/`;
  }
}
