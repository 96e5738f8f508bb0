import * as v from "valibot";
import type { Parsed } from "../parse/parsed.ts";

const timeoutMs = 30_000;

/** How Cloudflare's API wraps what it answers (developers.cloudflare.com/fundamentals/api/reference). */
const envelope = v.object({
  success: v.boolean(),
  errors: v.nullish(
    v.array(v.object({ code: v.optional(v.number()), message: v.string() })),
    [],
  ),
  result: v.unknown(),
  result_info: v.nullish(v.object({ cursor: v.nullish(v.string(), "") }), {
    cursor: "",
  }),
});

interface Page<T> {
  result: T;
  /** Where the rest begins; null at the end. */
  cursor: string | null;
}

/** Cloudflare's API for one account. A problem says what it answered; the token is in none. */
export class CloudflareApi {
  readonly #base: string;
  readonly #token: string;

  /** `base`: the API's URL, with the path of the account. */
  constructor({ base, token }: { base: string; token: string }) {
    this.#base = base;
    this.#token = token;
  }

  async call<T>(
    method: "GET" | "POST" | "PUT",
    path: string,
    schema: v.GenericSchema<unknown, T>,
    body?: unknown,
  ): Promise<Parsed<Page<T>>> {
    const answer = await fetch(this.#base + path, {
      method,
      headers: {
        Authorization: `Bearer ${this.#token}`,
        ...(body !== undefined && { "Content-Type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    })
      .then(async (response) => ({
        status: response.status,
        value: (await response.json()) as unknown,
      }))
      .then(undefined, (error: unknown) => ({ status: null, value: error }));
    const what = `Cloudflare's API (${method} ${path.split("?")[0]})`;
    if (answer.status === null)
      return {
        ok: false,
        problem: `${what} did not answer: ${String(answer.value)}`,
      };
    const wrapped = v.safeParse(envelope, answer.value);
    if (!wrapped.success)
      return {
        ok: false,
        problem: `${what} answered ${answer.status} in a form that is not known here`,
      };
    const { success, errors, result, result_info: info } = wrapped.output;
    const read = v.safeParse(schema, result);
    if (success && read.success)
      return {
        ok: true,
        value: { result: read.output, cursor: info?.cursor || null },
      };
    const why = errors.map(({ message }) => message).join("; ");
    return {
      ok: false,
      problem: `${what} answered ${answer.status}: ${why || "a result in a form that is not known here"}`,
    };
  }
}
