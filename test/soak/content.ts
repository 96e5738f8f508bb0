import { createHash } from "node:crypto";

/** What a customer's origin sends for a target: every stretch of it says whose it is. */
export function contentOf(
  customer: string,
  target: string,
  bytes: number,
): Buffer {
  return Buffer.alloc(bytes, `${customer} ${target}\n`);
}

/** What an origin answers to an upload, so that a byte that was lost or changed on its way shows. */
export function receiptOf(upload: Buffer): Buffer {
  const digest = createHash("sha256").update(upload).digest("hex");
  return Buffer.from(`${upload.byteLength} ${digest}`);
}
