import type { FeedAnswer } from "../ports.ts";

/** The registry, where the edge is bound to one (wrangler.toml). */
export interface RegistryBinding {
  REGISTRY?: Fetcher;
}

/** Asks the registry what has been decided after an entry. The host is never resolved: the binding answers. */
export async function readFeed(
  registry: Fetcher | undefined,
  pop: string,
  after: number,
): Promise<FeedAnswer> {
  if (registry === undefined)
    return { kind: "failed", problem: "there is no binding REGISTRY" };
  const url = new URL("https://registry.portcullis.invalid/");
  url.searchParams.set("pop", pop);
  url.searchParams.set("after", String(after));
  return registry
    .fetch(url)
    .then(answerIn)
    .then(
      (answer) => answer,
      (error: unknown) => ({ kind: "failed", problem: String(error) }),
    );
}

async function answerIn(response: Response): Promise<FeedAnswer> {
  return response.ok
    ? { kind: "read", text: await response.text() }
    : { kind: "failed", problem: `the registry answered ${response.status}` };
}
