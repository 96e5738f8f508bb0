import { expect, test } from "vitest";
import type { FieldLine } from "../../src/http/fields.ts";
import { framingOf, transferCodings } from "../../src/http/framing.ts";

const type: FieldLine = ["Content-Type", "text/plain"];
const length = (value: string): FieldLine => ["Content-Length", value];
const coding = (value: string): FieldLine => ["transfer-encoding", value];

test.each([
  ["§6.3 a length alone", [type, length("5")], [type, length("5")]],
  ["§6.3 neither", [type], [type]],
  [
    "§6.3 a length beside chunks",
    [length("5"), coding("chunked"), type],
    [type],
  ],
  ["§6.3 in the other order", [coding("chunked"), type, length("5")], [type]],
  ["§7 codings have no case", [length("5"), coding("Chunked")], []],
  ["§7 parameters", [length("5"), coding("chunked;a=b")], []],
  ["§7 identity is none", [length("5"), coding("identity, chunked")], []],
  ["§6.3 the same length twice", [length("5, 5"), type], [length("5"), type]],
  ["§6.3 different lengths", [length("5, 6")], [length("5, 6")]],
])("RFC 9112 %s", (_, lines, fields) => {
  expect(framingOf(lines)).toEqual({ kind: "plain", fields });
});

test.each(["", "identity", " , Identity"])(
  "RFC 2616 §3.6, §4.4 %j is no coding, so that the length counts",
  (value) => {
    expect(framingOf([length("5, 5"), coding(value)])).toEqual({
      kind: "plain",
      fields: [length("5"), coding(value)],
    });
  },
);

test.each([
  ["§7.2 gzip", "gzip, chunked", "gzip"],
  ["§7.2 its other name", "X-GZIP,chunked", "gzip"],
  ["§7.2 deflate", "deflate, chunked", "deflate"],
  ["§6.3 to the end of the connection", "gzip", "gzip"],
  ["§7 empty members", ", gzip ,, chunked,", "gzip"],
])("RFC 9112 %s is decoded", (_, value, name) => {
  expect(framingOf([length("5"), coding(value), type])).toEqual({
    kind: "coded",
    coding: name,
    fields: [type],
  });
});

test("RFC 9112 §7.3 a name that is no coding is none, and the length beside it does not count", () => {
  expect(framingOf([length("5"), coding("foo, chunked"), type])).toEqual({
    kind: "plain",
    fields: [type],
  });
});

test.each([
  ["§7.2 compress", "compress, chunked", "compress"],
  ["br is no transfer coding", "br, chunked", "br"],
  ["§6.1 chunks within chunks", "chunked, chunked", "chunked"],
  ["§6.1 chunks not the last", "chunked, gzip", "chunked, gzip"],
  ["more than one", "deflate, gzip, chunked", "deflate, gzip"],
])("RFC 9112 %s is not decodable", (_, value, codings) => {
  expect(framingOf([length("5"), coding(value), type])).toEqual({
    kind: "not-decodable",
    codings,
    fields: [type],
  });
});

test("RFC 9112 §6.1 lines of Transfer-Encoding are one list", () => {
  const fields = new Map([["transfer-encoding", "gzip, chunked"]]);
  expect(transferCodings(fields)).toEqual(["gzip"]);
  expect(framingOf([coding("gzip"), coding("chunked")]).kind).toBe("coded");
  expect(transferCodings(new Map())).toEqual([]);
});
