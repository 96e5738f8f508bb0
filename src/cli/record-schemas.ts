import { toJsonSchema, type JsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { purgeForm } from "../customer/purge.ts";
import { settingsForm } from "../customer/settings.ts";
import { siteForm } from "../customer/site.ts";
import { allowing, deciding, descriptive } from "../customer/standing-form.ts";

/** JSON Schemas of the records in KV, by the prefix of their keys, and of a whole list as `apply` reads it. From their parsers. */
export function recordSchemas(): Readonly<Record<string, JsonSchema>> {
  const site = written(siteForm);
  const customer = v.union([
    v.picklist(["allow", "deny"]),
    saying("deny", { ...deciding, ...descriptive }),
    saying("allow", allowing),
  ]);
  const edge = written(settingsForm);
  return {
    host: schemaOf(site),
    customer: schemaOf(customer),
    edge: schemaOf(edge),
    purge: schemaOf(v.union([v.string(), written(purgeForm)])),
    list: schemaOf(
      v.strictObject({
        edge: v.optional(edge),
        sites: v.optional(v.record(v.string(), site)),
        customers: v.optional(v.record(v.string(), customer)),
      }),
    ),
  };
}

/** Members of an entry of a customer, by its verdict. */
function saying(verdict: "allow" | "deny", entries: v.ObjectEntries) {
  return structure(v.strictObject({ ...entries, verdict: v.literal(verdict) }));
}

/** What a text has to be is for a reader to know: it stands in the description, as the parser's message says it. */
function schemaOf(form: v.GenericSchema): JsonSchema {
  return toJsonSchema(form, {
    typeMode: "input",
    errorMode: "ignore",
    overrideSchema: ({ valibotSchema, jsonSchema }) =>
      isText(valibotSchema) && typeof valibotSchema.message === "string"
        ? { ...jsonSchema, description: valibotSchema.message }
        : undefined,
  });
}

/** What the parsers choose a form by: what is there. */
const samples = [
  "",
  0,
  true,
  [],
  { group: "" },
  { prefix: "" },
  { host: "" },
  { url: "" },
];

type Form = v.GenericSchema & {
  pipe?: readonly unknown[];
  entries?: v.ObjectEntries;
  wrapped?: v.GenericSchema;
  rest?: v.GenericSchema;
  item?: v.GenericSchema;
  key?: v.GenericSchema<string, string>;
  value?: v.GenericSchema;
  getter?: (input: unknown) => v.GenericSchema;
};

/** A parser's form as what may be written, which a JSON Schema can say: without what is made of it, and with all that it may choose. */
function written(form: Form): v.GenericSchema {
  const { pipe, getter } = form;
  if (pipe !== undefined) {
    const known = structureIn(pipe);
    return known === null ? form : structure(known);
  }
  if (getter !== undefined) {
    const forms = [...new Set(samples.map((sample) => getter(sample)))];
    const different = new Map(
      forms.map((each) => {
        const choice = written(each);
        return [JSON.stringify(schemaOf(choice)), choice];
      }),
    );
    return v.union([...different.values()]);
  }
  return structure(form);
}

/** The list or object that steps are about, the ones within them too. */
function structureIn(pipe: readonly unknown[]): Form | null {
  for (const step of pipe.filter(isForm)) {
    const known =
      step.pipe === undefined
        ? isStructure(step.type)
          ? step
          : null
        : structureIn(step.pipe);
    if (known !== null) return known;
  }
  return null;
}

function structure(form: Form): v.GenericSchema {
  const { type, entries, wrapped, rest, item, key, value } = form;
  if (entries !== undefined)
    return v.strictObject(
      Object.fromEntries(
        Object.entries(entries).map(([name, entry]) => [
          name,
          entry.type === "unknown" ? v.optional(v.unknown()) : written(entry),
        ]),
      ),
    );
  if (wrapped !== undefined) return v.nullish(written(wrapped));
  if (type === "record" && key !== undefined && value !== undefined)
    return v.record(key, written(value));
  if (rest !== undefined) return v.pipe(v.array(written(rest)), v.minLength(1));
  return item === undefined ? form : v.array(written(item));
}

function isText(form: {
  type: string;
}): form is v.StringSchema<v.ErrorMessage<v.StringIssue> | undefined> {
  return form.type === "string";
}

function isForm(step: unknown): step is Form {
  return typeof step === "object" && step !== null && "type" in step;
}

function isStructure(type: string): boolean {
  return ["strict_object", "record", "tuple_with_rest", "array"].includes(type);
}
