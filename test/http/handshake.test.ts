import { expect, test } from "vitest";
import { fieldsOf, type FieldLine } from "../../src/http/fields.ts";
import { handshakeProblem } from "../../src/http/handshake.ts";

const key = "dGhlIHNhbXBsZSBub25jZQ==";

test.each<[string, string | null, string | null, 400 | 426 | null]>([
  ["§4.2.1 a key and version 13", key, "13", null],
  ["§4.2.1 a key of zeros", "AAAAAAAAAAAAAAAAAAAAAA==", "13", null],
  ["§4.2.1 no key", null, "13", 400],
  ["§4.2.1 an empty key", "", "13", 400],
  ["§4.2.1 a key of 15 bytes", "AAAAAAAAAAAAAAAAAAAA", "13", 400],
  ["§4.2.1 a key of 17 bytes", "AAAAAAAAAAAAAAAAAAAAAAA=", "13", 400],
  ["§4.2.1 a key with bits to spare", "AAAAAAAAAAAAAAAAAAAAAB==", "13", null],
  ["§4.2.1 a key without padding", key.slice(0, 22), "13", 400],
  ["§11.3.1 two keys", `${key}, ${key}`, "13", 400],
  ["§4.4 no version", key, null, 426],
  ["§4.4 an older version", key, "8", 426],
  ["§4.4 a later version", key, "14", 426],
  ["§4.4 two versions", key, "13, 8", 426],
  ["§4.4 neither", null, null, 426],
])("RFC 6455 %s", (_, nonce, version, status) => {
  const lines: FieldLine[] = [];
  if (nonce !== null) lines.push(["Sec-WebSocket-Key", nonce]);
  if (version !== null) lines.push(["Sec-WebSocket-Version", version]);
  expect(handshakeProblem(fieldsOf(lines))?.status ?? null).toBe(status);
});
