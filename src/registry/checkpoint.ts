import { sha256 } from "@noble/hashes/sha2.js";
import type { Parsed } from "../parse/parsed.ts";
import { fromBase64, toBase64, toHex } from "./base64.ts";

// Heads of the ledger in public forms: the text is a checkpoint (C2SP tlog-checkpoint), signed as a note (C2SP signed-note)
// with Ed25519 (RFC 8032).

export interface Checkpoint {
  /** Which ledger this is a head of. */
  origin: string;
  size: number;
  root: Uint8Array;
}

/** A key that verifies. Its text is `<name>+<hash>+<key>`. */
export interface Verifier {
  name: string;
  /** Of name and key: the first four bytes. */
  hash: Uint8Array;
  key: CryptoKey;
  text: string;
}

export interface Signer extends Verifier {
  privateKey: CryptoKey;
}

const ed25519 = 1;
const secretPrefix = "PRIVATE+KEY+";
/** RFC 8410 §7: what stands before the 32 bytes of a private key in PKCS #8. */
const pkcs8Prefix = Uint8Array.from([
  0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04,
  0x22, 0x04, 0x20,
]);

/** A new secret key as text; `random` are 32 bytes. */
export async function newSecretKey(
  name: string,
  random: Uint8Array,
): Promise<string> {
  const { hash } = await signerFrom(name, random);
  const key = toBase64(Uint8Array.of(ed25519, ...random));
  return `${secretPrefix}${name}+${toHex(hash)}+${key}`;
}

/** A problem does not repeat the text, which is secret. */
export async function parseSecretKey(text: string): Promise<Parsed<Signer>> {
  const problem =
    "the key is malformed; expected PRIVATE+KEY+<name>+<hash>+<base64 of an Ed25519 key>";
  if (!text.startsWith(secretPrefix)) return { ok: false, problem };
  const { name, hash, bytes } = partsOf(text.slice(secretPrefix.length));
  if (bytes === null) return { ok: false, problem };
  const signer = await signerFrom(name, bytes);
  return toHex(signer.hash) === hash
    ? { ok: true, value: signer }
    : { ok: false, problem: `${problem}; its hash is that of another key` };
}

export async function parseVerifier(text: string): Promise<Parsed<Verifier>> {
  const problem = `the key is ${JSON.stringify(text)}; expected <name>+<hash>+<base64 of an Ed25519 key>`;
  const { name, hash, bytes } = partsOf(text.trim());
  if (bytes === null) return { ok: false, problem };
  const key = await crypto.subtle
    .importKey("raw", bytes, "Ed25519", true, ["verify"])
    .then(
      (imported) => imported,
      () => null,
    );
  const expected = keyHash(name, bytes);
  return key !== null && toHex(expected) === hash
    ? { ok: true, value: { name, hash: expected, key, text: text.trim() } }
    : { ok: false, problem };
}

function partsOf(text: string) {
  const [, name = "", hash = "", key = ""] =
    /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text) ?? [];
  const [kind, ...bytes] = fromBase64(key) ?? [];
  const isKey = kind === ed25519 && bytes.length === 32;
  return { name, hash, bytes: isKey ? Uint8Array.from(bytes) : null };
}

async function signerFrom(name: string, secret: Uint8Array): Promise<Signer> {
  const pkcs8 = Uint8Array.of(...pkcs8Prefix, ...secret);
  const { importKey, exportKey } = subtle;
  const privateKey = await importKey("pkcs8", pkcs8, "Ed25519", true, ["sign"]);
  const jwk = await exportKey("jwk", privateKey);
  const { kty = "", crv = "", x = "" } = "x" in jwk ? jwk : {};
  const key = await importKey("jwk", { kty, crv, x }, "Ed25519", true, [
    "verify",
  ]);
  const bytes = fromBase64Url(x);
  const hash = keyHash(name, bytes);
  const publicText = toBase64(Uint8Array.of(ed25519, ...bytes));
  return {
    name,
    hash,
    key,
    privateKey,
    text: `${name}+${toHex(hash)}+${publicText}`,
  };
}

const subtle = {
  importKey: crypto.subtle.importKey.bind(crypto.subtle),
  exportKey: crypto.subtle.exportKey.bind(crypto.subtle),
};

function fromBase64Url(text: string): Uint8Array {
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  return (
    fromBase64(plain.padEnd(Math.ceil(plain.length / 4) * 4, "=")) ??
    new Uint8Array()
  );
}

function keyHash(name: string, key: Uint8Array): Uint8Array {
  const encoder = new TextEncoder();
  return sha256(
    Uint8Array.of(...encoder.encode(`${name}\n`), ed25519, ...key),
  ).subarray(0, 4);
}

/** A head as a signed note. */
export async function signCheckpoint(
  { origin, size, root }: Checkpoint,
  { name, hash, privateKey }: Signer,
): Promise<string> {
  const text = `${origin}\n${size}\n${toBase64(root)}\n`;
  const signature = await crypto.subtle.sign(
    "Ed25519",
    privateKey,
    new TextEncoder().encode(text),
  );
  const signed = toBase64(Uint8Array.of(...hash, ...new Uint8Array(signature)));
  return `${text}\n— ${name} ${signed}\n`;
}

/** The head in a note, if this key signed it. */
export async function openCheckpoint(
  note: string,
  { name, hash, key }: Verifier,
): Promise<Parsed<Checkpoint>> {
  const [text = "", signatures] = note.split(/(?<=\n)\n/);
  const [, origin = "", size = "", root = ""] =
    /^(.+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/=]+)\n/.exec(text) ?? [];
  const rootBytes = fromBase64(root);
  if (signatures === undefined || rootBytes?.byteLength !== 32)
    return {
      ok: false,
      problem: "no checkpoint: expected origin, size, root and a signature",
    };
  for (const line of signatures.split("\n")) {
    const [, by, signed = ""] = /^— (\S+) (\S+)$/.exec(line) ?? [];
    const bytes = fromBase64(signed);
    if (by !== name || bytes === null) continue;
    if (toHex(bytes.subarray(0, 4)) !== toHex(hash)) continue;
    const isSigned = await crypto.subtle.verify(
      "Ed25519",
      key,
      bytes.subarray(4),
      new TextEncoder().encode(text),
    );
    if (isSigned)
      return {
        ok: true,
        value: { origin, size: Number(size), root: rootBytes },
      };
  }
  return {
    ok: false,
    problem: `the checkpoint of size ${size} is not signed by ${name}`,
  };
}
