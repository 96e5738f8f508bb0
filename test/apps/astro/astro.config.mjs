import node from "@astrojs/node";
import { defineConfig } from "astro/config";

export default defineConfig({
  output: "server",
  adapter: node({ mode: "standalone" }),
  cacheDir: "./cache",
  outDir: "./dist",
  // Astro believes only in names that it is told of, as Django does.
  security: { allowedDomains: [{ hostname: "**.localhost" }] },
  vite: { build: { assetsInlineLimit: 0 } },
});
