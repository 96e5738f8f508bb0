import { toJsonSchema, type JsonSchema } from "@valibot/to-json-schema";
import { scenarioForm } from "./form.ts";

/** What can be written down in a scenario file, before it is read. */
export function scenarioSchema(): JsonSchema {
  return toJsonSchema(scenarioForm, {
    typeMode: "input",
    errorMode: "ignore",
  });
}

/** What editors check and complete scenario files by. */
export function scenarioSchemaText(): string {
  return `${JSON.stringify(scenarioSchema(), null, 2)}\n`;
}
