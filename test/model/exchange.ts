import type { Content } from "./content.ts";
import type { Policy } from "./history.ts";

/** Fields of a message by lower-case name, lines of one name joined. */
export type FieldMap = ReadonlyMap<string, string>;

/** One exchange that the origin had with the edge: what it was asked, and what it meant by its answer. */
export interface Exchange {
  number: number;
  /** The visitor's request that caused it; null when the edge did not say. */
  request: number | null;
  method: string;
  resource: number;
  fields: FieldMap;
  /** When the version was chosen, the head sent, and the last byte sent (or the connection given up): null when never. */
  arrivedAtMs: number;
  headAtMs: number | null;
  endedAtMs: number | null;
  answer: Answered;
  policy: Policy;
  setCookie: string | null;
  upstreamAgeSeconds: number;
  /** The origin broke the body off, or held it up; and how long it takes over all of it when nobody holds it up. */
  body: "sound" | "breaks" | "stalls";
  bodyMs: number;
  /** The edge broke it off. */
  cancelled: boolean;
}

export type Answered =
  | { kind: "full"; status: number; content: Content; tags: Tags }
  | {
      kind: "part";
      content: Content;
      tags: Tags;
      first: number;
      last: number;
      /** Whether it is the part that was asked for, truly named. */
      honest: boolean;
    }
  | {
      kind: "not-modified";
      content: Content;
      tags: Tags;
      by: "etag" | "modified";
    }
  | { kind: "unsatisfiable"; content: Content }
  | { kind: "precondition-failed" }
  | { kind: "error"; status: number; content: Content }
  | { kind: "written"; status: number }
  /** No answer at all. */
  | { kind: "refused" | "silent" };

/** The validators of one version of one representation, as they are sent. */
export interface Tags {
  etag: string | null;
  lastModified: string | null;
}

/** The content that an exchange was about, if about any. */
export function contentOf({ answer }: Exchange): Content | null {
  return "content" in answer ? answer.content : null;
}
