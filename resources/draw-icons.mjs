// Draws the program's icon and the tray's: `node resources/draw-icons.mjs`. Layers of sediment; the tray's states differ by shape, so that
// they can be told apart without colour. Everything is a test "is this point inside", sampled 8 by 8 in each pixel.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';

const here = import.meta.dirname;
const accent = [0x1d, 0x8f, 0x8a];
const black = [0, 0, 0];

// ---- shapes, in a square of side 1 ------------------------------------------------------------------------------------------

const box = (x, y, left, top, right, bottom, radius) => {
  const dx = Math.max(left + radius - x, 0, x - (right - radius));
  const dy = Math.max(top + radius - y, 0, y - (bottom - radius));
  return x >= left && x <= right && y >= top && y <= bottom && dx * dx + dy * dy <= radius * radius;
};
const circle = (x, y, cx, cy, radius) => (x - cx) ** 2 + (y - cy) ** 2 <= radius * radius;
const layers = [
  [0.06, 0.1, 0.94, 0.32],
  [0.06, 0.39, 0.94, 0.61],
  [0.06, 0.68, 0.94, 0.9]
];
const strata = (x, y) => layers.some(([left, top, right, bottom]) => box(x, y, left, top, right, bottom, 0.06));
const distanceToDiagonal = (x, y) => Math.abs(x + y - 1) / Math.SQRT2;

const shapes = {
  plain: strata,
  // needs you: a dot in its own clearing
  dot: (x, y) => circle(x, y, 0.76, 0.76, 0.22) || (strata(x, y) && !circle(x, y, 0.76, 0.76, 0.31)),
  // paused: only the outlines
  hollow: (x, y) => strata(x, y) && !layers.some(([left, top, right, bottom]) => box(x, y, left + 0.075, top + 0.075, right - 0.075, bottom - 0.075, 0.02)),
  // not checking: struck through
  line: (x, y) => (distanceToDiagonal(x, y) < 0.055 && box(x, y, 0.02, 0.02, 0.98, 0.98, 0)) || (strata(x, y) && distanceToDiagonal(x, y) > 0.13),
  // working: layers being laid down
  working: (x, y) => box(x, y, 0.06, 0.68, 0.94, 0.9, 0.06) || box(x, y, 0.06, 0.39, 0.66, 0.61, 0.06) || box(x, y, 0.06, 0.1, 0.38, 0.32, 0.06)
};

// ---- pixels and files ---------------------------------------------------------------------------------------------------------

/** RGBA of a picture; `paint(x, y)` gives [r, g, b] or undefined for a point of the unit square. */
function render(size, paint) {
  const pixels = Buffer.alloc(size * size * 4);
  const steps = 8;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let [red, green, blue, hits] = [0, 0, 0, 0];
      for (let sample = 0; sample < steps * steps; sample++) {
        const color = paint((column + ((sample % steps) + 0.5) / steps) / size, (row + (Math.floor(sample / steps) + 0.5) / steps) / size);
        if (!color) continue;
        hits++;
        red += color[0];
        green += color[1];
        blue += color[2];
      }
      if (hits > 0) pixels.set([red / hits, green / hits, blue / hits, (255 * hits) / (steps * steps)], (row * size + column) * 4);
    }
  }
  return pixels;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

function png(size, paint) {
  const pixels = render(size, paint);
  const rows = Buffer.alloc(size * (size * 4 + 1));
  for (let row = 0; row < size; row++) pixels.copy(rows, row * (size * 4 + 1) + 1, row * size * 4, (row + 1) * size * 4);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8); // eight bits, RGBA
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', header), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

/** A Windows icon: a folder of PNG pictures. */
function ico(sizes, paint) {
  const pictures = sizes.map((size) => png(size, paint));
  const head = Buffer.alloc(6 + 16 * sizes.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(sizes.length, 4);
  let offset = head.length;
  pictures.forEach((picture, at) => {
    const entry = 6 + 16 * at;
    head.set([sizes[at] % 256, sizes[at] % 256], entry); // 0 means 256
    head.writeUInt16LE(1, entry + 4);
    head.writeUInt16LE(32, entry + 6);
    head.writeUInt32LE(picture.length, entry + 8);
    head.writeUInt32LE(offset, entry + 12);
    offset += picture.length;
  });
  return Buffer.concat([head, ...pictures]);
}

/** A macOS icon: typed chunks of PNG pictures. */
function icns(pictures) {
  const parts = pictures.map(([type, picture]) => {
    const head = Buffer.alloc(8);
    head.write(type, 'latin1');
    head.writeUInt32BE(picture.length + 8, 4);
    return Buffer.concat([head, picture]);
  });
  const head = Buffer.alloc(8);
  head.write('icns', 'latin1');
  head.writeUInt32BE(8 + parts.reduce((sum, part) => sum + part.length, 0), 4);
  return Buffer.concat([head, ...parts]);
}

// ---- what is drawn ------------------------------------------------------------------------------------------------------------

const write = (name, bytes) => writeFileSync(join(here, name), bytes);
mkdirSync(join(here, 'tray'), { recursive: true });
for (const [name, inside] of Object.entries(shapes)) {
  const colored = (x, y) => (inside(x, y) ? accent : undefined);
  const template = (x, y) => (inside(x, y) ? black : undefined);
  // Linux
  write(`tray/${name}.png`, png(22, colored));
  write(`tray/${name}@2x.png`, png(44, colored));
  // macOS colours these itself and finds them by their names.
  write(`tray/${name}Template.png`, png(16, template));
  write(`tray/${name}Template@2x.png`, png(32, template));
  write(`tray/${name}.ico`, ico([16, 20, 24, 32], colored));
}

const ground = [0xf6, 0xf1, 0xe8];
const colors = [[0xd9, 0xb4, 0x7c], accent, [0x0b, 0x4a, 0x48]];
function programIcon(x, y) {
  if (!box(x, y, 0.04, 0.04, 0.96, 0.96, 0.2)) return undefined;
  const at = layers.findIndex(([, top, , bottom]) => box(x, y, 0.2, 0.13 + top * 0.74, 0.8, 0.13 + bottom * 0.74, 0.04));
  return at < 0 ? ground : colors[at];
}
write('icon.png', png(512, programIcon));
write('icon.ico', ico([16, 32, 48, 256], programIcon));
write('icon.icns', icns([['ic07', png(128, programIcon)], ['ic08', png(256, programIcon)], ['ic09', png(512, programIcon)]]));
