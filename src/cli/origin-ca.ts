import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";

const certificates =
  /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** What keeps a file from being one of certificates; the runtime would trust fewer without a word. */
export async function originCaProblem(path: string): Promise<string | null> {
  const problem = await readFile(path, "utf8")
    .then(contentProblem)
    .then(
      (found) => found,
      (error: Error) => error.message,
    );
  return problem === null ? null : `--origin-ca ${path}: ${problem}`;
}

function contentProblem(text: string): string | null {
  const found = text.match(certificates) ?? [];
  // The constructor throws for what is no certificate.
  for (const certificate of found) void new X509Certificate(certificate);
  return found.length === 0
    ? "no certificate; expected at least one in PEM"
    : null;
}
