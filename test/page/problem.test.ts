import { describe, expect, test } from "vitest";
import { demand, dropped, occasions, told } from "./samples.ts";
import { traceSlot } from "../../src/page/notice.ts";
import type { PageReason } from "../../src/page/reason.ts";

function problem(
  occasion: PageReason,
  language = "en",
): Record<string, unknown> {
  const { body } = told(occasion, {
    accept: "application/problem+json",
    "accept-language": language,
  });
  return JSON.parse(body ?? "null") as Record<string, unknown>;
}

test("RFC 9457 §3.1 and the block members of a drop that says everything", () => {
  expect(
    problem(
      dropped({ ...demand, endsAtMs: Date.parse("2019-09-01T00:00:00Z") }, 451),
    ),
  ).toEqual({
    type: "https://forum.example/.well-known/portcullis/problems/legal",
    title: "This site is unavailable for legal reasons",
    status: 451,
    detail: "Repeated incitement to violence",
    block: {
      reason: "legal",
      created_at: "2019-08-05T07:00:00.000Z",
      html_url: "https://edge.example/notices/N-0042",
    },
    reference: "N-0042",
    statement: "We served this forum for four years.\n\nWe no longer will.",
    effective_at: "2019-08-05T07:00:00.000Z",
    ends_at: "2019-09-01T00:00:00.000Z",
    scope: {
      hosts: ["forum.example", "*.forum.example"],
      countries: ["DE", "T1"],
    },
    authority: {
      name: "Landgericht Musterstadt",
      law: "Musterstaatsvertrag § 9",
      jurisdiction: "DE",
      url: "https://court.example/",
    },
    appeal_url: "https://edge.example/appeals?reference=N-0042",
    offboard_until: "2019-08-12T07:00:00.000Z",
    retryable: true,
    retry_after: null,
    operator: {
      name: "Example Edge",
      url: "https://edge.example/",
      contact: "mailto:abuse@edge.example",
    },
    trace_id: traceSlot,
    time: "2019-08-05T08:00:00.000Z",
    pop: "FRA",
  });
});

describe.each(occasions)("%s", (name, occasion, status, title) => {
  test("has type, title, status and detail (RFC 9457 §3.1)", () => {
    expect(problem(occasion)).toMatchObject({
      type: expect.stringMatching(
        /^https:\/\/forum\.example\/\.well-known\/portcullis\/problems\/[a-z-]+$/,
      ),
      title,
      status,
      detail: expect.stringMatching(/./),
    });
  });

  test("has every member of a drop, null where unknown, if it is one", () => {
    const members = [
      "appeal_url",
      "block",
      "effective_at",
      "ends_at",
      "reference",
    ];
    const present = members.filter((member) => member in problem(occasion));
    expect(present).toEqual(occasion.kind === "dropped" ? members : []);
  });

  test("says truly whether to try again", () => {
    const final = [
      "policy",
      "security",
      "billing",
      "legal",
      "left",
      "bare deny",
    ];
    const broken = [
      "unknown host",
      "misconfigured",
      "private address",
      "loop",
      "malformed",
    ];
    expect(problem(occasion)["retryable"]).toBe(
      ![...final, ...broken].includes(name),
    );
  });
});

test("plain JSON has the same members", () => {
  const asked = (accept: string): string | null =>
    told(dropped(), { accept }).body;
  expect(asked("application/json")).toBe(asked("application/problem+json"));
});

test("RFC 9457 §3.1.3 the title is in the reader's language", () => {
  expect(problem(dropped(), "fr")["title"]).toBe(
    "Ce site n’est plus servi ici",
  );
});
