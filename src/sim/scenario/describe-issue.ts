import * as v from "valibot";
import type { Path } from "../../node/yaml.ts";

/**
 * The first thing wrong with a value: where, what was found, and what was expected. A member with an unknown name comes before
 * one that is missing, which it may have been meant to be.
 */
export function describeIssue(
  issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]],
): { path: Path; problem: string } {
  const issue = issues.find(isUnknownMember) ?? issues[0];
  const steps = issue.path ?? [];
  const path = steps.map(({ key }) =>
    typeof key === "number" ? key : String(key),
  );
  const last = steps.at(-1);
  const name = path.length === 0 ? "the scenario" : `"${path.join(".")}"`;
  if (isUnknownMember(issue))
    return { path, problem: `${name} ${issue.message}` };
  if (issue.type === "strict_object" && last?.origin === "key")
    return { path: path.slice(0, -1), problem: `${name} is missing` };
  // Whoever read it has said what was found.
  if (issue.type === "raw_transform")
    return { path, problem: `${name}: ${issue.message}` };
  return {
    path,
    problem: `${name} is ${format(issue.input)}; expected ${expectedBy(issue)}`,
  };
}

function isUnknownMember(issue: v.BaseIssue<unknown>): boolean {
  return issue.type === "strict_object" && issue.expected === "never";
}

function expectedBy(issue: v.BaseIssue<unknown>): string {
  switch (issue.type) {
    case "strict_object":
    case "loose_object":
    case "record":
      return "a map of members";
    case "array":
      return "a list";
    case "picklist":
    case "literal":
    case "variant":
      return issue.message.startsWith("Invalid")
        ? String(issue.expected)
        : issue.message;
    default:
      return issue.message;
  }
}

function format(value: unknown): string {
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "a map";
  return JSON.stringify(
    typeof value === "string" && value.length > 60
      ? `${value.slice(0, 60)}…`
      : value,
  );
}
