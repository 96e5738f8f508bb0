import {
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from "node:crypto";

/** A certificate and its private key, in PEM. */
export interface Identity {
  cert: string;
  key: string;
}

interface Authority extends Identity {
  /** A certificate of this authority for these host names. */
  issue(hosts: readonly string[], valid?: Validity): Identity;
}

interface Validity {
  fromMs: number;
  untilMs: number;
}

const dayMs = 86_400_000;
const aroundNow: Validity = {
  fromMs: Date.now() - dayMs,
  untilMs: Date.now() + 30 * dayMs,
};
export const expired: Validity = {
  fromMs: Date.now() - 30 * dayMs,
  untilMs: Date.now() - dayMs,
};

/** A certificate authority of its own that no machine knows. */
export function createAuthority(name: string): Authority {
  const { privateKey, publicKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
  });
  const signer = { name, key: privateKey };
  return {
    cert: certificate(
      { name, publicKey, ...aroundNow, extensions: [isAuthority] },
      signer,
    ),
    key: pem(privateKey),
    issue(hosts, valid = aroundNow) {
      const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
      return {
        cert: certificate(
          {
            name: hosts[0] ?? "nobody",
            publicKey: own.publicKey,
            ...valid,
            extensions: [namesOf(hosts)],
          },
          signer,
        ),
        key: pem(own.privateKey),
      };
    },
  };
}

/** A certificate that vouches for itself. */
export function selfSigned(host: string): Identity {
  const { privateKey, publicKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
  });
  const subject = {
    name: host,
    publicKey,
    ...aroundNow,
    extensions: [namesOf([host])],
  };
  return {
    cert: certificate(subject, { name: host, key: privateKey }),
    key: pem(privateKey),
  };
}

function pem(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

/** RFC 5280 §4.1, version 3, signed with ecdsa-with-SHA256 (RFC 5758 §3.2). */
function certificate(
  subject: Validity & {
    name: string;
    publicKey: KeyObject;
    extensions: readonly Buffer[];
  },
  signer: { name: string; key: KeyObject },
): string {
  const algorithm = sequence(identifier("2a8648ce3d040302"));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1]), randomBytes(15)),
    algorithm,
    distinguishedName(signer.name),
    sequence(time(subject.fromMs), time(subject.untilMs)),
    distinguishedName(subject.name),
    subject.publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...subject.extensions)),
  );
  const signature = der(
    0x03,
    Buffer.from([0]),
    sign("sha256", body, signer.key),
  );
  const lines = sequence(body, algorithm, signature)
    .toString("base64")
    .match(/.{1,64}/g);
  return [
    "-----BEGIN CERTIFICATE-----",
    ...(lines ?? []),
    "-----END CERTIFICATE-----",
    "",
  ].join("\n");
}

/** RFC 5280 §4.2.1.9: critical, cA true. */
const isAuthority = sequence(
  identifier("551d13"),
  der(0x01, Buffer.from([0xff])),
  der(0x04, sequence(der(0x01, Buffer.from([0xff])))),
);

/** RFC 5280 §4.2.1.6: names and IPv4 addresses. */
function namesOf(hosts: readonly string[]): Buffer {
  const names = hosts.map((host) =>
    /^[\d.]+$/.test(host)
      ? der(0x87, Buffer.from(host.split(".").map(Number)))
      : der(0x82, Buffer.from(host)),
  );
  return sequence(identifier("551d11"), der(0x04, sequence(...names)));
}

/** A commonName alone (X.520 2.5.4.3). */
function distinguishedName(name: string): Buffer {
  return sequence(
    der(0x31, sequence(identifier("550403"), der(0x0c, Buffer.from(name)))),
  );
}

/** UTCTime, whole seconds. */
function time(atMs: number): Buffer {
  const [digits = ""] = new Date(atMs)
    .toISOString()
    .replaceAll(/[-:T]/g, "")
    .slice(2)
    .split(".");
  return der(0x17, Buffer.from(`${digits}Z`));
}

function sequence(...contents: readonly Buffer[]): Buffer {
  return der(0x30, ...contents);
}

function identifier(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, "hex"));
}

/** X.690 §8.1: tag, definite length, contents. */
function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size =
    length < 0x80
      ? [length]
      : length < 0x100
        ? [0x81, length]
        : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
