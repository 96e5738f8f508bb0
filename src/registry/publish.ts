import { signCheckpoint, type Signer } from "./checkpoint.ts";
import type { Kv } from "./ports.ts";
import type { Registry } from "./registry.ts";

/** How many writes go to KV at once. */
const batch = 20;

const firstRetryMs = 500;
const maxRetryMs = 60_000;

/** Writes to KV what is due, until nothing is. What fails is tried again later, in ever longer pauses. */
export async function publish(
  registry: Registry,
  kv: Kv,
  { nowMs, random }: { nowMs: () => number; random: () => number },
): Promise<void> {
  for (;;) {
    const due = registry.subjects.due(nowMs(), batch);
    if (due.length === 0) return;
    await Promise.all(
      due.map(async (one) => {
        const written = await kv.write(one.key, one.text, one.seq);
        if (written.ok) return registry.confirm(one, nowMs());
        const backoffMs = Math.min(
          firstRetryMs * 2 ** Math.min(one.tries, 10),
          maxRetryMs,
        );
        const pauseMs = Math.max(
          written.retryAfterMs ?? 0,
          backoffMs * (0.5 + random() / 2),
        );
        registry.subjects.retry(one, written.problem, nowMs() + pauseMs);
      }),
    );
  }
}

/** Signs the head of the ledger, if it has grown since the last one was signed. */
export async function signHead(
  { ledger }: Registry,
  signer: Signer,
): Promise<void> {
  const size = ledger.size();
  if (size === 0 || size === ledger.lastHead()?.size) return;
  const root = ledger.root();
  const origin = signer.name;
  ledger.keepHead(size, await signCheckpoint({ origin, size, root }, signer));
}
