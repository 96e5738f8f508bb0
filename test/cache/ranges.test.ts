import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  multipartOf,
  planRange,
  rangedHead,
  type RangePlan,
} from "../../src/cache/ranges.ts";
import type { Stored } from "../../src/cache/stored.ts";
import { fieldsOf, type FieldLine } from "../../src/http/fields.ts";

const etag = '"v1"';
const date = "Mon, 05 Aug 2019 07:00:10 GMT";
const modified = "Mon, 05 Aug 2019 07:00:09 GMT";
const boundary = "b0undary";

function stored(
  changes: Partial<Stored> = {},
  fields: FieldLine[] = [],
): Stored {
  return {
    method: "GET",
    status: 200,
    fields: [["Content-Type", "text/plain"], ["Date", date], ...fields],
    varyOn: [],
    unlisted: [],
    requestTimeMs: 0,
    responseTimeMs: 0,
    bodyRequestTimeMs: 0,
    bodyLength: 100,
    range: null,
    ...changes,
  };
}

/** Bytes 20 to 59 of 100. */
const partial = stored(
  {
    status: 206,
    bodyLength: 40,
    range: { first: 20, last: 59, complete: 100 },
  },
  [["Content-Range", "bytes 20-59/100"]],
);

function plan(
  range: string | null,
  of = stored(),
  fields: Record<string, string> = {},
  method = "GET",
): RangePlan {
  const request = new Map(
    Object.entries({ ...(range === null ? {} : { range }), ...fields }),
  );
  return planRange({ method, fields: request }, of, () => boundary);
}

const whole = { kind: "whole" };
const part = (first: number, last: number) => ({ kind: "part", first, last });
const parts = (...pairs: [number, number][]) => ({
  kind: "parts",
  parts: pairs.map(([first, last]) => ({ first, last })),
  boundary,
});
const unsatisfiable = { kind: "unsatisfiable", length: 100 };

test.each([
  ["§14.2 no Range", null, whole],
  ["§14.1.2 first and last position", "bytes=0-9", part(0, 9)],
  ["§14.1.2 one byte", "bytes=99-99", part(99, 99)],
  ["§14.1.2 an open end", "bytes=90-", part(90, 99)],
  ["§14.1.2 an end past the last byte", "bytes=90-100", part(90, 99)],
  [
    "§14.1.2 an end past all counting",
    `bytes=90-${"9".repeat(400)}`,
    part(90, 99),
  ],
  ["§14.1.2 a suffix", "bytes=-10", part(90, 99)],
  ["§14.1.2 a suffix longer than the whole", "bytes=-101", part(0, 99)],
  ["§14.1.2 everything asked for as a range", "bytes=0-", part(0, 99)],
  ["§14.1.2 a start at the length", "bytes=100-", unsatisfiable],
  ["§14.1.2 a suffix of nothing", "bytes=-0", unsatisfiable],
  ["§14.1.2 several, all past the end", "bytes=100-,200-300,-0", unsatisfiable],
  ["§14.1.2 those past the end are left out", "bytes=0-0,100-", part(0, 0)],
  ["§14.1 the unit in another case", "BYTES=0-9", part(0, 9)],
  ["§14.2 another unit is ignored", "lines=0-9", whole],
  ["§14.2 another unit that ends alike is ignored", "xbytes=0-9", whole],
  ["§14.1.1 last before first is ignored", "bytes=9-0", whole],
  ["§14.1.1 one invalid range makes all ignored", "bytes=0-1,9-0", whole],
  ["§14.1.1 no range at all is ignored", "bytes=", whole],
  ["§14.1.1 only commas are ignored", "bytes=, ,", whole],
  ["§14.1.1 a hyphen alone is ignored", "bytes=-", whole],
  ["§14.1.1 letters are ignored", "bytes=a-b", whole],
  ["§14.1.1 a sign is ignored", "bytes=+1-2", whole],
  ["§14.1.1 white space inside a range is ignored", "bytes=0 -9", whole],
  [
    "§14.1.1 white space around the equals sign is ignored",
    "bytes = 0-9",
    whole,
  ],
  [
    "§5.6.1 white space and empty members around commas mean nothing",
    "bytes=0-1 ,\t, 5-6,",
    parts([0, 1], [5, 6]),
  ],
  ["§5.3 several lines are malformed together", "bytes=0-1, bytes=5-6", whole],
  [
    "§14.2 several keep the order asked for",
    "bytes=50-59,0-9",
    parts([50, 59], [0, 9]),
  ],
  ["§14.2 overlapping ones are merged", "bytes=0-50,40-60", part(0, 60)],
  ["§14.2 touching ones are merged", "bytes=0-9,10-19", part(0, 19)],
  [
    "§14.2 with a byte between, they are two",
    "bytes=0-9,11-19",
    parts([0, 9], [11, 19]),
  ],
  [
    "§14.2 one that joins two others stands where the first stood",
    "bytes=20-29,80-,0-9,5-25",
    parts([0, 29], [80, 99]),
  ],
  [
    "§17.15 a range asked for many times is sent once",
    `bytes=${Array(16).fill("0-").join(",")}`,
    part(0, 99),
  ],
  ["§17.15 sixteen ranges are served", `bytes=${evens(16)}`, { kind: "parts" }],
  ["§17.15 seventeen are answered whole", `bytes=${evens(17)}`, whole],
])("RFC 9110 %s", (_, range, expected) => {
  expect(plan(range)).toMatchObject(expected);
});

function evens(count: number): string {
  return Array.from(
    { length: count },
    (_, index) => `${2 * index}-${2 * index}`,
  ).join(",");
}

test.each([
  ["§14.2 HEAD ignores Range", "HEAD", stored(), whole],
  ["§14.2 so does any other method", "POST", stored(), whole],
  ["§14.2 an error is sent whole", "GET", stored({ status: 404 }), whole],
])("RFC 9110 %s", (_, method, of, expected) => {
  expect(plan("bytes=0-9", of, {}, method)).toEqual(expected);
});

test.each([
  ["a suffix of nothing at all is all of it", "bytes=-5", { kind: "whole" }],
  [
    "its first byte does not exist",
    "bytes=0-",
    { kind: "unsatisfiable", length: 0 },
  ],
])("RFC 9110 §14.1.2 of an empty representation, %s", (_, range, expected) => {
  expect(plan(range, stored({ bodyLength: 0 }))).toEqual(expected);
});

test.each([
  ["a strong tag that is the same", etag, [["ETag", etag]], part(0, 9)],
  ["another tag", '"v2"', [["ETag", etag]], whole],
  ["a weak tag, though the same", 'W/"v1"', [["ETag", 'W/"v1"']], whole],
  ["the tag without its weakness", etag, [["ETag", 'W/"v1"']], whole],
  ["a tag when none is stored", etag, [], whole],
  ["two tags", `${etag}, "v2"`, [["ETag", etag]], whole],
  ["a star", "*", [["ETag", etag]], whole],
  [
    "Last-Modified a second before Date",
    modified,
    [["Last-Modified", modified]],
    part(0, 9),
  ],
  [
    "Last-Modified in the second of Date",
    date,
    [["Last-Modified", date]],
    whole,
  ],
  ["a later date", date, [["Last-Modified", modified]], whole],
  [
    "the date in another form",
    "Monday, 05-Aug-19 07:00:09 GMT",
    [["Last-Modified", modified]],
    whole,
  ],
  ["an empty value", "", [["ETag", etag]], whole],
] satisfies [string, string, FieldLine[], object][])(
  "RFC 9110 §13.1.5 If-Range with %s",
  (_, condition, fields, expected) => {
    expect(
      plan("bytes=0-9", stored({}, fields), { "if-range": condition }),
    ).toEqual(expected);
  },
);

test.each([
  ["the part itself", "bytes=20-59", part(20, 59)],
  ["a piece of it", "bytes=30-39", part(30, 39)],
  ["pieces of it", "bytes=30-39,50-51", parts([30, 39], [50, 51])],
  ["a byte before it", "bytes=19-20", { kind: "elsewhere" }],
  ["a byte after it", "bytes=59-60", { kind: "elsewhere" }],
  ["an open end", "bytes=20-", { kind: "elsewhere" }],
  [
    "a suffix, counted from the complete length",
    "bytes=-40",
    { kind: "elsewhere" },
  ],
  ["one range in it and one not", "bytes=30-39,0-0", { kind: "elsewhere" }],
  ["past the end of the whole", "bytes=100-", unsatisfiable],
  ["the whole", null, { kind: "elsewhere" }],
])("RFC 9111 §3.3 of a stored part, %s", (_, range, expected) => {
  expect(plan(range, partial)).toEqual(expected);
});

test("RFC 9111 §3.3 a stored part does not answer HEAD, which is about the whole", () => {
  expect(plan("bytes=20-59", partial, {}, "HEAD")).toEqual({
    kind: "elsewhere",
  });
});

test("RFC 9111 §3.3 a part that is all there is answers for the whole, as a 200", () => {
  const all = stored(
    { status: 206, range: { first: 0, last: 99, complete: 100 } },
    [["Content-Range", "bytes 0-99/100"]],
  );
  expect(plan(null, all)).toEqual(whole);
  const head = rangedHead({ kind: "whole" }, all);
  expect(head.status).toBe(200);
  expect(fieldsOf(head.fields).get("content-range")).toBeUndefined();
});

describe("RFC 9110 §15.3.7 the answer's fields", () => {
  const kept: FieldLine[] = [
    ["ETag", etag],
    ["Cache-Control", "max-age=9"],
    ["Vary", "Accept"],
    ["Content-Length", "100"],
  ];
  const head = (range: string, of = stored({}, kept)) => {
    const planned = plan(range, of);
    if (planned.kind === "elsewhere") throw new Error("not held");
    const { status, fields } = rangedHead(planned, of);
    return { status, fields: fieldsOf(fields) };
  };

  test.each([
    [
      "§15.3.7.1 one part has Content-Range and its own length",
      "bytes=0-9",
      206,
      {
        "content-range": "bytes 0-9/100",
        "content-length": "10",
        "content-type": "text/plain",
      },
    ],
    [
      "§15.3.7 one part keeps what a 200 would say",
      "bytes=0-9",
      206,
      { etag, "cache-control": "max-age=9", vary: "Accept", date },
    ],
    [
      "§15.3.7.2 several have no Content-Range but a multipart type",
      "bytes=0-9,50-59",
      206,
      {
        "content-range": undefined,
        "content-type": `multipart/byteranges; boundary=${boundary}`,
        etag,
      },
    ],
    [
      "§15.5.17 none has the length asked about and nothing of the representation",
      "bytes=100-",
      416,
      {
        "content-range": "bytes */100",
        "content-length": "0",
        "content-type": undefined,
        etag: undefined,
        "cache-control": undefined,
      },
    ],
    [
      "the whole says how long it is",
      "lines=1",
      200,
      { "content-range": undefined, "content-length": "100", etag },
    ],
  ])("%s", (_, range, status, fields) => {
    const answer = head(range);
    expect(answer.status).toBe(status);
    for (const [name, value] of Object.entries(fields))
      expect([name, answer.fields.get(name)]).toEqual([name, value]);
  });

  test("§14.4 a piece of a stored part counts in the whole", () => {
    expect(head("bytes=30-39", partial).fields.get("content-range")).toBe(
      "bytes 30-39/100",
    );
  });
});

test("the parts of any request hold each byte asked for, once, and no more", () => {
  const spec = fc.oneof(
    fc
      .tuple(fc.nat(120), fc.nat(120))
      .map(([first, more]) => `${first}-${first + more}`),
    fc.nat(120).map((first) => `${first}-`),
    fc.nat(120).map((length) => `-${length}`),
  );
  fc.assert(
    fc.property(fc.array(spec, { minLength: 1, maxLength: 16 }), (specs) => {
      const planned = plan(`bytes=${specs.join(",")}`);
      const alone = specs.map((one) => plan(`bytes=${one}`));
      expect(bytesOf(planned)).toEqual(
        [...new Set(alone.flatMap(bytesOf))].toSorted((a, b) => a - b),
      );
    }),
  );
});

function bytesOf(planned: RangePlan): number[] {
  const held =
    planned.kind === "parts"
      ? planned.parts
      : planned.kind === "part"
        ? [planned]
        : [];
  return held
    .flatMap(({ first, last }) =>
      Array.from({ length: last - first + 1 }, (_, index) => first + index),
    )
    .toSorted((a, b) => a - b);
}

describe("RFC 9110 §14.6 multipart/byteranges", () => {
  const body = Array.from({ length: 100 }, (_, index) =>
    String(index % 10),
  ).join("");
  const compose = (of: Stored) => {
    const planned = plan("bytes=50-52,0-1", of);
    if (planned.kind !== "parts") throw new Error("not in parts");
    const { segments, length } = multipartOf(planned, of);
    const text = segments
      .map((segment) =>
        segment.kind === "text"
          ? new TextDecoder().decode(segment.bytes)
          : body.slice(segment.first, segment.last + 1),
      )
      .join("");
    const { fields } = rangedHead(planned, of);
    return { text, length, stated: fieldsOf(fields).get("content-length") };
  };

  test("is laid out as RFC 2046 §5.1 says, each part with its type and place", () => {
    const { text } = compose(stored());
    expect(text).toBe(
      "--b0undary\r\nContent-Type: text/plain\r\nContent-Range: bytes 50-52/100\r\n\r\n012\r\n" +
        "--b0undary\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/100\r\n\r\n01\r\n--b0undary--\r\n",
    );
  });

  test.each([
    ["with a type", stored()],
    ["without a type", stored({ fields: [] })],
    [
      "with a type beyond ASCII",
      stored({ fields: [["Content-Type", "text/plain; x=ü"]] }),
    ],
  ])("is as long as its Content-Length says, %s", (_, of) => {
    const { text, length, stated } = compose(of);
    expect(new TextEncoder().encode(text)).toHaveLength(length);
    expect(stated).toBe(String(length));
  });
});
