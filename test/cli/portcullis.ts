import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

const projectPath = fileURLToPath(new URL("../../", import.meta.url));

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the command as its users do, and waits for its end. */
export function portcullis(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ["src/cli/portcullis.mjs", ...args],
      { cwd: projectPath, env: { ...process.env, ...env } },
      (error, stdout, stderr) => {
        const code = typeof error?.code === "number" ? error.code : 0;
        resolve({ code: error === null ? 0 : code || 1, stdout, stderr });
      },
    );
  });
}
