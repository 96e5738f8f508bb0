import { randomBytes } from "node:crypto";
import { newSecretKey, parseSecretKey } from "../registry/checkpoint.ts";
import { tokenHash } from "../registry/tokens.ts";

// Prints what a registry is deployed with: npm run registry:keys NAME

const [name = "", ...more] = process.argv.slice(2);
if (!/^[a-z0-9][a-z0-9./-]{0,62}$/.test(name) || more.length > 0) {
  console.error(
    `the name is ${JSON.stringify(name)}; expected one of a-z, 0-9, ".", "/" and "-", such as registry.example`,
  );
  process.exit(2);
}
const secretKey = await newSecretKey(name, randomBytes(32));
const signer = await parseSecretKey(secretKey);
if (!signer.ok) throw new Error(signer.problem);
const token = randomBytes(32).toString("hex");
console.log(`PORTCULLIS_TOKEN, for the first operator, who keeps it:
  ${token}
The public key, by which anybody verifies:
  ${signer.value.text}

npx wrangler secret put REGISTRY_KEY -c wrangler.registry.toml
  ${secretKey}
npx wrangler secret put REGISTRY_TOKEN_SHA256 -c wrangler.registry.toml
  ${tokenHash(token)}`);
