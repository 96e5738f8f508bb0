/** RFC 4648 §4. */
export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** Null where the text is no base64. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  const isBase64 =
    /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
  return isBase64.test(text)
    ? Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
    : null;
}

export { bytesToHex as toHex } from "@noble/hashes/utils.js";
