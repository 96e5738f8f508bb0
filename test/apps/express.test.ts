import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { csrfSync } from "csrf-sync";
import express from "express";
import session from "express-session";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startRig, type Rig } from "../workerd/rig.ts";
import { Visitor } from "./browse.ts";

declare module "express-session" {
  interface SessionData {
    name: string;
    agent: string;
  }
}

/** A site as many are: sessions bound to the browser, forms with a token, static files, a page for everybody. */
function guestbook() {
  const app = express();
  const { csrfSynchronisedProtection, generateToken } = csrfSync({
    getTokenFromRequest: ({ body }) =>
      (body as Record<string, string> | undefined)?.["token"],
  });
  app.set("trust proxy", true);
  app.get("/style.css", (_, response) => {
    response.set("Cache-Control", "public, max-age=600").type("css");
    response.send("p { color: green }");
  });
  app.get("/public", (_, response) => {
    response.set("Cache-Control", "public, max-age=60").send("for everybody");
  });
  app.use(
    session({ secret: "not one", resave: false, saveUninitialized: false }),
    express.urlencoded(),
  );
  app.get("/login", (asked, response) => {
    response.send(generateToken(asked));
  });
  app.post("/login", csrfSynchronisedProtection, (asked, response) => {
    asked.session.name = String((asked.body as { name?: string }).name);
    asked.session.agent = asked.get("user-agent") ?? "";
    response.redirect(303, "/me");
  });
  app.get("/me", (asked, response) => {
    const isSame = asked.session.agent === asked.get("user-agent");
    if (asked.session.name === undefined || !isSame)
      response.status(401).send("who are you?");
    else response.send(`${asked.session.name} at ${asked.get("host")}`);
  });
  return createServer(app);
}

let rig: Rig;
const server = guestbook();
let port: number;

beforeAll(async () => {
  rig = await startRig();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  ({ port } = server.address() as AddressInfo);
  await rig.site("guests", [`http://127.0.0.1:${port}`], {
    originHost: "visitor",
  });
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rig.close();
});

/** Signs in, and says what was seen on the way. */
async function signIn(at: number, name: string) {
  const visitor = new Visitor(at, "guests.localhost");
  const token = (await visitor.get("/login")).body.toString();
  const forged = await visitor.post("/login", { name, token: "forged" });
  const posted = await visitor.post("/login", { name, token });
  const pages = [await visitor.get("/me"), await visitor.get("/me")];
  return {
    visitor,
    seen: [forged.status, posted.status, posted.fields.location].concat(
      pages.map(({ status, body }) => `${status} ${body.toString()}`),
    ),
  };
}

test("a session with a form token is the same through the edge as without it", async () => {
  const direct = await signIn(port, "ann");
  const edge = await signIn(rig.port, "ann");
  expect(direct.seen).toEqual([
    403,
    303,
    "/me",
    "200 ann at guests.localhost",
    "200 ann at guests.localhost",
  ]);
  expect(edge.seen).toEqual(direct.seen);
});

test("visitors at the same time are never taken for one another", async () => {
  const names = Array.from({ length: 20 }, (_, n) => `visitor${n}`);
  const signed = await Promise.all(names.map((name) => signIn(rig.port, name)));
  const again = await Promise.all(
    signed.map(({ visitor }) => visitor.get("/me")),
  );
  expect(again.map(({ body }) => body.toString())).toEqual(
    names.map((name) => `${name} at guests.localhost`),
  );
  const stranger = new Visitor(rig.port, "guests.localhost");
  expect((await stranger.get("/me")).status).toBe(401);
});

test("what is for everybody comes from the cache, with a session or without", async () => {
  const { visitor } = await signIn(rig.port, "bea");
  await new Visitor(rig.port, "guests.localhost").get("/style.css");
  for (const target of ["/style.css", "/style.css"]) {
    const { fields, status } = await visitor.get(target);
    expect(status).toBe(200);
    expect(fields["cache-status"]).toContain("hit");
  }
});
