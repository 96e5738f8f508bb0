import * as fc from "fast-check";
import { expect, test } from "vitest";
import { edgeKey } from "../../src/customer/keys.ts";
import {
  parseEdgeSettings,
  defaultSettings,
} from "../../src/customer/settings.ts";

const untilMs = Date.UTC(2019, 7, 5, 7);

test.each([
  ["an empty object leaves all as usual", "{}", {}],
  [
    "null members are absent",
    '{"default":null,"failPolicy":null,"maintenance":null}',
    {},
  ],
  ["allow-list mode", '{"default":"deny"}', { defaultVerdict: "deny" }],
  ["failing open", '{"failPolicy":"open"}', { failPolicy: "open" }],
  ["maintenance off", '{"maintenance":false}', { maintenance: null }],
  [
    "maintenance on",
    '{"maintenance":true}',
    { maintenance: { untilMs: null, message: {} } },
  ],
  [
    "maintenance without details",
    '{"maintenance":{}}',
    { maintenance: { untilMs: null, message: {} } },
  ],
  [
    "maintenance with an end and a message",
    '{"maintenance":{"until":"2019-08-05T07:00:00Z","message":{"EN":"Back soon"}}}',
    { maintenance: { untilMs, message: { en: "Back soon" } } },
  ],
  [
    "a message in a language not said",
    '{"maintenance":{"message":"Back soon"}}',
    { maintenance: { untilMs: null, message: { und: "Back soon" } } },
  ],
])("%s", (_, text, changed) => {
  expect(parseEdgeSettings(edgeKey, text)).toEqual({
    ok: true,
    value: { ...defaultSettings, ...changed },
  });
});

test.each([
  ['{"default":"dney"}', '"default" is "dney"; expected one of allow, deny'],
  [
    '{"failPolicy":"shut"}',
    '"failPolicy" is "shut"; expected one of closed, open',
  ],
  [
    '{"maintenance":"on"}',
    '"maintenance" is "on"; expected true, false or an object',
  ],
  ['{"maintenance":[]}', '"maintenance" is a list of 0; expected an object'],
  [
    '{"maintenance":{"til":"x"}}',
    '"maintenance.til" is an unexpected member; expected perhaps "until"',
  ],
  [
    '{"defaultVerdict":"deny"}',
    '"defaultVerdict" is an unexpected member; expected perhaps "default"',
  ],
  ["true", "the value is true; expected a JSON object"],
])("%s is a problem", (text, expected) => {
  expect(parseEdgeSettings(edgeKey, text)).toEqual({
    ok: false,
    problem: `edge: ${expected}`,
  });
});

test("no text makes the parser throw", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (text) => {
      expect(typeof parseEdgeSettings(edgeKey, text).ok).toBe("boolean");
    }),
  );
});
