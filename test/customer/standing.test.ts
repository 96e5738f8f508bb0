import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bareDenial, parseStanding } from "../../src/customer/standing.ts";

const key = "customer:shop";
const noon = "2019-08-05T12:00:00Z";
const noonMs = Date.UTC(2019, 7, 5, 12);

/** What a denial with these members means. */
function read(members: object) {
  return parseStanding(key, JSON.stringify({ verdict: "deny", ...members }));
}

function problem(text: string): string {
  const parsed = parseStanding(key, text);
  return parsed.kind === "whole" ? "no problem" : parsed.problem;
}

function problemOf(members: object): string {
  return problem(JSON.stringify({ verdict: "deny", ...members }));
}

test.each([
  ["a bare word", "deny"],
  ["upper case", "DENY"],
  ["white space around it", " \t Deny \r\n"],
  ["a byte order mark before it", "\ufeffdeny\n"],
  ["JSON quotes around it", '"deny"'],
  ["quotes and upper case", ' "DENY" '],
  ["a record that says no more", '{"verdict":"deny"}'],
  ["a record in upper case", '{"verdict":"DENY"}'],
  ["a record after a byte order mark", '\ufeff{"verdict":"deny"}\n'],
  [
    "members that are null",
    '{"verdict":"deny","ground":null,"scope":null,"statement":null,"authority":null}',
  ],
  ["a scope that narrows nothing", '{"verdict":"deny","scope":{"hosts":null}}'],
])("deny may be written as %s", (_, text) => {
  expect(parseStanding(key, text)).toEqual({
    kind: "whole",
    standing: bareDenial,
  });
});

test.each([
  ["a bare word", "allow", null, null],
  ["upper case with white space", "\nALLOW ", null, null],
  ["JSON quotes around it", '"Allow"', null, null],
  ["a record", '{"verdict":"allow"}', null, null],
  ["a record with its number", '{"verdict":"allow","seq":7}', null, 7],
  [
    "a record with the moment of the restoration",
    '{"verdict":"allow","effectiveAt":"1970-01-01T00:00:01Z"}',
    1000,
    null,
  ],
  [
    "a denial whose moment makes no sense, with one word changed",
    '{"verdict":"allow","effectiveAt":"soon"}',
    null,
    null,
  ],
  [
    "a denial with one word changed",
    '{"verdict":"Allow","ground":"polcy","effectivAt":1,"endsAt":"soon","seq":7}',
    null,
    7,
  ],
])("allow may be written as %s", (_, text, effectiveAtMs, seq) => {
  expect(parseStanding(key, text)).toMatchObject({
    standing: { kind: "allow", effectiveAtMs, seq },
  });
});

test("a full record keeps every member in its canonical form", () => {
  const parsed = read({
    ground: "legal",
    effectiveAt: "2019-08-05T14:00:00+02:00",
    endsAt: "2019-08-05t12:00:00.001z",
    scope: {
      hosts: ["Forum.Example.:8080", "*.BÜCHER.example"],
      countries: ["de", "t1", "XX"],
    },
    reason: "  An order of a court ",
    statement: { EN: "One\r\ntwo", "zh-hant-tw": "三" },
    reference: "N-0042",
    noticeUrl: "https://Notices.example/N-0042",
    appealUrl: "mailto:appeals@edge.example",
    authority: {
      name: "Court",
      law: "§ 1",
      jurisdiction: "England and Wales",
      url: "http://court.example",
    },
    offboardUntil: "2019-08-05T07:00:00-05:00",
    clearSiteData: "storage",
    seq: 42,
  });
  expect(parsed).toEqual({
    kind: "whole",
    standing: {
      kind: "deny",
      ground: "legal",
      effectiveAtMs: noonMs,
      endsAtMs: noonMs + 1,
      scope: {
        hosts: ["forum.example", "*.xn--bcher-kva.example"],
        countries: ["DE", "T1", "XX"],
      },
      reason: "An order of a court",
      statement: { en: "One\ntwo", "zh-Hant-TW": "三" },
      reference: "N-0042",
      noticeUrl: "https://notices.example/N-0042",
      appealUrl: "mailto:appeals@edge.example",
      authority: {
        name: "Court",
        law: "§ 1",
        jurisdiction: "England and Wales",
        url: "http://court.example/",
      },
      offboardUntilMs: noonMs,
      clearSiteData: "storage",
      seq: 42,
    },
  });
});

test("a legal denial need not name an authority", () => {
  expect(read({ ground: "legal" })).toMatchObject({
    kind: "whole",
    standing: { ground: "legal", authority: null },
  });
});

test("a statement that is a plain string is one in a language not said", () => {
  expect(read({ statement: "Why" })).toMatchObject({
    standing: { statement: { und: "Why" } },
  });
});

describe("a problem says what to mend", () => {
  const name = "a host such as forum.example or *.forum.example";
  const time = "an instant with its time zone, such as 2019-08-05T07:00:00Z";
  const code =
    "an ISO 3166-1 code such as DE or GB, or XX (unknown) or T1 (Tor)";
  test.each([
    [
      "an unknown ground",
      { ground: "polcy" },
      '"ground" is "polcy"; expected one of policy, security, billing, legal, maintenance, request',
    ],
    [
      "a misspelt member",
      { effectivAt: noon },
      '"effectivAt" is an unexpected member; expected perhaps "effectiveAt"',
    ],
    [
      "a misspelt inner member",
      { scope: { host: ["a.example"] } },
      '"scope.host" is an unexpected member; expected perhaps "hosts"',
    ],
    [
      "a verdict of null",
      { verdict: null },
      '"verdict" is null; expected allow or deny',
    ],
    [
      "a verdict that is no verdict",
      { verdict: "dney" },
      '"verdict" is "dney"; expected allow or deny',
    ],
    [
      "a date without a time",
      { effectiveAt: "2019-08-05" },
      `"effectiveAt" is "2019-08-05"; expected ${time}`,
    ],
    [
      "a time without a zone",
      { endsAt: "2019-08-05T07:00:00" },
      `"endsAt" is "2019-08-05T07:00:00"; expected ${time}`,
    ],
    [
      "a time as a number",
      { offboardUntil: noonMs },
      `"offboardUntil" is ${noonMs}; expected ${time}`,
    ],
    [
      "an end at its own beginning",
      { effectiveAt: noon, endsAt: noon },
      '"endsAt" is "2019-08-05T12:00:00.000Z"; expected an instant after effectiveAt',
    ],
    [
      "an empty list of hosts",
      { scope: { hosts: [] } },
      `"scope.hosts.0" is missing; expected ${name}`,
    ],
    [
      "a host that is a URL",
      { scope: { hosts: ["a.example", "http://b"] } },
      `"scope.hosts.1" is "http://b"; expected ${name}`,
    ],
    [
      "a wildcard inside",
      { scope: { hosts: ["a.*.example"] } },
      `"scope.hosts.0" is "a.*.example"; expected ${name}`,
    ],
    [
      "a wildcard over an address",
      { scope: { hosts: ["*.10.0.0.1"] } },
      `"scope.hosts.0" is "*.10.0.0.1"; expected ${name}`,
    ],
    [
      "a wildcard over nothing",
      { scope: { hosts: ["*."] } },
      `"scope.hosts.0" is "*."; expected ${name}`,
    ],
    [
      "hosts that are no list",
      { scope: { hosts: "a.example" } },
      '"scope.hosts" is "a.example"; expected a list of 1 to 1000',
    ],
    [
      "too many hosts",
      { scope: { hosts: Array(1001).fill("a.example") } },
      '"scope.hosts" is a list of 1001; expected a list of 1 to 1000',
    ],
    [
      "an empty list of countries",
      { scope: { countries: [] } },
      `"scope.countries.0" is missing; expected ${code}`,
    ],
    [
      "a country that no visitor is in",
      { scope: { countries: ["UK"] } },
      `"scope.countries.0" is "UK"; expected ${code}`,
    ],
    [
      "a country in full",
      { scope: { countries: ["DEU"] } },
      `"scope.countries.0" is "DEU"; expected ${code}`,
    ],
    [
      "an authority without a name",
      { authority: {} },
      '"authority.name" is missing; expected one line of 1 to 200 characters',
    ],
    [
      "an authority that is a list",
      { authority: [] },
      '"authority" is a list of 0; expected an object',
    ],
    [
      "a notice by mail",
      { noticeUrl: "mailto:a@b.example" },
      '"noticeUrl" is "mailto:a@b.example"; expected an http or https URL',
    ],
    [
      "a script for a URL",
      { appealUrl: "javascript:alert(1)" },
      '"appealUrl" is "javascript:alert(1)"; expected an http, https or mailto URL',
    ],
    [
      "a URL with a quote in it",
      { appealUrl: 'https://a.example/">' },
      '"appealUrl" is "https://a.example/\\">"; expected an http, https or mailto URL',
    ],
    [
      "a mail address with a bracket in it",
      { appealUrl: "mailto:<a@b.example" },
      '"appealUrl" is "mailto:<a@b.example"; expected an http, https or mailto URL',
    ],
    [
      "a reason of two lines",
      { reason: "a\nb" },
      '"reason" is "a\\nb"; expected one line of 1 to 500 characters',
    ],
    [
      "a reason with a line separator",
      { reason: "a\u2028b" },
      '"reason" is "a\ufffdb"; expected one line of 1 to 500 characters',
    ],
    [
      "half a surrogate pair",
      { reference: "a\ud800" },
      '"reference" is "a\\ud800"; expected one line of 1 to 100 characters',
    ],
    [
      "an empty reason",
      { reason: " " },
      '"reason" is " "; expected one line of 1 to 500 characters',
    ],
    [
      "an escape in a statement",
      { statement: "\u001b[2J!" },
      '"statement" is "\\u001b[2J!"; expected text of 1 to 5000 characters, its only control character \\n',
    ],
    [
      "a statement that is a list",
      { statement: ["a"] },
      '"statement" is a list of 1; expected an object',
    ],
    [
      "a language by name",
      { statement: { english: "a" } },
      '"statement.english" is an unexpected member; expected a language tag such as en or pt-BR',
    ],
    [
      "a kind of data that is not cleared",
      { clearSiteData: "cookies" },
      '"clearSiteData" is "cookies"; expected one of cache, storage',
    ],
    [
      "a field value for clearSiteData",
      { clearSiteData: '"cache"' },
      '"clearSiteData" is "\\"cache\\""; expected one of cache, storage',
    ],
    [
      "a fraction for seq",
      { seq: 1.5 },
      `"seq" is 1.5; expected a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`,
    ],
    [
      "seq below zero",
      { seq: -1 },
      `"seq" is -1; expected a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`,
    ],
  ])("%s", (_, members, expected) => {
    expect(problemOf(members)).toBe(`${key}: ${expected}`);
  });

  test.each([
    [
      "a misspelt word",
      "dney",
      'the value is "dney"; expected allow, deny or a JSON object (',
    ],
    [
      "one quote",
      '"deny',
      'the value is "\\"deny"; expected allow, deny or a JSON object (',
    ],
    ["nothing", "", 'the value is ""; expected allow, deny or a JSON object ('],
    [
      "broken JSON",
      '{"verdict":"deny"',
      'the value is "{\\"verdict\\":\\"deny\\""; expected allow, deny or a JSON object (',
    ],
    [
      "a list",
      "[]",
      "the value is a list of 0; expected allow, deny or a JSON object",
    ],
    ["a number", "0", "the value is 0; expected allow, deny or a JSON object"],
    [
      "null",
      "null",
      "the value is null; expected allow, deny or a JSON object",
    ],
    ["an empty object", "{}", '"verdict" is missing; expected allow or deny'],
    [
      "an unknown word in quotes",
      '"denied"',
      'the value is "denied"; expected allow, deny or a JSON object',
    ],
    [
      "a prototype",
      '{"verdict":"deny","__proto__":{"ground":"legal"}}',
      '"__proto__" is an unexpected member; expected perhaps "',
    ],
    [
      "a verdict in a prototype",
      '{"__proto__":{"verdict":"allow"}}',
      '"verdict" is missing; expected allow or deny',
    ],
  ])("%s", (_, text, expected) => {
    expect(problem(text)).toContain(`${key}: ${expected}`);
  });
});

test.each([
  ["a reason", "reason", 500],
  ["a statement", "statement", 5000],
  ["a reference", "reference", 100],
])(
  "%s may have its full length and not one character more",
  (_, member, most) => {
    expect(read({ [member]: "x".repeat(most) }).kind).toBe("whole");
    expect(problemOf({ [member]: "x".repeat(most + 1) })).toContain(
      `"${member}" is "xxx`,
    );
  },
);

test("a value may have 65,536 characters and not one more", () => {
  expect(parseStanding(key, "deny".padEnd(65_536)).kind).toBe("whole");
  expect(problem("deny".padEnd(65_537))).toBe(
    `${key}: the value is 65537 characters long; expected at most 65536`,
  );
});

test.each([
  ["30 February", "2019-02-30T00:00:00Z"],
  ["29 February of a common year", "2019-02-29T00:00:00Z"],
  ["month 13", "2019-13-01T00:00:00Z"],
  ["hour 24", "2019-08-05T24:00:00Z"],
  ["second 60", "2019-08-05T23:59:60Z"],
  ["an offset without a colon", "2019-08-05T07:00:00+0200"],
  ["a space for the T", "2019-08-05 07:00:00Z"],
  ["a zone by name", "2019-08-05T00:00:00 PDT"],
  ["a line break after it", "2019-08-05T07:00:00Z\n"],
])("RFC 3339 §5.6 %s is no instant", (_, effectiveAt) => {
  expect(problemOf({ effectiveAt })).toContain('"effectiveAt" is');
});

test("RFC 3339 §5.6 29 February of a leap year is an instant", () => {
  expect(read({ effectiveAt: "2020-02-29T23:59:59.999-00:00" })).toMatchObject({
    standing: { effectiveAtMs: Date.UTC(2020, 1, 29, 23, 59, 59, 999) },
  });
});

test("lists nested thousands deep are a problem, not an overflow", () => {
  const deep = "[".repeat(30_000) + "]".repeat(30_000);
  expect(problem(deep)).toContain("the value is a list of 1;");
  expect(problem(`{"verdict":"deny","reason":${deep}}`)).toContain(
    '"reason" is a list of 1;',
  );
});

test("a problem is one printable line of bounded length, whatever the value", () => {
  const long = fc.string({ unit: "binary", maxLength: 1000 });
  fc.assert(
    fc.property(
      fc.oneof(
        long,
        fc.json(),
        long.map((name) => JSON.stringify({ [name]: name })),
      ),
      (text) => {
        expect(problem(text)).toMatch(/^[^\p{C}]{1,500}$/u);
      },
    ),
  );
});

test("no record of any members makes the parser throw", () => {
  const value = fc.oneof(
    fc.anything(),
    fc.string({ unit: "binary" }),
    fc.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/),
    fc.webUrl(),
    fc.dictionary(
      fc.stringMatching(/^[a-zA-Z]{2,4}(-[a-zA-Z0-9]{1,8}){0,4}$/),
      fc.string(),
    ),
    fc.array(fc.string()),
  );
  const name = fc.constantFrom(
    "verdict",
    "ground",
    "effectiveAt",
    "endsAt",
    "reason",
    "statement",
    "noticeUrl",
    "appealUrl",
    "seq",
  );
  const scope = fc.record({
    hosts: fc.array(fc.oneof(fc.domain(), fc.string())),
    countries: fc.array(fc.string()),
  });
  fc.assert(
    fc.property(fc.dictionary(name, value), scope, (members, narrowing) => {
      expect(typeof read({ ...members, scope: narrowing }).kind).toBe("string");
      expect(typeof read(members).kind).toBe("string");
    }),
  );
});

test("RFC 5646 §2.1 a tag of language, script, region and variant is kept in its canonical form", () => {
  const tag = fc.stringMatching(
    /^[a-zA-Z]{2,3}(-[a-zA-Z]{4})?(-[a-zA-Z]{2}|-[0-9]{3})?(-[a-zA-Z0-9]{5,8}|-[0-9][a-zA-Z0-9]{3})?$/,
  );
  fc.assert(
    fc.property(tag, (written) => {
      const statement = Object.fromEntries(
        Intl.getCanonicalLocales(written).map((canonical) => [canonical, "x"]),
      );
      expect(read({ statement: { [written]: "x" } })).toMatchObject({
        standing: { statement },
      });
    }),
    { numRuns: 1000 },
  );
});
