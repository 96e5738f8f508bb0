import { toJsonSchema } from "@valibot/to-json-schema";
import { scenarioForm } from "../scenario.ts";

/** What editors check and complete scenario files by, as JSON: what can be written down, before it is read. */
export function scenarioSchemaText(): string {
  const schema = toJsonSchema(scenarioForm, {
    typeMode: "input",
    errorMode: "ignore",
  });
  return `${JSON.stringify(schema, null, 2)}\n`;
}
