import { expect, test } from "vitest";
import {
  acceptedMediaTypes,
  bestLanguage,
  bestMediaType,
} from "../../src/http/negotiate.ts";

const html = "text/html";
const json = "application/json";

test.each([
  ["no Accept", undefined, html],
  ["no Accept, said by null", null, html],
  ["a blank one", " ", html],
  ["an empty list", " , ,", html],
  ["anything", "*/*", html],
  ["one type", "application/json", json],
  ["a type has no case", "Application/JSON", json],
  ["a range", "application/*", json],
  ["weights", "text/html;q=0.5, application/json;q=0.6", json],
  [
    "weights with odd spacing and case",
    "text/html ; Q = 0.2 ,application/json;q=0.5",
    json,
  ],
  [
    "a type outranks its range",
    "text/*, text/html;q=0.1, application/json;q=0.5",
    json,
  ],
  ["a range outranks */*", "*/*, text/*;q=0.1", json],
  ["weight 0 refuses", "text/html;q=0, */*;q=0.1", json],
  ["the named outranks the merely allowed", "*/*, application/json", json],
  ["equal weights, in the client's order", "application/json, text/html", json],
  [
    "parameters of another representation do not fit",
    'text/html;level="1,2", application/json;q=0.1',
    json,
  ],
  ["a charset that we use fits", "application/json; charset=UTF-8", json],
  [
    "a charset that we do not use does not",
    "text/html;charset=iso-8859-1, application/json;q=0.1",
    json,
  ],
  [
    "a browser's",
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    html,
  ],
  ["junk among types", "foo, ;q=1, application/json", json],
  ["a weight without its zero", "text/html;q=.2, application/json;q=.3", json],
  ["none fits", "image/png", null],
  ["all refused", "*/*;q=0", null],
  ["only junk", "foo", null],
])("RFC 9110 §12.5.1 %s", (_, accept, best) => {
  expect(bestMediaType(accept, [html, json])).toBe(best);
});

test("an offer with a charset is answered as offered", () => {
  expect(bestMediaType("text/html", ["text/html; charset=utf-8"])).toBe(
    "text/html; charset=utf-8",
  );
});

test("nothing offered is nothing chosen", () => {
  expect(bestMediaType(null, [])).toBeNull();
});

test.each([
  ["RFC 9110 §12.5.4 no Accept-Language", undefined, "en"],
  ["RFC 9110 §12.5.4 nothing matches", "nl", "en"],
  ["RFC 4647 §3.4 the same tag", "fr", "fr"],
  ["RFC 4647 §2 a tag has no case", "PT-br", "pt-BR"],
  ["RFC 4647 §3.4 a region falls back", "fr-CA", "fr"],
  ["RFC 4647 §3.4 a script is kept when it can be", "zh-Hant-TW", "zh-Hant"],
  ["RFC 4647 §3.4 a private subtag falls back", "fr-x-a-b", "fr"],
  [
    "RFC 4647 §3.4 a longer range comes before a lighter exact one",
    "fr-CA, en;q=0.9",
    "fr",
  ],
  [
    "RFC 4647 §3.4 the next range when the first finds nothing",
    "nl-BE, fr;q=0.5, en;q=0.4",
    "fr",
  ],
  ["RFC 4647 §3.4 a subtag is whole", "fro", "en"],
  [
    "RFC 4647 §3.3.1 a short range finds a longer tag",
    "zh;q=0.8, nl",
    "zh-Hant",
  ],
  ["RFC 9110 §12.4.2 weights", "en;q=0.3, fr;q=0.8", "fr"],
  ["RFC 9110 §12.4.2 weight 0 refuses", "*, en;q=0", "fr"],
  ["RFC 9110 §12.4.2 weight 0 refuses the default too", "nl, en;q=0", "fr"],
  [
    "RFC 9110 §12.5.4 all refused, and yet an answer",
    "en;q=0, fr;q=0, zh-Hant;q=0, pt-BR;q=0",
    "en",
  ],
  ["RFC 4647 §3.4 * is our choice", "nl, *;q=0.5", "en"],
  ["junk", ";;,=,", "en"],
])("%s", (_, acceptLanguage, best) => {
  expect(bestLanguage(acceptLanguage, ["en", "fr", "zh-Hant", "pt-BR"])).toBe(
    best,
  );
});

test("RFC 4647 §3.4 the longest tag that a range shortens to is found first", () => {
  expect(bestLanguage("zh-Hant-TW", ["en", "zh", "zh-Hant"])).toBe("zh-Hant");
});

test("of a list that is longer than any program's, the beginning is read", () => {
  const many = (type: string) => `${"a/b,".repeat(512)}${type}`;
  expect(bestMediaType(many(json), [html, json])).toBeNull();
  expect(acceptedMediaTypes(many(json))).not.toContain(json);
  expect(bestMediaType(`${json},${many(html)}`, [html, json])).toBe(json);
  expect(bestLanguage(`fr,${"nl,".repeat(30_000)}`, ["en", "fr"])).toBe("fr");
  expect(bestMediaType("x".repeat(60_000), [html, json])).toBe(html);
});
