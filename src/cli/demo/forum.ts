import { randomUUID } from "node:crypto";
import {
  forumLayout,
  forumStyle,
  membersPage,
  openingThreads,
  signInPage,
  threadList,
  threadPage,
  type Thread,
} from "./forum-pages.ts";
import { html, page, type Markup } from "./html.ts";
import {
  fixed,
  readCookie,
  readForm,
  seeOther,
  send,
  type Site,
  type Visit,
} from "./site.ts";

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#3d4f8a"/><path d="M7 9h18v11H15l-5 5v-5H7z" fill="#fff"/></svg>`;

/** A forum: threads that visitors add to, and a page for those who signed in. */
export function openForum(): Site {
  const threads = openingThreads();
  const sessions = new Map<string, string>();
  const memberOf = (visit: Visit) =>
    sessions.get(readCookie(visit, "session") ?? "") ?? null;

  const routes = new Map([
    [
      "/",
      {
        get: (visit: Visit) =>
          showShared(visit, forumLayout.name, threadList(threads)),
      },
    ],
    ["/style.css", fixed(forumStyle.content)],
    [
      "/icon.svg",
      fixed({
        type: "image/svg+xml",
        cacheControl: "public, max-age=86400",
        body: icon,
      }),
    ],
    [
      "/login",
      {
        get: (visit: Visit) => show(visit, "Sign in", signInPage),
        post: (visit: Visit) => signIn(visit, sessions),
      },
    ],
    [
      "/logout",
      {
        get: (visit: Visit) => seeOther(visit, "/members"),
        post: (visit: Visit) => signOut(visit, sessions),
      },
    ],
    [
      "/members",
      {
        get: (visit: Visit) => {
          const name = memberOf(visit);
          if (name === null) seeOther(visit, "/login");
          else show(visit, "Members", membersPage(name));
        },
      },
    ],
    ...threads.map(
      (thread, index) =>
        [
          `/threads/${index + 1}`,
          {
            get: (visit: Visit) =>
              showShared(visit, thread.title, threadPage(thread)),
            // Posted to the thread's own address, so that a cache drops the old page by itself (RFC 9111 §4.4).
            post: (visit: Visit) => reply(visit, thread, memberOf(visit)),
          },
        ] as const,
    ),
  ]);
  return {
    route: (path) => routes.get(path) ?? null,
    notFound,
    echoPath: null,
  };
}

function show(visit: Visit, title: string, main: Markup, status = 200): void {
  send(visit, { ...page(forumLayout, title, main), status });
}

/** The same for everyone, and good for some seconds in a shared cache. */
function showShared(visit: Visit, title: string, main: Markup): void {
  send(visit, {
    ...page(forumLayout, title, main),
    cacheControl: "public, max-age=0, s-maxage=10",
  });
}

function notFound(visit: Visit): void {
  const main = html`<h1>Not found</h1>
    <p>No such thread. <a href="/">All threads</a></p>`;
  show(visit, "Not found", main, 404);
}

async function reply(
  visit: Visit,
  thread: Thread,
  member: string | null,
): Promise<void> {
  const form = await readForm(visit);
  if (form === null) return;
  const text = (form.get("text") ?? "").trim().slice(0, 2000);
  if (text === "") {
    const main = html`<h1>Nothing to post</h1>
      <p>Your reply was empty.</p>`;
    show(visit, "Nothing to post", main, 400);
    return;
  }
  thread.posts.push({ author: member ?? nameIn(form, "author"), text });
  // The question stays, and the newest 200 replies.
  thread.posts.splice(1, thread.posts.length - 201);
  seeOther(visit, visit.url.pathname);
}

async function signIn(
  visit: Visit,
  sessions: Map<string, string>,
): Promise<void> {
  const form = await readForm(visit);
  if (form === null) return;
  const session = randomUUID();
  sessions.set(session, nameIn(form, "name"));
  seeOther(visit, "/members", [
    `session=${session}; Path=/; HttpOnly; SameSite=Lax`,
  ]);
}

function signOut(visit: Visit, sessions: Map<string, string>): void {
  sessions.delete(readCookie(visit, "session") ?? "");
  seeOther(visit, "/", ["session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"]);
}

function nameIn(form: URLSearchParams, field: string): string {
  return (form.get(field) ?? "").trim().slice(0, 40) || "Guest";
}
