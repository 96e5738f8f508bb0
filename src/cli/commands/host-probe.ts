import * as http from "node:http";
import * as https from "node:https";
import { isIP } from "node:net";
import { hostFor } from "../../customer/origin-host.ts";
import type { Site } from "../../customer/site.ts";
import type { Finding } from "./findings.ts";
import {
  exampleHost,
  hostFindings,
  settingsToTry,
  type HostAnswer,
} from "./host-advice.ts";
import type { Listed } from "./list-records.ts";

const timeoutMs = 10_000;
const maxBytes = 256 * 1024;
const sitesAtOnce = 8;

/** Asks the first origin of every site for `/`, once with each Host that it could be asked with. */
export async function probeHosts({ sites }: Listed): Promise<Finding[]> {
  const known = [...sites].flatMap(([pattern, site]) =>
    site.ok ? [[pattern, site.value] as const] : [],
  );
  const found: Finding[] = [];
  for (let at = 0; at < known.length; at += sitesAtOnce) {
    const some = known.slice(at, at + sitesAtOnce);
    const findings = await Promise.all(
      some.map(([pattern, site]) => probeSite(pattern, site)),
    );
    found.push(...findings.flat());
  }
  return found;
}

async function probeSite(pattern: string, site: Site): Promise<Finding[]> {
  const visited = exampleHost(pattern);
  const origin = new URL(site.origins[0]);
  const answers = await Promise.all(
    settingsToTry(site).map(async (setting) => ({
      setting,
      answer: await ask(origin, {
        // What the edge tells an origin of a visitor on TLS.
        Host: hostFor(setting, visited) ?? origin.host,
        "X-Forwarded-Host": visited,
        "X-Forwarded-Proto": "https",
        ...Object.fromEntries(site.originFields),
      }),
    })),
  );
  return hostFindings(pattern, site, answers);
}

function ask(
  { protocol, hostname, port }: URL,
  fields: Readonly<Record<string, string>>,
): Promise<HostAnswer> {
  const host = hostname.replace(/^\[|\]$/g, "");
  const options = {
    host,
    port: port === "" ? null : port,
    path: "/",
    headers: {
      "User-Agent": "portcullis doctor",
      Accept: "text/html, */*;q=0.8",
      "Accept-Encoding": "identity",
      ...fields,
    },
    agent: false,
    signal: AbortSignal.timeout(timeoutMs),
  } as const;
  return new Promise((resolve) => {
    const requested =
      protocol === "https:"
        ? https.request({ ...options, servername: isIP(host) ? "" : host })
        : http.request(options);
    requested.on("error", ({ message }) =>
      resolve({ kind: "failed", problem: message }),
    );
    requested.on("response", (response) => {
      const { statusCode = 0, headers } = response;
      let body = "";
      const end = () => {
        resolve({
          kind: "answered",
          status: statusCode,
          location: headers.location ?? null,
          body,
        });
        requested.destroy();
      };
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
        if (body.length > maxBytes) end();
      });
      response.on("end", end);
      response.on("error", end);
    });
    requested.end();
  });
}
