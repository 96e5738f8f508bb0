/**
 * Does the origin answer a ClientHello with a ServerHello? The runtime says no more of a TLS connection than that it failed.
 * Rejects when the connection does.
 */
export async function sendClientHello(
  { readable, writable }: Socket,
  hostname: string,
): Promise<boolean> {
  await writable.getWriter().write(clientHello(hostname));
  const received: number[] = [];
  for await (const chunk of readable) {
    received.push(...chunk);
    if (received.length >= helloBytes) break;
  }
  return isServerHello(received);
}

/** RFC 8446 §5.1, §4: a record's header, and the type of the handshake message in it. */
const helloBytes = 6;

/** RFC 8446 §5.1, §4.1.3: a handshake record that begins with a ServerHello; RFC 8446's request to retry is one too. */
function isServerHello(bytes: readonly number[]): boolean {
  return bytes[0] === 22 && bytes[1] === 3 && bytes[5] === 2;
}

/**
 * RFC 8446 §4.1.2, for TLS 1.3 and 1.2. Cipher suites, groups and signature schemes are those of the runtime (rustls): if
 * more were offered, an origin could agree to what the runtime cannot do.
 */
function clientHello(hostname: string): Uint8Array {
  const random = crypto.getRandomValues(new Uint8Array(32));
  const anyPublicKey = crypto.getRandomValues(new Uint8Array(32));
  const hello = [
    ...twoBytes(0x0303),
    ...random,
    ...sized(1, []),
    ...sized(2, cipherSuites.flatMap(twoBytes)),
    ...sized(1, [0]),
    ...sized(2, [
      ...serverName(hostname),
      ...extension(10, sized(2, groups.flatMap(twoBytes))),
      ...extension(11, sized(1, [0])),
      ...extension(13, sized(2, signatureSchemes.flatMap(twoBytes))),
      // RFC 7627, which some origins insist on.
      ...extension(23, []),
      ...extension(43, sized(1, [0x03, 0x04, 0x03, 0x03])),
      ...extension(
        51,
        sized(2, [...twoBytes(x25519), ...sized(2, [...anyPublicKey])]),
      ),
    ]),
  ];
  const message = [1, ...sized(3, hello)];
  return new Uint8Array([22, 0x03, 0x01, ...sized(2, message)]);
}

const x25519 = 0x001d;
const groups = [x25519, 0x0017, 0x0018];

const cipherSuites = [
  0x1301, 0x1302, 0x1303, 0xc02b, 0xc02c, 0xcca9, 0xc02f, 0xc030, 0xcca8,
];

const signatureSchemes = [
  0x0403, 0x0503, 0x0807, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601,
];

/** RFC 6066 §3: addresses are no names. */
function serverName(hostname: string): number[] {
  if (hostname.includes(":") || /^[\d.]+$/.test(hostname)) return [];
  const name = [...new TextEncoder().encode(hostname)];
  return extension(0, sized(2, [0, ...sized(2, name)]));
}

function extension(type: number, content: readonly number[]): number[] {
  return [...twoBytes(type), ...sized(2, content)];
}

/** The content after its length in so many bytes. */
function sized(lengthBytes: 1 | 2 | 3, content: readonly number[]): number[] {
  const [high, low] = twoBytes(content.length);
  return [...[0, high, low].slice(3 - lengthBytes), ...content];
}

function twoBytes(value: number): [number, number] {
  return [value >> 8, value & 0xff];
}
