import { expect, test } from "vitest";
import { join, partOf } from "../../src/cache/partial.ts";
import type { Stored } from "../../src/cache/stored.ts";
import type { FieldLine } from "../../src/http/fields.ts";

const tag: FieldLine[] = [["ETag", '"v1"']];

function stored(
  range: [number, number] | null,
  fields = tag,
  complete = 100,
): Stored {
  const [first, last] = range ?? [0, complete - 1];
  return {
    method: "GET",
    status: range === null ? 200 : 206,
    fields,
    varyOn: [],
    unlisted: [],
    requestTimeMs: 0,
    responseTimeMs: 0,
    bodyRequestTimeMs: 0,
    bodyLength: last - first + 1,
    range: range === null ? null : { first, last, complete },
  };
}

function part(range: [number, number], fields = tag, complete = 100) {
  const [first, last] = range;
  return {
    ...stored(range, fields, complete),
    range: { first, last, complete },
  };
}

test.each([
  ["a part", "bytes 0-4/10", 5, { first: 0, last: 4, complete: 10 }],
  [
    "a part that is everything",
    "bytes 0-9/10",
    10,
    { first: 0, last: 9, complete: 10 },
  ],
  [
    "the unit in another case",
    "Bytes 5-9/10",
    5,
    { first: 5, last: 9, complete: 10 },
  ],
  ["fewer bytes than it says", "bytes 0-4/10", 4, null],
  ["more bytes than it says", "bytes 0-4/10", 6, null],
  [
    "a part whose body has yet to come",
    "bytes 0-4/10",
    null,
    { first: 0, last: 4, complete: 10 },
  ],
  ["an unknown length", "bytes 0-4/*", 5, null],
  ["no part", "bytes */10", 0, null],
  ["an end at the length", "bytes 6-10/10", 5, null],
  ["an end before the start", "bytes 5-4/10", 0, null],
  ["another unit", "lines 0-4/10", 5, null],
  ["two values", "bytes 0-4/10, bytes 5-9/10", 5, null],
  ["numbers past all counting", `bytes 0-4/${"9".repeat(16)}`, 5, null],
  ["nothing", "", 0, null],
])("RFC 9110 §14.4 Content-Range of %s", (_, value, bodyLength, expected) => {
  expect(partOf(new Map([["content-range", value]]), bodyLength)).toEqual(
    expected,
  );
});

const held = (first: number, last: number) => ({ first, last, from: "held" });
const arrived = (first: number, last: number) => ({
  first,
  last,
  from: "arrived",
});

test.each([
  [
    "the part that follows",
    stored([0, 49]),
    part([50, 79]),
    {
      kind: "longer",
      range: { first: 0, last: 79, complete: 100 },
      pieces: [held(0, 49), arrived(50, 79)],
    },
  ],
  [
    "the part before",
    stored([50, 79]),
    part([10, 49]),
    {
      kind: "longer",
      range: { first: 10, last: 79, complete: 100 },
      pieces: [arrived(10, 49), held(50, 79)],
    },
  ],
  [
    "an overlapping part, of which only the new bytes are taken",
    stored([0, 49]),
    part([40, 59]),
    {
      kind: "longer",
      range: { first: 0, last: 59, complete: 100 },
      pieces: [held(0, 49), arrived(50, 59)],
    },
  ],
  [
    "a part around it",
    stored([40, 49]),
    part([30, 59]),
    {
      kind: "longer",
      range: { first: 30, last: 59, complete: 100 },
      pieces: [arrived(30, 39), held(40, 49), arrived(50, 59)],
    },
  ],
  [
    "the last missing part",
    stored([0, 49]),
    part([50, 99]),
    { kind: "complete", pieces: [held(0, 49), arrived(50, 99)] },
  ],
  [
    "all but the last byte",
    stored([0, 49]),
    part([50, 98]),
    {
      kind: "longer",
      range: { first: 0, last: 98, complete: 100 },
      pieces: [held(0, 49), arrived(50, 98)],
    },
  ],
  [
    "a part held already",
    stored([0, 49]),
    part([10, 20]),
    { kind: "nothing-new" },
  ],
  [
    "a part of what is held whole",
    stored(null),
    part([10, 20]),
    { kind: "nothing-new" },
  ],
  [
    "a part with a byte missing between",
    stored([0, 49]),
    part([51, 60]),
    { kind: "apart", because: "gap" },
  ],
  [
    "a part of another version",
    stored([0, 49]),
    part([50, 99], [["ETag", '"v2"']]),
    { kind: "apart", because: "other-content" },
  ],
  [
    "a part of another length",
    stored([0, 49]),
    part([50, 98], tag, 99),
    { kind: "apart", because: "other-content" },
  ],
  [
    "a part under the same weak tag",
    stored([0, 49], [["ETag", 'W/"v1"']]),
    part([50, 99], [["ETag", 'W/"v1"']]),
    { kind: "apart", because: "no-strong-validator" },
  ],
  [
    "a part without a validator",
    stored([0, 49]),
    part([50, 99], []),
    { kind: "apart", because: "no-strong-validator" },
  ],
  [
    "parts without validators",
    stored([0, 49], []),
    part([50, 99], []),
    { kind: "apart", because: "no-strong-validator" },
  ],
  [
    "a part under the same old Last-Modified",
    stored([0, 49], dated("07:00:09")),
    part([50, 99], dated("07:00:09")),
    { kind: "complete", pieces: [held(0, 49), arrived(50, 99)] },
  ],
  [
    "a part modified in the second it was sent",
    stored([0, 49], dated("07:00:10")),
    part([50, 99], dated("07:00:10")),
    { kind: "apart", because: "no-strong-validator" },
  ],
])("RFC 9110 §15.3.7.3 when there arrives %s", (_, have, came, expected) => {
  expect(join(have, came)).toEqual(expected);
});

function dated(time: string): FieldLine[] {
  return [
    ["Date", "Mon, 05 Aug 2019 07:00:10 GMT"],
    ["Last-Modified", `Mon, 05 Aug 2019 ${time} GMT`],
  ];
}
