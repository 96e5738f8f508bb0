import { formatInstant } from "../../parse/text.ts";
import { ownPath } from "../../page/own-path.ts";
import { siteKey } from "../../customer/keys.ts";
import { inBatches } from "../batches.ts";
import { askOnce, connectionTo, type Answer } from "./ask-once.ts";
import type { Finding } from "./findings.ts";
import { exampleHost } from "./host-advice.ts";
import type { Listed } from "./list-records.ts";

/** Answered by every host of an edge, whatever becomes of the site (src/worker.ts). */
const versionPath = `${ownPath}/version`;

const hostsAtOnce = 8;
const dayMs = 86_400_000;

/** How long before its end a certificate should have been renewed. */
const certificateDays = 14;

/**
 * Visits every host of the list as visitors do: by DNS and HTTPS, or at an address in place of what DNS says. Finds hosts that
 * lead elsewhere or nowhere, and certificates that visitors do not accept or soon will not.
 */
export async function probeVisits(
  { sites }: Listed,
  { at, nowMs }: { at: URL | null; nowMs: number },
): Promise<Finding[]> {
  const found = await inBatches(
    [...sites.keys()],
    hostsAtOnce,
    async (pattern) => {
      const host = exampleHost(pattern);
      const finding = visitFinding(host, await visit(host, at), nowMs);
      return finding === null ? [] : [{ ...finding, key: siteKey(pattern) }];
    },
  );
  return found.flat();
}

function visit(host: string, at: URL | null): Promise<Answer> {
  return askOnce({
    protocol: at?.protocol ?? "https:",
    host: at === null ? host : connectionTo(at).host,
    port: at?.port ?? "",
    servername: host,
    path: versionPath,
    fields: { Host: host, Accept: "application/json" },
  });
}

/** What a visit says of a host; null where a visitor finds the edge there, for more than a fortnight. */
export function visitFinding(
  host: string,
  answer: Answer,
  nowMs: number,
): Omit<Finding, "key"> | null {
  if (answer.kind === "failed")
    return { weight: "problem", finding: failure(host, answer) };
  const { status, body, address, certificateEndsMs } = answer;
  if (status !== 200 || !isOurs(body))
    return {
      weight: "problem",
      finding: `${host} leads to ${address}, and no edge of this kind answers there: ${versionPath} is ${status}. Its DNS has to lead here`,
    };
  return certificateEndsMs !== null &&
    certificateEndsMs < nowMs + certificateDays * dayMs
    ? {
        weight: "remark",
        finding: `the certificate of ${host} expires ${formatInstant(certificateEndsMs)}`,
      }
    : null;
}

function failure(
  host: string,
  { code, problem }: Extract<Answer, { kind: "failed" }>,
): string {
  if (code === "ENOTFOUND")
    return `${host} has no address in DNS: its owner has to add one that leads here`;
  return /CERT|TLS|SSL|VERIFY/.test(code)
    ? `visitors do not accept the certificate of ${host}: ${problem}`
    : `${host} does not answer: ${problem}`;
}

function isOurs(body: string): boolean {
  return body.startsWith(`{"name":"portcullis",`);
}
