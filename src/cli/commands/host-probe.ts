import { hostFor } from "../../customer/origin-host.ts";
import type { Site } from "../../customer/site.ts";
import { inBatches } from "../batches.ts";
import { askOnce, connectionTo } from "./ask-once.ts";
import type { Finding } from "./findings.ts";
import { exampleHost, hostFindings, settingsToTry } from "./host-advice.ts";
import type { Listed } from "./list-records.ts";

const sitesAtOnce = 8;

/** Asks the first origin of every site for `/`, once with each Host that it could be asked with. */
export async function probeHosts({ sites }: Listed): Promise<Finding[]> {
  const known = [...sites].flatMap(([pattern, site]) =>
    site.ok ? [[pattern, site.value] as const] : [],
  );
  const found = await inBatches(known, sitesAtOnce, ([pattern, site]) =>
    probeSite(pattern, site),
  );
  return found.flat();
}

async function probeSite(pattern: string, site: Site): Promise<Finding[]> {
  const visited = exampleHost(pattern);
  const origin = new URL(site.origins[0]);
  const answers = await Promise.all(
    settingsToTry(site).map(async (setting) => ({
      setting,
      answer: await askOnce({
        ...connectionTo(origin),
        protocol: origin.protocol,
        port: origin.port,
        path: "/",
        fields: {
          Accept: "text/html, */*;q=0.8",
          "Accept-Encoding": "identity",
          // What the edge tells an origin of a visitor on TLS.
          Host: hostFor(setting, visited) ?? origin.host,
          "X-Forwarded-Host": visited,
          "X-Forwarded-Proto": "https",
          ...Object.fromEntries(site.originFields),
        },
      }),
    })),
  );
  return hostFindings(pattern, site, answers);
}
