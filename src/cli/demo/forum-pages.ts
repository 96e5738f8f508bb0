import { html, type Layout, type Markup } from "./html.ts";
import { stylesheet } from "./style.ts";

interface Post {
  author: string;
  text: string;
}

export interface Thread {
  title: string;
  posts: Post[];
}

export const forumStyle = stylesheet({
  accent: "#34467f",
  accentDark: "#a9b8ee",
});

export const forumLayout: Layout = {
  name: "The Long Table",
  stylesheet: forumStyle.href,
  links: [
    ["/", "Threads"],
    ["/members", "Members"],
    ["/login", "Sign in"],
  ],
  footer:
    "A demo forum that npm start serves behind Portcullis. It forgets what you write when it stops.",
};

export function threadList(threads: readonly Thread[]): Markup {
  const rows = threads.map(
    ({ title, posts }, index) =>
      html`<li class="card">
        <h2><a href="/threads/${index + 1}">${title}</a></h2>
        <p class="soft">
          ${replies(posts.length - 1)}, the last by
          ${posts.at(-1)?.author ?? ""}
        </p>
      </li>`,
  );
  return html`<h1>Pull up a chair</h1>
    <p class="lede">Talk about bread, bicycles and the town we live in.</p>
    <ul class="rows">
      ${rows}
    </ul>`;
}

function replies(count: number): string {
  return count === 1 ? "1 reply" : `${count} replies`;
}

export function threadPage({ title, posts }: Thread): Markup {
  const rows = posts.map(
    ({ author, text }) =>
      html`<li class="card">
        <h2>${author}</h2>
        <p>${text}</p>
      </li>`,
  );
  return html`<h1>${title}</h1>
    <ul class="rows">
      ${rows}
    </ul>
    <form method="post">
      <label
        >Your name <input name="author" autocomplete="nickname" maxlength="40"
      /></label>
      <label
        >Your reply
        <textarea name="text" rows="4" maxlength="2000" required></textarea>
      </label>
      <button>Reply</button>
    </form>
    <p><a href="/">All threads</a></p>`;
}

export const signInPage = html`<h1>Sign in</h1>
  <p>Any name will do: this is a demo, and there is no password.</p>
  <form method="post">
    <label
      >Name <input name="name" autocomplete="username" maxlength="40" required
    /></label>
    <button>Sign in</button>
  </form>`;

export function membersPage(name: string): Markup {
  return html`<h1>Welcome back, ${name}</h1>
    <p>Only people who signed in see this page, and no cache may keep it.</p>
    <form method="post" action="/logout"><button>Sign out</button></form>`;
}

/** What the forum holds when it opens. */
export function openingThreads(): Thread[] {
  return [
    {
      title: "My sourdough is flat. What now?",
      posts: [
        {
          author: "Mirela",
          text: "Third loaf this month that spreads like a pancake. The starter doubles in five hours, so I do not think it is that.",
        },
        {
          author: "Jonas",
          text: "Sounds overproofed. Try an hour less in the warm kitchen and see.",
        },
        {
          author: "Adaeze",
          text: "Agree with Jonas. Poke it: if the dent stays, it waited too long.",
        },
      ],
    },
    {
      title: "Winter tyres on a city bike?",
      posts: [
        {
          author: "Tove",
          text: "Studs for six icy days a year, or the bus? The lane by the river is never cleared before nine.",
        },
        {
          author: "Kwame",
          text: "Studs in front only. Has kept me upright for four winters.",
        },
      ],
    },
    {
      title: "The library wants to close on Saturdays",
      posts: [
        {
          author: "Rosa",
          text: "The council decides on the 14th. Who comes along to the hearing?",
        },
        {
          author: "Jonas",
          text: "I do, with two kids who can be loud if needed.",
        },
        {
          author: "Mirela",
          text: "Wrote to three members already; one has answered.",
        },
        { author: "Tove", text: "Put me down." },
      ],
    },
  ];
}
