import { toJsonSchema } from "@valibot/to-json-schema";
import { Hono, type Context } from "hono";
import { html } from "hono/html";
import * as v from "valibot";
import { TokenBucket } from "../edge/token-bucket.ts";
import { printable } from "../parse/text.ts";
import { tokenHash, type Actor, type Role } from "../registry/tokens.ts";
import type { Office } from "./office.ts";
import { routes, type Answer, type Route } from "./routes.ts";

/** Of a request's content: several times the longest record. */
const maxBodyBytes = 256 * 1024;

/** A second, for everybody together; a burst above that is let through. */
const requests = { perSecond: 200, burst: 1000 };
/** Without a credential that is known. */
const failures = { perSecond: 5, burst: 20 };

/** The e-mail address that Cloudflare Access vouches for. The Worker in front sets it, and lets nobody else set it. */
export const accessField = "Portcullis-Access-Email";

/** What is known of a request that is let in. */
interface Signed {
  Variables: { actor: Actor };
}

type ApiContext = Context<Signed>;

/** The registry over HTTP. Nothing of it answers without a credential. */
export function createApi(office: Office): Hono<Signed> {
  const api = new Hono<Signed>();
  const all = new TokenBucket(requests);
  const refused = new TokenBucket(failures);

  api.use(async (c, next) => {
    if (!all.has(office.nowMs())) return tooMany();
    all.take();
    const actor = actorOf(c, office);
    if (actor === null) {
      const isKnownFailure = !refused.has(office.nowMs());
      refused.take();
      office.log({ event: "sign-in-refused", path: c.req.path });
      return isKnownFailure ? tooMany() : unauthorized(c);
    }
    c.set("actor", actor);
    await next();
    c.header("Cache-Control", "no-store");
    c.header("X-Content-Type-Options", "nosniff");
  });

  for (const route of routes)
    api.on(route.method.toUpperCase(), route.path, (c) =>
      respond(c, route, office),
    );
  api.get("/v1/openapi.json", (c) => c.json(openApi()));
  api.get("/", (c) => c.html(document()));
  api.notFound((c) =>
    problem(404, `there is no ${c.req.method} ${printable(c.req.path)}`),
  );
  return api;
}

/** By a token, else by whom Cloudflare Access vouches for. */
function actorOf(c: ApiContext, office: Office): Actor | null {
  const email = c.req.header(accessField);
  return (
    bearerOf(c, office) ??
    (email === undefined ? null : office.registry.tokens.named(email))
  );
}

/** By a bearer token (RFC 6750), or by one given as the password of Basic (RFC 7617), which browsers ask for. */
function bearerOf(
  c: ApiContext,
  { registry, configuredActor }: Office,
): Actor | null {
  const [, scheme = "", credential = ""] =
    /^(bearer|basic) +([\w+/=.~-]{1,512})$/i.exec(
      c.req.header("authorization") ?? "",
    ) ?? [];
  if (credential === "") return null;
  const token =
    scheme.toLowerCase() === "bearer"
      ? credential
      : /^[A-Za-z0-9+/]*={0,2}$/.test(credential) && credential.length % 4 === 0
        ? atob(credential).replace(/^[^:]*:/, "")
        : "";
  const hash = tokenHash(token);
  return registry.tokens.find(hash) ?? configuredActor(hash);
}

async function respond(
  c: ApiContext,
  route: Route,
  office: Office,
): Promise<Response> {
  const actor = c.get("actor");
  if (!mayAsk(actor.role, route.role)) {
    office.log({ event: "role-refused", actor: actor.name, path: route.path });
    return problem(
      403,
      `${actor.name} is a ${actor.role}; expected an ${route.role}`,
    );
  }
  const given = await inputOf(c, route);
  if (!given.ok) return problem(given.status, given.problem);
  const read = v.safeParse(route.input, given.value, { abortEarly: true });
  if (!read.success) {
    const [issue] = read.issues;
    return problem(
      400,
      printable(`${v.getDotPath(issue) ?? "the request"}: ${issue.message}`),
    );
  }
  return send(
    c,
    await route.answer({
      input: given.value,
      actor,
      office,
      idempotencyKey: c.req.header("idempotency-key") ?? null,
      ifMatch: c.req.header("if-match")?.replaceAll('"', "") ?? null,
    }),
  );
}

function mayAsk(role: Role, needed: Role): boolean {
  return role === "operator" || needed === "viewer";
}

async function inputOf(
  c: ApiContext,
  { method }: Route,
): Promise<
  | { ok: true; value: unknown }
  | { ok: false; status: 400 | 413 | 415; problem: string }
> {
  if (method === "get") return { ok: true, value: c.req.query() };
  // A page of another site cannot send this type without being asked first (Fetch §3.2).
  if (!/^application\/json\b/i.test(c.req.header("content-type") ?? ""))
    return {
      ok: false,
      status: 415,
      problem: "the content is of another type; expected application/json",
    };
  const bytes = await c.req.arrayBuffer();
  if (bytes.byteLength > maxBodyBytes)
    return {
      ok: false,
      status: 413,
      problem: `the content has ${bytes.byteLength} bytes; expected at most ${maxBodyBytes}`,
    };
  const json = v.safeParse(
    v.pipe(v.string(), v.parseJson()),
    new TextDecoder().decode(bytes),
  );
  return json.success
    ? { ok: true, value: json.output }
    : { ok: false, status: 400, problem: "the content is no JSON" };
}

function send(c: ApiContext, answer: Answer): Response {
  switch (answer.kind) {
    case "json":
      if (answer.version !== undefined) c.header("ETag", `"${answer.version}"`);
      return c.json(answer.body);
    case "lines":
      return new Response(streamLines(answer.lines), {
        headers: { "Content-Type": "application/jsonl" },
      });
    case "problem":
      return problem(answer.status, answer.detail, answer.because);
  }
}

function streamLines(lines: Iterable<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const iterator = lines[Symbol.iterator]();
  return new ReadableStream({
    pull(controller) {
      let text = "";
      while (text.length < 64 * 1024) {
        const { done, value } = iterator.next();
        if (done === true) {
          if (text !== "") controller.enqueue(encoder.encode(text));
          controller.close();
          return;
        }
        text += `${value}\n`;
      }
      controller.enqueue(encoder.encode(text));
    },
  });
}

/** RFC 9457. */
function problem(status: number, detail: string, because?: string): Response {
  const body = { status, detail, ...(because !== undefined && { because }) };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "Content-Type": "application/problem+json",
      "Cache-Control": "no-store",
    },
  });
}

/** The runtime makes one field line of two challenges, of which browsers understand the first alone. */
function unauthorized(c: ApiContext): Response {
  const response = problem(
    401,
    "who asks is not known; expected Authorization: Bearer and a token",
  );
  const isBrowser = c.req.header("accept")?.includes("text/html") ?? false;
  response.headers.set(
    "WWW-Authenticate",
    `${isBrowser ? "Basic" : "Bearer"} realm="portcullis"`,
  );
  return response;
}

function tooMany(): Response {
  const response = problem(429, "too many requests");
  response.headers.set("Retry-After", "1");
  return response;
}

/** OpenAPI 3.1, from the table of routes. */
function openApi() {
  const paths: Record<string, Record<string, object>> = {};
  for (const { method, path, role, does, input } of routes) {
    const schema = toJsonSchema(input, {
      typeMode: "input",
      errorMode: "ignore",
    });
    const { properties = {}, required = [] } = schema;
    paths[path] ??= {};
    paths[path][method] = {
      summary: does,
      description: audience(role),
      security: [{ token: [] }],
      ...(method === "get"
        ? {
            parameters: Object.entries(properties).map(([name, member]) => ({
              name,
              in: "query",
              required: required.includes(name),
              schema: member,
            })),
          }
        : {
            requestBody: {
              required: true,
              content: { "application/json": { schema } },
            },
          }),
      responses: {
        200: { description: "Done." },
        default: {
          description: "A problem (RFC 9457).",
          content: { "application/problem+json": {} },
        },
      },
    };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Portcullis registry", version: "1" },
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
    paths,
  };
}

function audience(role: Role): string {
  return role === "operator" ? "For an operator." : "For a viewer.";
}

/** What stands between backticks is code. */
function withCode(text: string) {
  return text
    .split("`")
    .map((part, index) =>
      index % 2 === 0 ? part : html`<code>${part}</code>`,
    );
}

/** The same for people: no script, nothing from elsewhere. */
function document() {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Portcullis registry</title>
        <style>
          body {
            font:
              1rem/1.5 system-ui,
              sans-serif;
            max-width: 46rem;
            margin: 2rem auto;
            padding: 0 1rem;
            color-scheme: light dark;
          }
          h2 {
            font:
              600 1.1rem ui-monospace,
              monospace;
            margin: 2rem 0 0;
          }
          pre {
            overflow-x: auto;
          }
        </style>
      </head>
      <body>
        <main>
          <h1>Portcullis registry</h1>
          <p>
            Every decision about the list of customers, who took it, and what it
            changed. The same table for programs:
            <a href="/v1/openapi.json">openapi.json</a>.
          </p>
          ${routes.map(
            ({ method, path, role, does, input }) =>
              html`<h2>${method.toUpperCase()} ${path}</h2>
                <p>${withCode(does)} ${audience(role)}</p>
                <details>
                  <summary>What it takes</summary>
                  <pre>
${JSON.stringify(toJsonSchema(input, { typeMode: "input", errorMode: "ignore" }), null, 2)}</pre>
                </details>`,
          )}
        </main>
      </body>
    </html>`;
}
