import { expect, test } from "vitest";
import { diskFindings } from "../../src/cli/commands/findings.ts";
import { readDisk, shortage, type Disk } from "../../src/cli/disk.ts";

const mebibyte = 2 ** 20;
const short: Disk = {
  freeBytes: 1.5 * mebibyte,
  reservedBytes: 256 * mebibyte,
};

test("doctor finds a disk that has less left than is reserved for the list, and only that", () => {
  expect(diskFindings(short)).toEqual([
    {
      weight: "problem",
      key: "(disk)",
      finding:
        "The disk of the store has 1.5 MiB left, less than the 256 MiB that are reserved for the list: the cache is not written until there is more.",
    },
  ]);
  expect(diskFindings({ ...short, freeBytes: short.reservedBytes })).toEqual(
    [],
  );
  expect(diskFindings(null)).toEqual([]);
});

test.each([
  [0, "0 bytes"],
  [1023, "1023 bytes"],
  [1024, "1 KiB"],
  [2.25 * 2 ** 30, "2.3 GiB"],
])("%i bytes are told as %s", (freeBytes, text) => {
  expect(shortage({ ...short, freeBytes })).toContain(` ${text} left`);
});

test("of a disk no more than 256 MiB are reserved, and no more than a quarter of it", async () => {
  const { freeBytes, reservedBytes } = await readDisk(import.meta.dirname);
  expect(freeBytes).toBeGreaterThanOrEqual(0);
  expect(reservedBytes).toBeGreaterThan(0);
  expect(reservedBytes).toBeLessThanOrEqual(256 * mebibyte);
});
