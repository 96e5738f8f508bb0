import { expect, test } from "vitest";
import { formatCountry, parseCountry } from "../../src/cli/country.ts";

test.each([
  ["DE", "DE"],
  ["de", "DE"],
  ["xx", "XX"],
  ["T1", "T1"],
])("%s is the country %s", (text, code) => {
  expect(parseCountry(text)).toEqual({ ok: true, value: code });
});

test.each([
  ["UK", "; did you mean GB (United Kingdom)?"],
  ["SU", "; did you mean RU (Russia)?"],
  ["Germany", "; did you mean DE?"],
  ["united states", "; did you mean US?"],
  ["Germoney", "; did you mean GERMANY?"],
  ["QQ", "T1 (Tor)"],
  ["EU", "T1 (Tor)"],
  ["", "T1 (Tor)"],
  ["everywhere and anywhere", "T1 (Tor)"],
])("%s is none, and what may be meant is said", (text, end) => {
  const parsed = parseCountry(text);
  const problem = parsed.ok ? "" : parsed.problem;
  expect(problem.startsWith(`"${text}"; expected a country's`)).toBe(true);
  expect(problem.endsWith(end)).toBe(true);
});

test("a code is shown with its name", () => {
  expect(formatCountry("DE")).toBe("DE (Germany)");
  expect(formatCountry("T1")).toBe("T1");
});
