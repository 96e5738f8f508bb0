import { readFileSync } from "node:fs";

/** A row of the manual's table of malformed entries: what the list says, and what comes of it. */
export interface MalformedRow {
  text: string;
  holds: string;
  isLogged: boolean;
}

/** The rows, and the head of the section that they stand in. */
export function malformedRows(): MalformedRow[] {
  const readme = readFileSync(
    new URL("../../src/customer/README.md", import.meta.url),
    "utf8",
  );
  const [, section = ""] =
    /^### A malformed entry of a customer$(.*?)^## /ms.exec(readme) ?? [];
  return Array.from(
    section.matchAll(
      /^\| (?:`(.*?)`|the empty value) +\| (\S.*?) +\| (yes|no) +\|$/gm,
    ),
    ([, written = "", holds = "", logged]) => ({
      text: unescaped(written),
      holds,
      isLogged: logged === "yes",
    }),
  );
}

const oneLetter: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
};

function unescaped(written: string): string {
  return written.replace(
    /\\(?:u([0-9a-f]{4})|([nrt]))/g,
    (_, code: string | undefined, letter: string) =>
      code === undefined
        ? (oneLetter[letter] ?? "")
        : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
