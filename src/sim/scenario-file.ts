import { readFile } from "node:fs/promises";
import type { Parsed } from "../http/parsed.ts";
import { shippedScenarios } from "./shipped.ts";

interface ScenarioFile {
  /** What its reports go by. */
  name: string;
  path: string;
  text: string;
}

/** A scenario that ships, by its name, or any other, by its path. */
export async function readScenarioFile(
  word: string,
): Promise<Parsed<ScenarioFile>> {
  const found = (await shippedScenarios()).find(({ name }) => name === word);
  const path = found?.path ?? word;
  const name = found?.name ?? nameOf(path);
  return readFile(path, "utf8").then(
    (text) => ({ ok: true, value: { name, path, text } }),
    (error: unknown) => ({
      ok: false,
      problem: `${word} is no scenario that ships, and no file that can be read (${String(error)})`,
    }),
  );
}

function nameOf(path: string): string {
  return (path.split("/").at(-1) ?? path).replace(/\.ya?ml$/, "");
}
