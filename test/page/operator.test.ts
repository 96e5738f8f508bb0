import { expect, test } from "vitest";
import { parseOperator, defaultOperator } from "../../src/page/operator.ts";

const svg = (inside: string): string =>
  `<svg viewBox="0 0 8 8">${inside}</svg>`;

test("an operator who says everything is taken at its word, as an object and as JSON text", () => {
  const said = {
    name: "Example Edge",
    url: "https://edge.example/",
    contact: "mailto:abuse@edge.example",
    logoSvg: svg('<path d="M0 0h8"/>'),
    colours: { accent: "#07c", accentDark: "#66BBff" },
  };
  expect(parseOperator(said)).toEqual({ ok: true, value: said });
  expect(parseOperator(JSON.stringify(said))).toEqual({
    ok: true,
    value: said,
  });
});

test("a name is enough; the usual operator's logo is not borrowed", () => {
  expect(parseOperator({ name: "Example Edge" })).toEqual({
    ok: true,
    value: {
      name: "Example Edge",
      url: null,
      contact: null,
      logoSvg: null,
      colours: defaultOperator.colours,
    },
  });
});

test("without a colour of its own, the dark page takes the light one's", () => {
  const parsed = parseOperator({ name: "E", colours: { accent: "#123" } });
  expect(parsed).toMatchObject({
    value: { colours: { accent: "#123", accentDark: "#123" } },
  });
});

test("the usual operator would be accepted", () => {
  expect(parseOperator(defaultOperator)).toEqual({
    ok: true,
    value: defaultOperator,
  });
});

test.each([
  [
    "text that is not JSON",
    "{",
    /OPERATOR: the value is "\{"; expected a JSON object/,
  ],
  ["nothing", undefined, /OPERATOR: .*expected/],
  ["a list", [], /OPERATOR: .*expected/],
  [
    "no name",
    {},
    /"name" is missing; expected one line of 1 to 100 characters/,
  ],
  ["an empty name", { name: " " }, /"name" is " "; expected/],
  [
    "a name of 101 characters",
    { name: "x".repeat(101) },
    /"name" is "x+…"; expected/,
  ],
  ["a name of two lines", { name: "a\nb" }, /"name" is .*; expected/],
  [
    "an unknown member",
    { name: "E", colors: {} },
    /"colors" is an unexpected member; expected perhaps "colours"/,
  ],
  [
    "a script for a site",
    { name: "E", url: "javascript:a" },
    /"url" is "javascript:a"; expected an http or https URL/,
  ],
  [
    "a script for a contact",
    { name: "E", contact: "javascript:a" },
    /"contact" is "javascript:a"; expected .*mailto/,
  ],
  [
    "a colour by name",
    { name: "E", colours: { accent: "red" } },
    /"colours.accent" is "red"; expected a colour/,
  ],
  [
    "a colour of 4 digits",
    { name: "E", colours: { accent: "#1234" } },
    /"colours.accent" is "#1234"; expected/,
  ],
  [
    "a colour that ends the rule",
    { name: "E", colours: { accent: "#fff}*{" } },
    /"colours.accent".*expected/,
  ],
  [
    "colours without an accent",
    { name: "E", colours: {} },
    /"colours.accent" is missing; expected/,
  ],
  [
    "a number for a logo",
    { name: "E", logoSvg: 1 },
    /"logoSvg" is 1; expected an <svg>/,
  ],
])(
  "%s is a problem that names the member, what was found and what was expected",
  (_, value, problem) => {
    expect(parseOperator(value)).toEqual({
      ok: false,
      problem: expect.stringMatching(problem),
    });
  },
);

test.each([
  ["no svg element", '<path d="M0 0"/>'],
  ["something before it", ` x${svg("")}`],
  ["something after it", `${svg("")}<p>`],
  ["a second one inside it", svg('<svg viewBox="0 0 1 1">')],
  ["an end too early", svg('</svg><g fill="red">')],
  ["no end", "<svg>"],
  ["a script", svg("<script>alert(1)</script>")],
  ["a script in capitals", svg("<SCRIPT>alert(1)</SCRIPT>")],
  ["foreign markup", svg("<foreignObject><p>x</p></foreignObject>")],
  ["a title left open", svg("<title>")],
  ["a style", svg("<style>*{}</style>")],
  ["a style attribute", svg('<g style="x"/>')],
  ["an image", svg('<image href="#a"/>')],
  [
    "an animation of a link",
    svg('<set attributeName="href" to="javascript:a"/>'),
  ],
  ["a comment", svg("<!-- ")],
  ["a handler", svg('<g onclick="a"/>')],
  ["a handler on the svg itself", '<svg onload="a"></svg>'],
  ["a handler after a slash", svg('<g/onclick="a"/>')],
  ["an attribute without quotes", svg("<g onclick=a />")],
  ["a quote left open", svg('<g fill="/>')],
  ["an outside reference", svg('<use href="https://h.example/#a"/>')],
  ["an outside reference by xlink", svg('<use xlink:href="//h.example/#a"/>')],
  ["a script for a reference", svg('<use href="javascript:a"/>')],
  ["an outside fill", svg('<g fill="url(https://h.example/)"/>')],
  [
    "an outside fill in an entity",
    svg('<g fill="url&#40;https://h.example/)"/>'),
  ],
  ["4097 characters", svg(`<g id="${"x".repeat(4097)}"/>`)],
])("a logo with %s is refused", (_, logoSvg) => {
  expect(parseOperator({ name: "E", logoSvg })).toEqual({
    ok: false,
    problem: expect.stringMatching(
      /^OPERATOR: "logoSvg" is ".*"; expected an <svg>/,
    ),
  });
});

test.each([
  [
    "shapes and a gradient of its own",
    svg(
      '<defs><linearGradient id="a"><stop offset="0"/></linearGradient></defs><path fill="url(#a)" d="M0 0"/>',
    ),
  ],
  ["a reference inside itself", svg("<g id='a'/><use href='#a'/>")],
  ["space around it", `\n${svg("<g/>")}\n`],
  [
    "exactly 4096 characters",
    svg(`<g id="${"x".repeat(4096 - svg('<g id=""/>').length)}"/>`),
  ],
])("a logo with %s is taken", (_, logoSvg) => {
  expect(parseOperator({ name: "E", logoSvg }).ok).toBe(true);
});
