import { crc32, deflateSync } from "node:zlib";

/** A picture as an 8-bit RGB PNG (ISO/IEC 15948). `colour` gives each pixel as 0xRRGGBB. */
function png(
  width: number,
  height: number,
  colour: (x: number, y: number) => number,
): Buffer {
  const stride = 1 + width * 3;
  const rows = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      rows.writeUIntBE(colour(x, y), y * stride + 1 + x * 3, 3);
    }
  }
  const size = Buffer.alloc(13);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  size.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", size),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const typed = Buffer.concat([Buffer.from(type, "latin1"), content]);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, check]);
}

/** Dusk over hills, with lights coming on in the valley. */
export function dusk(): Buffer {
  const [width, height] = [960, 320];
  return png(width, height, (x, y) => {
    const ridges: [
      base: number,
      swell: number,
      length: number,
      colour: number,
    ][] = [
      [268, 12, 70, 0x12211f],
      [228, 20, 110, 0x1d3834],
      [188, 26, 170, 0x3a5553],
      [150, 22, 120, 0x6f7a76],
    ];
    const ridge = ridges.find(
      ([base, swell, length]) =>
        y >
        base +
          swell * Math.sin(x / length) +
          (swell / 3) * Math.sin((x * 2.7) / length),
    );
    if (ridge !== undefined) {
      const lit = y > 210 && y < 300 && (x * 7919 + y * 104729) % 2503 < 3;
      return lit ? 0xffd98a : ridge[3];
    }
    const sky = blend(0x31466b, 0xf3b27a, Math.floor(y / 4) / 48);
    const sun = 34.5 - Math.hypot(x - 700, y - 118);
    return blend(sky, 0xfff0c9, sun);
  });
}

/** At a share of 0 or less all of the one colour, at 1 or more all of the other. */
function blend(from: number, to: number, share: number): number {
  const channel = (shift: number) => {
    const [a, b] = [(from >> shift) & 0xff, (to >> shift) & 0xff];
    return Math.round(a + (b - a) * Math.min(1, Math.max(0, share))) << shift;
  };
  return channel(16) | channel(8) | channel(0);
}
