import { expect, test } from "vitest";
import { en } from "../../src/page/locales/en.ts";
import { problemTypePage } from "../../src/page/notice.ts";
import { dropped, field, occasions, ownPages, told } from "./samples.ts";

test.each(ownPages)(
  "our own page %j is told in every format",
  (_, page, status) => {
    for (const accept of ["text/html", "text/markdown", "text/plain"]) {
      const answer = told(page, { accept });
      expect(answer.status).toBe(status);
      expect(field(answer, "Content-Type")).toBe(`${accept}; charset=utf-8`);
      expect(answer.body).toContain("mailto:abuse@edge.example");
    }
    const json = told(page, { accept: "application/json" });
    expect(JSON.parse(json.body ?? "")).toMatchObject({ status });
    expect(told(page, {}, { method: "HEAD" }).body).toBeNull();
  },
);

test.each(ownPages)(
  "our own page %j speaks the reader's language",
  (_, page) => {
    const answer = told(page, { "accept-language": "fr-CA, en;q=0.5" });
    expect(field(answer, "Content-Language")).toBe("fr");
    expect(answer.body).toContain('<html lang="fr"');
  },
);

test("RFC 9457 §3 what explains a problem does not pose as one", () => {
  const accept = "application/problem+json, text/html;q=0.5";
  const [about, explained, missing] = ownPages.map(([, page]) =>
    field(told(page, { accept }), "Content-Type"),
  );
  expect(about).toMatch("text/html");
  expect(explained).toMatch("text/html");
  expect(missing).toBe("application/problem+json");
});

test.each(occasions)(
  "RFC 9457 §3.1.1 the problem type of %s leads to a page that explains it",
  (_, occasion) => {
    const problem = told(occasion, { accept: "application/problem+json" });
    const { type } = JSON.parse(problem.body ?? "");
    expect(type).toMatch(
      /^https:\/\/forum\.example\/\.well-known\/portcullis\/problems\/[a-z-]+$/,
    );
    const { status, body } = told(problemTypePage(type.split("/").at(-1)));
    expect(status).toBe(200);
    expect(body).toContain(en.meaning);
  },
);

test.each(Object.entries(en.topics))(
  "RFC 9457 §3.1.3 the page of the problem type %s has its title for a headline",
  (name, { headline }) => {
    expect(told(problemTypePage(name)).body).toContain(`<h1>${headline}</h1>`);
  },
);

test.each(["", "Policy", "constructor", "__proto__", "policy/", "<script>"])(
  "there is no problem type named %j",
  (name) => {
    expect(problemTypePage(name)).toEqual({ kind: "no-page" });
  },
);

test("only what is explained stands under a line that says so", () => {
  expect(told(dropped()).body).not.toContain(en.meaning);
  expect(told({ kind: "about" }).body).not.toContain(en.meaning);
});
