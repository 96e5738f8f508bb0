import { statfs } from "node:fs/promises";

/** The room on the disk that has a folder. */
export interface Disk {
  freeBytes: number;
  /** What the cache leaves free, so that the list can always be written. */
  reservedBytes: number;
}

const maxReservedBytes = 256 * 2 ** 20;

export async function readDisk(path: string): Promise<Disk> {
  const { bavail, blocks, bsize } = await statfs(path);
  return {
    freeBytes: bavail * bsize,
    // A small disk would never have as much free.
    reservedBytes: Math.min(maxReservedBytes, (blocks * bsize) / 4),
  };
}

export function isShort({ freeBytes, reservedBytes }: Disk): boolean {
  return freeBytes < reservedBytes;
}

/** For people: what a disk that is short means. */
export function shortage({ freeBytes, reservedBytes }: Disk): string {
  return `The disk of the store has ${formatBytes(freeBytes)} left, less than the ${formatBytes(reservedBytes)} that are reserved for the list: the cache is not written until there is more.`;
}

const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];

/** For people: "1.5 GiB". */
function formatBytes(bytes: number): string {
  const power = Math.min(
    Math.floor(Math.log2(Math.max(bytes, 1)) / 10),
    units.length - 1,
  );
  const figure = (bytes / 1024 ** power).toFixed(1).replace(/\.0$/, "");
  return `${figure} ${units[power]}`;
}
