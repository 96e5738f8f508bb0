import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** What the edge takes of the machine at a moment. Null where the system does not tell. */
export interface Figures {
  rssMib: number | null;
  /** After a collection. */
  heapMib: number;
  descriptors: number | null;
  diskMib: number;
}

/** Of the runtime that this process has started, by Linux's /proc. */
export function runtimeFigures(): Pick<Figures, "rssMib" | "descriptors"> {
  const pid = runtimePid();
  if (pid === null) return { rssMib: null, descriptors: null };
  const rss = /^VmRSS:\s+(\d+) kB/m.exec(
    readFileSync(`/proc/${pid}/status`, "utf8"),
  )?.[1];
  return {
    rssMib: rss === undefined ? null : Number(rss) / 1024,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
}

function runtimePid(): string | null {
  if (process.platform !== "linux") return null;
  const children = readFileSync(
    `/proc/self/task/${process.pid}/children`,
    "utf8",
  );
  return (
    children
      .split(" ")
      .find(
        (pid) =>
          pid !== "" &&
          readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("workerd"),
      ) ?? null
  );
}

/** What files below a folder take, in MiB. One may go while they are counted. */
export function diskMib(path: string): number {
  let bytes = 0;
  for (const name of readdirSync(path, { recursive: true, encoding: "utf8" })) {
    const file = statSync(join(path, name), { throwIfNoEntry: false });
    if (file?.isFile() === true) bytes += file.size;
  }
  return bytes / 2 ** 20;
}
