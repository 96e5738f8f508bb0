#!/usr/bin/env node
import { spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";

// The command is TypeScript, which Node runs as it is from version 24 on; the project brings that version along. Always the
// same one, so that a simulation comes to the same everywhere.
const node = path("../../node_modules/.bin/node");

// A command starts in half the time when what V8 compiled of it is kept.
const compiled = path("../../node_modules/.cache/compiled");

// What a simulation has under way at one moment outgrows the usual space for young objects, and would be moved about for nothing.
const isLarge = process.argv.some((word) => /^(simulate|replay)$/.test(word));
const options = isLarge ? ["--max-semi-space-size=128"] : [];

const isThatNode =
  existsSync(node) && realpathSync(node) === realpathSync(process.execPath);
if (isThatNode && !isLarge) {
  module.enableCompileCache(compiled);
  await import("./portcullis.ts");
} else {
  const child = spawn(
    node,
    [...options, path("portcullis.ts"), ...process.argv.slice(2)],
    { stdio: "inherit", env: { NODE_COMPILE_CACHE: compiled, ...process.env } },
  );
  child.on("error", () => {
    console.error(
      "portcullis needs the packages of its project: run npm ci first.",
    );
    process.exit(1);
  });
  // A terminal signals both; this one stays to hand on how the other ended.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("exit", (code, signal) => {
    process.exit(code ?? (signal === "SIGINT" ? 130 : 143));
  });
}

function path(name) {
  return fileURLToPath(new URL(name, import.meta.url));
}
