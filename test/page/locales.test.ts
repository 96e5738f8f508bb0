import { describe, expect, test } from "vitest";
import { localeFor } from "../../src/page/locales/all.ts";
import { denial, demand, dropped, field, told } from "./samples.ts";

const languages = ["en", "fr", "de", "es", "pt", "ja", "ar"];

/** Every string in a locale, by its path. */
function strings(value: unknown, path = ""): (readonly [string, string])[] {
  if (typeof value === "string") return [[path, value]];
  return Object.entries(value ?? {}).flatMap(([name, inner]) =>
    strings(inner, `${path}/${name}`),
  );
}

describe.each(languages)("%s", (language) => {
  const locale = localeFor(language);
  const { body } = told(dropped(demand, 451), { "accept-language": language });

  test("is a language of the page", () => {
    expect(locale.language).toBe(language);
    expect(
      field(
        told(dropped(), { "accept-language": language }),
        "Content-Language",
      ),
    ).toBe(language);
  });

  test("has words for everything, and its own for nearly everything", () => {
    const english = new Map(strings(localeFor("en")));
    const own = strings(locale);
    const same = own.filter(([path, words]) => english.get(path) === words);
    expect(own.filter(([, words]) => words.trim() === "")).toEqual([]);
    expect(language === "en" || same.length <= 4).toBe(true);
  });

  test("says in which language and direction the page is", () => {
    expect(body).toContain(
      `<html lang="${language}" dir="${language === "ar" ? "rtl" : "ltr"}">`,
    );
  });
});

test.each([
  ["en", "August 5, 2019 at 07:00 UTC", "Germany · T1"],
  ["fr", "5 août 2019 à 07:00 UTC", "Allemagne · T1"],
  ["de", "5. August 2019 um 07:00 UTC", "Deutschland · T1"],
  ["es", "5 de agosto de 2019", "Alemania · T1"],
  ["pt", "5 de agosto de 2019", "Alemanha · T1"],
  ["ja", "2019年8月5日 07:00 UTC", "ドイツ · T1"],
  ["ar", "5 أغسطس 2019", "ألمانيا · T1"],
])(
  "%s says dates and countries in its own way, and the instant for machines",
  (language, date, countries) => {
    const inHtml = told(dropped(demand, 451), {
      "accept-language": language,
    }).body;
    const inText = told(dropped(demand, 451), {
      "accept-language": language,
      accept: "text/plain",
    }).body;
    expect(inHtml).toMatch(
      new RegExp(
        `<time datetime="2019-08-05T07:00:00.000Z">[^<]*${date}[^<]*</time>`,
      ),
    );
    expect(inText).toContain(date);
    expect(inText).toContain("UTC");
    expect(inText).toContain(countries);
  },
);

test.each([
  ["§3.4 a region finds its language", "fr-CA", "fr", "fr"],
  ["weights rank", "de;q=0.5, fr;q=0.9", "fr", "fr"],
  ["page and statement each take their own best", "nl, de;q=0.8", "de", "en"],
  ["a statement without the page's language is English", "ja", "ja", "en"],
  ["nothing suits: English", "nl", "en", "en"],
  ["nothing asked: English", undefined, "en", "en"],
])("RFC 4647 %s", (_, asked, page, statement) => {
  const answer = told(
    dropped(),
    asked === undefined ? {} : { "accept-language": asked },
  );
  expect(field(answer, "Content-Language")).toBe(page);
  expect(answer.body).toContain(`<blockquote lang="${statement}" dir="auto">`);
});

test.each([
  [
    "in a language the page does not have",
    { nl: "Wij stoppen." },
    "nl, fr;q=0.5",
    "fr",
    "nl",
  ],
  [
    "in one language only, whatever is asked",
    { ar: "توقفنا." },
    "fr",
    "fr",
    "ar",
  ],
  ["in a language that was not said", { und: "Stop." }, "fr", "fr", "und"],
])(
  "a statement %s is shown and marked",
  (_, statement, asked, page, marked) => {
    const { body } = told(dropped({ statement }), { "accept-language": asked });
    expect(body).toContain(`<html lang="${page}"`);
    expect(body).toContain(`<blockquote lang="${marked}" dir="auto">`);
  },
);

test("an empty text does not hide a statement in another language", () => {
  const { body } = told(
    dropped({ statement: { fr: " \n ", en: "We stopped." } }),
    { "accept-language": "fr" },
  );
  expect(body).toContain("We stopped.");
});

test("a long list is cut short rather than drown the page", () => {
  const hosts = Array.from({ length: 13 }, (_, index) => `h${index}.example`);
  const asText = (count: number): string | null =>
    told(
      dropped({ scope: { ...denial.scope, hosts: hosts.slice(0, count) } }),
      { accept: "text/plain" },
    ).body;
  expect(asText(12)).toContain("h11.example\n");
  expect(asText(13)).toContain("h11.example · …\n");
});

test("moving out is offered while it is possible, and not after", () => {
  const until = (offboardUntilMs: number): string | null =>
    told(dropped({ offboardUntilMs }), { accept: "text/plain" }).body;
  expect(until(Date.parse("2019-08-05T08:00:01Z"))).toContain(
    "Time to move: August 5, 2019 at 08:00 UTC",
  );
  expect(until(Date.parse("2019-08-05T08:00:00Z"))).not.toContain(
    "Time to move",
  );
});
