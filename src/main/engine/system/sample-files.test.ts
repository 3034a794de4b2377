import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { sampleFiles } from './sample-files.ts';

describe('the sample files', () => {
  it('are the same bytes every time', () => {
    const digest = (): string => createHash('sha256').update(JSON.stringify(sampleFiles().map((file) => [file.path, Buffer.from(file.bytes).toString('hex')]))).digest('hex');
    expect(digest()).toBe(digest());
  });

  it('hold a picture that can be decoded and a database that can be read', () => {
    const files = new Map(sampleFiles().map((file) => [file.path, Buffer.from(file.bytes)]));
    const png = files.get('figures/core-a.png') as Buffer;
    const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
    const pixels = inflateSync(png.subarray(41, 41 + png.readUInt32BE(33)));
    expect(pixels.length).toBe(height * (1 + width * 3));
    const db = new Database(files.get('data/study.sqlite') as Buffer);
    expect(db.prepare('SELECT count(*) FROM layers').pluck().get()).toBe(120);
    db.close();
    expect(JSON.parse((files.get('results/metrics.json') as Buffer).toString())).toMatchObject({ layers: 120 });
  });

  it('stay inside their folder and are small', () => {
    for (const file of sampleFiles()) expect(file.path).not.toMatch(/^\/|\.\.|\\/);
    expect(sampleFiles().reduce((sum, file) => sum + file.bytes.length, 0)).toBeLessThan(300_000);
  });
});
