/** What there is to tell about: a drop by its ground, what else kept the site from answering, or this edge itself. */
export type Topic =
  | "policy"
  | "security"
  | "billing"
  | "legal"
  | "site-maintenance"
  | "left"
  | "unstated"
  | "unknown-host"
  | "failed"
  | "bad-answer"
  | "busy"
  | "timeout"
  | "loop"
  | "edge-maintenance"
  | "unavailable"
  | "malformed"
  | "about"
  | "no-page";

export type VisitorAdvice =
  "gone" | "later" | "soon" | "address" | "broken" | "request" | "about";
export type OwnerAdvice =
  | "contest"
  | "settle"
  | "return"
  | "await"
  | "mend-origin"
  | "mend-settings"
  | "set-up"
  | "none"
  | "request"
  | "about";

/** Every word our pages say of their own, in one language. A string missing from one does not compile. */
export interface Locale {
  /** BCP 47, for `lang`, Content-Language and Intl. */
  language: string;
  /** What it is called in itself. */
  name: string;
  direction: "ltr" | "rtl";
  topics: Readonly<Record<Topic, { headline: string; explanation: string }>>;
  /** Stands above a headline that is explained rather than said. */
  meaning: string;
  /** The headline of a drop that has an end. */
  suspended: string;
  visitor: Readonly<Record<VisitorAdvice, string>>;
  owner: Readonly<Record<OwnerAdvice, string>>;
  /** What the owner can do while certificate challenges still pass. */
  move: string;
  headings: Readonly<
    Record<"decision" | "details" | "statement" | "visitor" | "owner", string>
  >;
  labels: Readonly<
    Record<
      | "decidedBy"
      | "demandedBy"
      | "carriedOutBy"
      | "law"
      | "jurisdiction"
      | "reason"
      | "since"
      | "until"
      | "hosts"
      | "countries"
      | "reference"
      | "notice"
      | "appeal"
      | "move"
      | "contact"
      | "error"
      | "retry",
      string
    >
  >;
  /** The words of a link, where its address need not be seen. */
  links: Readonly<Record<"notice" | "appeal", string>>;
  /** The way of a request, and how each of its places is. The edge in between goes by the operator's name. */
  path: Readonly<
    Record<"you" | "origin" | "works" | "fails" | "unreached", string>
  >;
  /** The words of a link that asks once more. */
  again: string;
  /** What the links to a page's other languages are called together. */
  otherLanguages: string;
  /** What stands under our own path. */
  resources: Readonly<Record<"health" | "version" | "problems", string>>;
  siteOwner: string;
}
