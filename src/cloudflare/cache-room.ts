/*
 * On Cloudflare the network decides what its caches keep. workerd on one machine keeps everything, on the disk that has the list
 * too. A program beside it holds the cache within its limits (src/cli/cache-keeper.ts), and says whether the cache may be written.
 */

export interface RoomVariables {
  /** The address of that program; none on Cloudflare. */
  CACHE_KEEPER?: string;
}

/** So long an answer holds. What is written meanwhile is less than the room that the keeper leaves. */
const trustedMs = 250;
const deadlineMs = 1_000;

/** What the isolate was told last. */
let known: { hasRoom: boolean; requestedAtMs: number } | null = null;

/** May the PoP cache be written? Not where its keeper does not answer. */
export async function hasRoom(keeper: string | undefined): Promise<boolean> {
  if (keeper === undefined) return true;
  const requestedAtMs = Date.now();
  if (known !== null && requestedAtMs < known.requestedAtMs + trustedMs)
    return known.hasRoom;
  // While one request asks, the others go on with what is known.
  if (known !== null) known = { ...known, requestedAtMs };
  const status = await fetch(keeper, {
    signal: AbortSignal.timeout(deadlineMs),
  }).then(
    (response) => response.status,
    () => null,
  );
  known = { hasRoom: status === 204, requestedAtMs };
  return known.hasRoom;
}
