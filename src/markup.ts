import { html, raw } from "hono/html";

/** HTML that is ready to send: everything put into it was escaped on the way. */
export type Markup = ReturnType<typeof raw>;

/** What may stand in a template: text, which is escaped, markup, which is not, or nothing. */
type MarkupPart = string | number | Markup | null | readonly Markup[];

/** Hono's escaping template, held to its synchronous half: it answers with a promise only when given one. */
export function markup(
  strings: TemplateStringsArray,
  ...parts: readonly MarkupPart[]
): Markup {
  const written = html(strings, ...parts);
  if (written instanceof Promise)
    throw new TypeError("a page is written at once, without promises");
  return written;
}

/** For our own style sheet and the operator's checked logo only: nothing of a record or a request goes through here. */
export const trusted = (written: string): Markup => raw(written);
