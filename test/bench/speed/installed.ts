import { spawn } from "node:child_process";
import { once } from "node:events";

/** Is there such a program? It is run with an argument that makes it say something and end, well or not. */
export async function isInstalled(
  program: string,
  argument: string,
): Promise<boolean> {
  const child = spawn(program, [argument], { stdio: "ignore" });
  return once(child, "exit").then(
    () => true,
    () => false,
  );
}
