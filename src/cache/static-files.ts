import type { Fields } from "../http/fields.ts";
import type { Lifetime } from "./freshness.ts";

/** Kinds of static files: how their paths end, and what their answers' Content-Type is. */
const kinds: readonly (readonly [path: RegExp, type: RegExp])[] = [
  [/\.(?:avif|bmp|gif|ico|jpe?g|png|svgz?|tiff?|webp)$/i, /^image\//],
  [
    /\.(?:eot|otf|ttf|woff2?)$/i,
    /^(?:font\/|application\/(?:x-)?font|application\/vnd\.ms-fontobject$)/,
  ],
  [/\.css$/i, /^text\/css$/],
  [/\.m?js$/i, /^(?:text|application)\/(?:x-)?(?:java|ecma)script$/],
  [/\.wasm$/i, /^application\/wasm$/],
  [
    /\.(?:aac|flac|m4a|mp3|oga|ogg|opus|wav)$/i,
    /^(?:audio\/|application\/ogg$)/,
  ],
  [/\.(?:m4v|mov|mp4|ogv|webm)$/i, /^video\//],
];

/** Does a path (a target without its query) end like a static file's? */
export function hasStaticPath(target: string): boolean {
  return kindsOf(target).length > 0;
}

/**
 * Is an answer a static file: of a type that agrees with its path, with a freshness that the origin or the site states, and without
 * Set-Cookie? A page that an origin serves under a path such as /account/x.css is none.
 */
export function isStaticFile(
  target: string,
  response: Fields,
  lifetime: Lifetime,
): boolean {
  const type = (response.get("content-type") ?? "")
    .replace(/;.*$/s, "")
    .trim()
    .toLowerCase();
  const isStated = lifetime.basis === "explicit" || lifetime.basis === "site";
  return (
    isStated &&
    lifetime.seconds > 0 &&
    !response.get("set-cookie") &&
    kindsOf(target).some(([, types]) => types.test(type))
  );
}

function kindsOf(target: string) {
  const path = target.replace(/[?#].*$/s, "");
  return kinds.filter(([ending]) => ending.test(path));
}
