import jsQR from 'jsqr';
import { describe, expect, it } from 'vitest';
import { formatCheckpoint, formatNote, formatVkey, publicKeyOf, signText } from '../note/index.ts';
import { qrSvg } from './qr.ts';
import { checkpointSheet } from './sheet.ts';

const origin = 'varve/0123456789abcdef0123456789abcdef';
const seed = new Uint8Array(32).fill(1);

function noteOf(size: number, seeds = [seed]): string {
  const text = formatCheckpoint({ origin, size, root: Buffer.alloc(32, size % 251) });
  return formatNote(text, seeds.map((each) => signText({ text, name: origin, seed: each })));
}

/** The drawn rectangles as pixels, four to a module, for a decoder that is not ours. */
function decode(svg: string): Buffer | undefined {
  const size = Number(/viewBox="0 0 (\d+) /.exec(svg)?.[1]);
  const scale = 4;
  const width = size * scale;
  const pixels = new Uint8ClampedArray(width * width * 4).fill(255);
  for (const [, x, y, run] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let row = Number(y) * scale; row < (Number(y) + 1) * scale; row++) {
      for (let column = Number(x) * scale; column < (Number(x) + Number(run)) * scale; column++) pixels.fill(0, (row * width + column) * 4, (row * width + column) * 4 + 3);
    }
  }
  const found = jsQR(pixels, width, width);
  return found === null ? undefined : Buffer.from(found.binaryData);
}

describe('the QR code', () => {
  it.each([
    ['a small record', noteOf(1)],
    ['a record of a million entries', noteOf(1_204_551)],
    ['the largest size', noteOf(Number.MAX_SAFE_INTEGER)],
    ['a checkpoint signed with two keys', noteOf(7, [seed, new Uint8Array(32).fill(2)])]
  ])('of %s gives back the note, byte for byte', (_what, note) => {
    expect(decode(qrSvg(note, 'x'))?.toString('utf8')).toBe(note);
  });

  it('of a checkpoint has under 300 bytes', () => {
    expect(Buffer.byteLength(noteOf(Number.MAX_SAFE_INTEGER), 'utf8')).toBeLessThan(300);
  });
});

describe('the sheet', () => {
  const note = noteOf(1204);
  const sheet = (language: 'en' | 'pt-BR', vkey = formatVkey(origin, publicKeyOf(seed))): string =>
    checkpointSheet({ language, origin, checkpoint: { size: 1204, root: note.split('\n')[2] ?? '', note }, vkey, madeAtMs: Date.UTC(2026, 10, 20, 12), zone: 'America/Sao_Paulo' });

  it.each([
    ['en', 'Checkpoint of a record', '1,204 entries', 'November 20, 2026'],
    ['pt-BR', 'Ponto de verificação de um registro', '1.204 entradas', '20 de novembro de 2026']
  ] as const)('says in %s what it is, of when, and how to check it', (language, title, entries, date) => {
    const html = sheet(language);
    for (const part of [`<html lang="${language}">`, title, entries, date, '2026-11-20T12:00:00.000Z', `1204 ${note.split('\n')[2]?.slice(0, 8)}`, formatVkey(origin, publicKeyOf(seed)), 'varve log anchor add']) expect(html.replaceAll('&#39;', "'")).toContain(part);
    expect(html).toContain(note.replaceAll('\n', '\n'));
    expect(html).not.toMatch(/\{[a-zA-Z]+\}/);
  });

  it('stands alone: no script, nothing from elsewhere, and no name can become markup', () => {
    const html = sheet('en', '<script>alert(1)</script>');
    expect(html).not.toContain('<script');
    expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|src=|href=|url\(/);
    expect(html).toContain("default-src 'none'");
  });
});
