import * as v from "valibot";
import type { Parsed } from "../parse/parsed.ts";

/** The registry's answer, or why there is none. */
export type Reply<T> =
  | { kind: "answered"; value: T }
  | { kind: "refused"; because: string; problem: string }
  | { kind: "failed"; problem: string };

const answerMs = 30_000;
const problemForm = v.object({
  detail: v.string(),
  because: v.optional(v.string()),
});

/** A registry over HTTP (src/admin/routes.ts). */
export class RegistryClient {
  readonly url: string;
  readonly #token: string;

  constructor({ url, token }: { url: string; token: string }) {
    this.url = url;
    this.#token = token;
  }

  /** Does it answer, and let us in? Null when nothing answers there. */
  async probe(): Promise<Parsed<null> | null> {
    const response = await this.#fetch("/v1/status", {
      signal: AbortSignal.timeout(2_000),
    });
    if (response === null) return null;
    return response.ok
      ? { ok: true, value: null }
      : { ok: false, problem: await problemOf(response, this.url) };
  }

  get<T>(
    path: string,
    query: Readonly<Record<string, string>>,
    form: v.GenericSchema<unknown, T>,
  ): Promise<Reply<T>> {
    const search = new URLSearchParams(query);
    return this.#ask(`${path}?${search}`, {}, form);
  }

  post<T>(
    path: string,
    body: object,
    form: v.GenericSchema<unknown, T>,
    fields: Readonly<Record<string, string>> = {},
  ): Promise<Reply<T>> {
    return this.#ask(
      path,
      {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "Content-Type": "application/json", ...fields },
      },
      form,
    );
  }

  /** The ledger's lines as they come. */
  async exportLines(): Promise<Parsed<ReadableStream<Uint8Array>>> {
    const response = await this.#fetch("/v1/export", {});
    if (response?.ok && response.body !== null)
      return { ok: true, value: response.body };
    return {
      ok: false,
      problem:
        response === null
          ? `the registry ${this.url} does not answer`
          : await problemOf(response, this.url),
    };
  }

  async #ask<T>(
    path: string,
    init: RequestInit,
    form: v.GenericSchema<unknown, T>,
  ): Promise<Reply<T>> {
    const response = await this.#fetch(path, {
      ...init,
      signal: AbortSignal.timeout(answerMs),
    });
    if (response === null)
      return {
        kind: "failed",
        problem: `the registry ${this.url} does not answer`,
      };
    const text = await response.text();
    if (!response.ok) return refusalIn(text, response.status, this.url);
    const read = v.safeParse(v.pipe(v.string(), v.parseJson(), form), text);
    return read.success
      ? { kind: "answered", value: read.output }
      : {
          kind: "failed",
          problem: `the registry ${this.url} answered ${path} in a form that is not known here: ${read.issues[0].message}`,
        };
  }

  /** Null where nothing answers. */
  #fetch(path: string, init: RequestInit): Promise<Response | null> {
    const headers = new Headers(init.headers);
    headers.set("Authorization", `Bearer ${this.#token}`);
    const url = new URL(path.slice(1), this.url);
    return fetch(url, { ...init, headers, redirect: "error" }).then(
      (response) => response,
      () => null,
    );
  }
}

async function problemOf(response: Response, url: string): Promise<string> {
  const refusal = refusalIn(await response.text(), response.status, url);
  return refusal.problem;
}

function refusalIn(
  text: string,
  status: number,
  url: string,
): Exclude<Reply<never>, { kind: "answered" }> {
  const read = v.safeParse(
    v.pipe(v.string(), v.parseJson(), problemForm),
    text,
  );
  if (!read.success)
    return {
      kind: "failed",
      problem: `the registry ${url} answered ${status} without saying why`,
    };
  const { detail, because } = read.output;
  return because === undefined
    ? { kind: "failed", problem: `the registry ${url}: ${detail}` }
    : { kind: "refused", because, problem: detail };
}
