import type { JsonSchema } from "@valibot/to-json-schema";
import { suggestion } from "../../parse/suggest.ts";
import type { Parsed } from "../../parse/parsed.ts";
import { scenarioSchema } from "../scenario/json-schema.ts";

/** A member of a scenario file that holds a number, or a number with a unit. */
export interface Member {
  /** Its path: "customers.0.share". A last step of `*` stands for any. */
  name: string;
  form: "whole" | "number" | "duration" | "bytes";
}

/** The member of that name in this scenario, which is YAML's value of a file that parses; a problem names the nearest there is. */
export function memberOf(scenario: unknown, name: string): Parsed<Member> {
  const members = [...membersIn(scenarioSchema(), scenario, [])].filter(
    ({ name: other }) => !other.startsWith("expect."),
  );
  const open = name.replace(/[^.]+$/, "*");
  const found =
    members.find((member) => member.name === name) ??
    members.find((member) => member.name === open);
  if (found !== undefined) return { ok: true, value: { ...found, name } };
  const names = members.map((member) => member.name);
  const last = name.slice(name.lastIndexOf(".") + 1);
  const namesake = names.find((other) => other.endsWith(`.${last}`));
  return {
    ok: false,
    problem: `"${name}" is no member of this scenario that holds a number, a duration or an amount${namesake === undefined ? suggestion(name, names) : `; did you mean ${namesake}?`}`,
  };
}

function* membersIn(
  schema: JsonSchema | boolean,
  value: unknown,
  path: readonly string[],
): Generator<Member> {
  if (typeof schema === "boolean") return;
  for (const option of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])])
    yield* membersIn(option, value, path);
  const within = new Map(Object.entries(value ?? {}));
  for (const [name, member] of Object.entries(schema.properties ?? {}))
    yield* membersIn(member, within.get(name), [...path, name]);
  if (schema.type === "array" && Array.isArray(value))
    for (const index of value.keys())
      yield* membersIn(itemsOf(schema), value[index], [...path, `${index}`]);
  if (schema.type === "object" && schema.additionalProperties !== false)
    yield { name: [...path, "*"].join("."), form: "number" };
  const form = formOf(schema);
  if (form !== null) yield { name: path.join("."), form };
}

function itemsOf({ items }: JsonSchema): JsonSchema | boolean {
  return items === undefined || Array.isArray(items) ? false : items;
}

function formOf({ type, pattern }: JsonSchema): Member["form"] | null {
  if (type === "integer") return "whole";
  if (type === "number") return "number";
  if (pattern === undefined) return null;
  const form = new RegExp(pattern);
  if (form.test("1s")) return "duration";
  return form.test("1MB") ? "bytes" : null;
}
