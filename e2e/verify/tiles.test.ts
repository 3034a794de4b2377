// A folder of tiles as a mirror would hold it, whole, cut, pruned and tampered with.
import { cpSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { noteOf } from './harness/formats.ts';
import { MadeLog } from './harness/maker.ts';
import { createPlace, verifier, type Options, type Outcome } from './harness/verifier.ts';

const place = createPlace();
afterAll(() => place.dispose());

const log = new MadeLog(51);
while (log.size < 700) log.append(log.size % 3 === 0 ? {} : { payload: { at: log.size } });
const keys = [log.keys[0]!.vkey];
let made = 0;
function tiles(size: number): { folder: string; check: (options?: Options) => string; outcome: (options?: Options) => Outcome } {
  const folder = place.path(`tiles-${(made += 1)}`);
  log.tiles(folder, size);
  const outcome = (options: Options = { keys }): Outcome => verifier.check(folder, options).toJson(0);
  const check = (options?: Options): string => {
    const { verdict, exit, reason, lacks } = outcome(options);
    return [verdict, exit, reason?.code ?? lacks[0]?.code].join(' ');
  };
  return { folder, check, outcome };
}

describe('a folder of tiles', () => {
  it('is verified at every kind of size: partial, full, two levels', () => {
    for (const size of [1, 2, 255, 256, 257, 512, 513, 700]) {
      const outcome = tiles(size).outcome();
      expect([size, outcome.verdict, outcome.counts?.entries, outcome.checks.map(({ code }) => code)]).toEqual([size, 'verified', size, ['signed', 'tiles', 'tile-entries']]);
    }
  });

  it('may hold full tiles where a partial one was enough, and may have dropped entries', () => {
    const grown = tiles(300);
    log.tiles(grown.folder, 700);
    writeFileSync(join(grown.folder, 'checkpoint'), log.checkpoint(300));
    for (const name of ['tile/0/001.p', 'tile/entries/001.p']) rmSync(join(grown.folder, name), { recursive: true });
    expect(grown.outcome()).toMatchObject({ verdict: 'verified', counts: { entries: 300 } });
    rmSync(join(grown.folder, 'tile/entries/000'));
    expect(grown.outcome()).toMatchObject({ verdict: 'verified', counts: { entries: 44 }, notShown: expect.arrayContaining([expect.objectContaining({ code: 'others' })]) });
    rmSync(join(grown.folder, 'tile/entries'), { recursive: true });
    expect(grown.check()).toBe('unproven 9 no-entries');
  });

  it('is weighed against the checkpoint that the reader holds', () => {
    const { check } = tiles(600);
    for (const [size, expected] of [[600, 'verified 0 '], [301, 'verified 0 '], [0, 'verified 0 '], [700, 'behind 9 held-behind']] as const) expect([size, check({ keys, checkpoint: place.file('held', log.checkpoint(size)) })]).toEqual([size, expected]);
    const other = new MadeLog(52, log.origin);
    other.keys[0] = log.keys[0]!;
    for (let at = 0; at < 10; at += 1) other.append({ payload: { other: at } });
    expect(check({ keys, checkpoint: place.file('held', other.checkpoint()) })).toBe('refused 5 held-forked');
  });

  it('without a key is not proven, without a checkpoint is none', () => {
    const { folder, check } = tiles(3);
    expect(check({})).toBe('unproven 9 key-missing');
    rmSync(join(folder, 'checkpoint'));
    expect(check()).toBe('error 4 file-missing');
  });

  it('is refused with any bit of it flipped', () => {
    const { folder, check } = tiles(3);
    const unnoticed: string[] = [];
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((each) => statSync(join(folder, each)).isFile())) {
      const bytes = readFileSync(join(folder, name));
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        writeFileSync(join(folder, name), bytes);
        if (!check().startsWith('refused 5')) unnoticed.push(`${name} bit ${bit}`);
        bytes[bit >> 3]! ^= 1 << (bit & 7);
      }
      writeFileSync(join(folder, name), bytes);
    }
    expect(unnoticed).toEqual([]);
    expect(check()).toBe('verified 0 ');
  });

  it('is refused where entries were dropped and a hash was changed, and where the size is beyond counting', () => {
    const pruned = tiles(300);
    rmSync(join(pruned.folder, 'tile/entries/000'));
    const hashes = readFileSync(join(pruned.folder, 'tile/0/000'));
    hashes[700]! ^= 1;
    writeFileSync(join(pruned.folder, 'tile/0/000'), hashes);
    expect(pruned.check()).toMatch(/^refused 5 (root|tile)-differs$/);
    const small = tiles(3);
    rmSync(join(small.folder, 'tile/entries'), { recursive: true });
    const three = readFileSync(join(small.folder, 'tile/0/000.p/3'));
    three[70]! ^= 1;
    writeFileSync(join(small.folder, 'tile/0/000.p/3'), three);
    expect(small.check()).toBe('refused 5 root-differs');
    writeFileSync(join(small.folder, 'checkpoint'), noteOf(`${log.origin}\n${2n ** 60n}\n${Buffer.alloc(32).toString('base64')}\n`, log.keys));
    expect(small.check()).toBe('refused 5 size-large');
  });

  it('is refused with a tile missing, cut, too long, of a higher level changed, or no plain file', () => {
    const whole = tiles(600);
    const cases: [string, (folder: string) => void, string][] = [
      ['missing', (folder) => rmSync(join(folder, 'tile/0/001')), 'tile-missing'],
      ['higher missing', (folder) => rmSync(join(folder, 'tile/1/000.p/2')), 'tile-missing'],
      ['cut', (folder) => truncateSync(join(folder, 'tile/0/001'), 8191), 'tile-length'],
      ['longer', (folder) => truncateSync(join(folder, 'tile/0/001'), 8193), 'file-long'],
      ['higher changed', (folder) => writeFileSync(join(folder, 'tile/1/000.p/2'), Buffer.alloc(64)), 'tile-differs'],
      ['entries cut', (folder) => truncateSync(join(folder, 'tile/entries/001'), 1000), 'tile-length'],
      ['entries longer', (folder) => truncateSync(join(folder, 'tile/entries/001'), 600_000), 'tile-length'],
      ['entries huge', (folder) => truncateSync(join(folder, 'tile/entries/001'), 2 ** 31), 'file-long'],
      ['entries of another tile', (folder) => cpSync(join(folder, 'tile/entries/000'), join(folder, 'tile/entries/001')), 'leaf-differs'],
      ['checkpoint huge', (folder) => truncateSync(join(folder, 'checkpoint'), 2 ** 31), 'file-long'],
      ['a pipe', (folder) => {
        rmSync(join(folder, 'tile/0/001'));
        spawnSync('mkfifo', [join(folder, 'tile/0/001')]);
      }, 'tile-odd'],
      ['a link', (folder) => {
        rmSync(join(folder, 'tile/0/001'));
        symlinkSync('/dev/zero', join(folder, 'tile/0/001'));
      }, 'tile-odd'],
      ['a folder', (folder) => {
        rmSync(join(folder, 'tile/0/001'));
        mkdirSync(join(folder, 'tile/0/001'));
      }, 'tile-odd']
    ];
    for (const [name, damage, code] of cases) {
      const folder = place.path('damaged');
      cpSync(whole.folder, folder, { recursive: true });
      damage(folder);
      const { verdict, exit, reason } = verifier.check(folder, { keys }).toJson(0);
      expect([name, verdict, exit, reason?.code]).toEqual([name, 'refused', 5, code]);
      rmSync(folder, { recursive: true });
    }
    // A second name for the same file is still a plain file.
    linkSync(join(whole.folder, 'tile/0/000'), place.path('second-name'));
    expect(whole.check()).toBe('verified 0 ');
  });
});
