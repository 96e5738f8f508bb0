import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isMisspelling } from "../../src/parse/spelling.ts";
import { parseStanding } from "../../src/customer/standing.ts";
import { stateOf } from "../../src/customer/state.ts";
import { malformedRows } from "./malformed-table.ts";

const key = "customer:shop";
const nowMs = Date.parse("2026-01-01T00:00:00Z");

/** What the manual's table says, in its words. */
function holds(text: string): string {
  const parsed = parseStanding(key, text);
  if (parsed.kind === "malformed") return "before";
  const { standing } = parsed;
  return standing.kind === "deny" && standing.effectiveAtMs !== null
    ? `deny in ${new Date(standing.effectiveAtMs).getUTCFullYear()}`
    : standing.kind;
}

test.each(malformedRows().map((row) => [row.text, row.holds, row] as const))(
  "of %j holds: %s",
  (text, expected, { isLogged }) => {
    expect(holds(text)).toBe(expected);
    expect(parseStanding(key, text).kind === "whole").toBe(!isLogged);
  },
);

function denial(members: object) {
  return parseStanding(key, JSON.stringify({ verdict: "deny", ...members }));
}

const told = {
  ground: "legal",
  reason: "Spam",
  statement: { en: "Gone." },
  reference: "N-1",
  noticeUrl: "https://notices.example/N-1",
  appealUrl: "mailto:appeals@edge.example",
  authority: { name: "A court" },
  offboardUntil: "2026-02-01T00:00:00Z",
  clearSiteData: "cache",
  seq: 42,
};
const unreadable = [7.5, "", [], [[]], {}, true, "x".repeat(6000), "\u0000"];
const descriptive = Object.keys(told);
const deciding = ["verdict", "effectiveAt", "endsAt", "scope"];

describe.each(descriptive)("a denial whose %s cannot be read", (name) => {
  const rest = Object.fromEntries(
    Object.entries(told).filter(([other]) => other !== name),
  );
  const whole = denial(rest);

  test.each(unreadable.map((value) => [value]))(
    "holds with all the rest: %j",
    (value) => {
      // An empty map of statements says nothing, and is none that cannot be read.
      if (name === "statement" && JSON.stringify(value) === "{}") return;
      const parsed = denial({ ...told, [name]: value });
      expect(parsed).toMatchObject({
        kind: "flawed",
        problem: expect.stringContaining(`"${name}`),
        holds: `the verdict deny holds, without "${name}"`,
      });
      expect(whole.kind === "whole" && whole.standing).toEqual(
        parsed.kind === "flawed" && parsed.standing,
      );
    },
  );

  test("holds where it is there twice, neither counting", () => {
    const once = JSON.stringify({ verdict: "deny", ...told });
    const text = once.replace(/\}$/, `,"${name}":null}`);
    const parsed = parseStanding(key, text);
    expect(parsed).toMatchObject({
      kind: "flawed",
      problem: `${key}: "${name}" says something twice; expected each member once`,
    });
    expect(whole.kind === "whole" && whole.standing).toEqual(
      parsed.kind === "flawed" && parsed.standing,
    );
  });
});

test("of a denial with several flaws the first is told, and all that is left out", () => {
  expect(
    denial({ seq: "1", authority: {}, groud: 1, reason: "", ground: "policy" }),
  ).toMatchObject({
    problem: `${key}: "reason" is ""; expected one line of 1 to 500 characters`,
    holds:
      'the verdict deny holds, without "seq", "authority", "groud", "reason"',
  });
});

test("where a flaw decides, it is the one that is told", () => {
  expect(denial({ ground: "polcy", endsAt: "soon" })).toMatchObject({
    kind: "malformed",
    problem: expect.stringContaining('"endsAt" is "soon"'),
  });
});

test.each([{ toString: 1, valueOf: 1 }, [["deny"]], 7, true])(
  "a verdict that is no text decides nothing: %j",
  (verdict) => {
    expect(denial({ verdict }).kind).toBe("malformed");
  },
);

test("what is told of a thousand misspelt members is short", () => {
  const many = Object.fromEntries(
    Array.from({ length: 1000 }, (_, at) => [
      `statement${String.fromCharCode(0x4e00 + at)}`,
      1,
    ]),
  );
  const parsed = denial(many);
  expect(parsed).toMatchObject({ holds: expect.stringMatching(/995 more$/) });
  expect(JSON.stringify(parsed).length).toBeLessThan(2000);
});

/** A name with as many slips: letters left out, added, changed, or swapped with the next. */
function slipped(name: string, most: number) {
  const slip = fc.record({
    at: fc.nat(name.length),
    letter: fc.stringMatching(/^[a-zATU_]$/),
    how: fc.constantFrom("without", "with", "other", "swapped"),
  });
  return fc.array(slip, { minLength: 1, maxLength: most }).map((slips) =>
    slips.reduce((word, { at, letter, how }) => {
      const [before, after] = [word.slice(0, at), word.slice(at)];
      switch (how) {
        case "without":
          return before + after.slice(1);
        case "with":
          return before + letter + after;
        case "other":
          return before + letter + after.slice(1);
        case "swapped":
          return (
            before + after.slice(1, 2) + after.slice(0, 1) + after.slice(2)
          );
      }
    }, name),
  );
}

const instant = "2030-01-01T00:00:00Z";

test.each([...deciding, "hosts", "countries"])(
  "%s with slips is never left out",
  (name) => {
    fc.assert(
      fc.property(slipped(name, 2), (word) => {
        if (deciding.includes(word)) return;
        expect(denial({ [word]: instant }).kind).toBe("malformed");
      }),
      { numRuns: 500 },
    );
  },
);

const otherWords =
  `starts startsAt start begins from since when at date until ends expires duration for notice in noticeAt noticeUntil
appealUntil appealBy delay seconds host domains sites paths country region regions territory locale visitors groups except only to
constructor toString __proto__`.split(/\s+/);

test.each([...otherWords, ""])(
  "what could say from when or to whom is never left out: %s",
  (name) => {
    const text = `{"verdict":"deny",${JSON.stringify(name)}:"${instant}"}`;
    expect(parseStanding(key, text).kind).toBe("malformed");
  },
);

test.each(descriptive.filter((name) => name !== "seq"))(
  "a slip in the name of %s leaves it out",
  (name) => {
    fc.assert(
      fc.property(slipped(name, 1), (word) => {
        const parsed = denial({ [word]: "x" });
        expect(parsed.kind).not.toBe("malformed");
      }),
    );
  },
);

test("no repetition of members goes unseen, and none is seen where there is none", () => {
  const value = fc.json({ maxDepth: 3 });
  fc.assert(
    fc.property(value, value, fc.boolean(), (one, other, isTwice) => {
      const text = `{"verdict":"deny","scope":{},"reason":${one},"ground":${other}${isTwice ? ',"\\u0073cope":{}' : ""}}`;
      expect(holds(text)).toBe(isTwice ? "before" : "deny");
    }),
  );
});

test("texts of nothing but marks take no time", () => {
  for (const mark of [" ", '"', "\\", "\u200b", ".", "'", "{"]) {
    const text = `deny${mark.repeat(60_000)}x`;
    expect(holds(text)).toBe("before");
    expect(holds(`{verdict:${text}`)).toBe("before");
    expect(holds(mark.repeat(60_000))).toBe("before");
  }
});

test.each([
  ['{"verdict":"deny","ground":"legal","reason":7}', "withheld"],
  ['{"verdict":"deny","ground":"leagl"}', "dropped"],
  [`{"verdict":"deny","effectiveAt":"${instant}","seq":"1"}`, "noticed"],
  [`{"verdict":"deny","endsAt":"${instant}","seq":"1"}`, "suspended"],
  ['{"verdict":"allow","seq":"1"}', "allowed"],
])("the state of %s is %s, with its problem", (text, kind) => {
  expect(stateOf("shop", text, nowMs)).toMatchObject({
    kind,
    problem: expect.stringMatching(/^customer:shop: .*; the verdict \w+ holds/),
  });
});

test.each([
  ["reson", "reason"],
  ["Reason", "reason"],
  ["raeson", "reason"],
  ["statment", "statement"],
  ["staetment", "statement"],
  ["statements", "statement"],
  ["refrnce", "reference"],
  ["notice-url", "noticeUrl"],
  ["NoticeURL", "noticeUrl"],
  ["noticeUri", "noticeUrl"],
  ["appael url", "appealUrl"],
  ["autority", "authority"],
  ["offboard_untill", "offboardUntil"],
  ["clear-site-data", "clearSiteData"],
  ["SEQ", "seq"],
])("%s is %s with a slip", (word, name) => {
  expect(isMisspelling(word, name)).toBe(true);
});

test.each([
  ["seqs", "seq"],
  ["sec", "seq"],
  ["season7", "reason"],
  ["region", "reason"],
  ["raesno", "reason"],
  ["group", "ground"],
  ["notice", "noticeUrl"],
  ["appeal", "appealUrl"],
  ["until", "offboardUntil"],
  ["state", "statement"],
  ["site", "clearSiteData"],
])("%s is not %s", (word, name) => {
  expect(isMisspelling(word, name)).toBe(false);
});
