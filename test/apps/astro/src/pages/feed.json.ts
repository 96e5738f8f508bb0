import type { APIRoute } from "astro";

export const GET: APIRoute = ({ url }) =>
  Response.json(
    { home: new URL("/", url), items: [new URL("/book", url)] },
    { headers: { "Cache-Control": "public, max-age=600" } },
  );
