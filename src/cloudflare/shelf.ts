/** Names on this PoP's shelf are URLs of a host that no site can have. */
const shelf = "https://shelf.portcullis.invalid/";

/** What the list last said is worth keeping for as long as an outage may last. */
const keptSeconds = 7 * 86_400;

/** A text kept by `keep`, or null: this PoP may forget at any time, and may fail. */
export async function recall(name: string): Promise<string | null> {
  const found = await caches.default.match(urlOf(name)).then(
    (response) => response,
    () => undefined,
  );
  return found === undefined ? null : found.text();
}

/** Keeps a text for the other isolates of this PoP, best effort. */
export async function keep(name: string, text: string): Promise<void> {
  const response = new Response(text, {
    headers: { "Cache-Control": `max-age=${keptSeconds}` },
  });
  await caches.default.put(urlOf(name), response).then(
    () => undefined,
    () => undefined,
  );
}

function urlOf(name: string): string {
  return shelf + encodeURIComponent(name);
}
