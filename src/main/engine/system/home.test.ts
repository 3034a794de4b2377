import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../adapters/files.ts';
import { createFakeClock, createSeededRandom } from '../testing/fake-clock.ts';
import { homeMarker } from '../kit/paths.ts';
import { homeStands, makeHome, moveIntoHome, readHome, tidyHome, type HomeDeps } from './home.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'varve-home-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function depsOf(network = false): HomeDeps {
  return { files: createNodeFiles(), volumes: { kindOf: () => ({ fileSystem: network ? 'nfs4' : 'ext4', network }) }, clock: createFakeClock(), random: createSeededRandom('home'), homePath: join(folder, 'deep', 'home') };
}
const codeOf = (code: string) => expect.objectContaining({ code });
const nothing = (): Promise<void> => Promise.resolve();

describe('the home', () => {
  it('is made with a random id, no name in it, and private', async () => {
    const deps = depsOf();
    const marker = await makeHome(deps, nothing);
    expect(marker.id).toMatch(/^[0-9a-f]{32}$/);
    expect(readHome(deps)).toEqual(marker);
    expect(statSync(deps.homePath).mode & 0o777).toBe(0o700);
    expect(JSON.parse(readFileSync(join(deps.homePath, homeMarker), 'utf8'))).toEqual({ format: 'varve-home', schema: 1, id: marker.id, createdAt: '2026-11-21T12:00:00.000Z' });
    expect(readdirSync(deps.homePath)).toEqual([homeMarker]);
  });

  it('is not made twice', async () => {
    const deps = depsOf();
    await makeHome(deps, nothing);
    await expect(makeHome(deps, nothing)).rejects.toEqual(codeOf('HOME_EXISTS'));
  });

  it('is refused on a network drive, before anything is made', async () => {
    await expect(makeHome(depsOf(true), nothing)).rejects.toEqual(codeOf('HOME_ON_NETWORK'));
    expect(existsSync(join(folder, 'deep'))).toBe(false);
  });

  it('is refused in a folder with other things, which stay as they are; the lease may lie there already', async () => {
    const deps = depsOf();
    mkdirSync(join(deps.homePath, 'run'), { recursive: true });
    writeFileSync(join(deps.homePath, 'thesis.tex'), 'mine');
    await expect(makeHome(deps, nothing)).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'home', reason: expect.stringContaining('empty folder') } });
    expect(readFileSync(join(deps.homePath, 'thesis.tex'), 'utf8')).toBe('mine');
    rmSync(join(deps.homePath, 'thesis.tex'));
    await makeHome(deps, nothing);
  });

  it('does not touch a database that is there without a begun home', async () => {
    const deps = depsOf();
    mkdirSync(deps.homePath, { recursive: true });
    writeFileSync(join(deps.homePath, 'log.db'), 'precious');
    await expect(makeHome(deps, nothing)).rejects.toEqual(codeOf('BAD_INPUT'));
    expect(readFileSync(join(deps.homePath, 'log.db'), 'utf8')).toBe('precious');
  });

  it('can be made again after making it stopped half-way, under the same id and without the leftovers', async () => {
    const deps = depsOf();
    let firstId = '';
    await expect(
      makeHome(deps, async (marker) => {
        firstId = marker.id;
        writeFileSync(join(deps.homePath, 'keys.json'), 'half');
        writeFileSync(join(deps.homePath, 'log.db'), 'half');
        writeFileSync(join(deps.homePath, 'keys.json.tmp-0123456789abcdef'), 'cut');
        throw new Error('power cut');
      })
    ).rejects.toThrow('power cut');
    expect(readHome(deps)).toBeUndefined();
    const marker = await makeHome(deps, async () => {
      expect(existsSync(join(deps.homePath, 'keys.json'))).toBe(false);
      expect(existsSync(join(deps.homePath, 'log.db'))).toBe(false);
    });
    expect(marker.id).toBe(firstId);
  });

  it('loses the pending mark at the next start when only its removal was missing', async () => {
    const deps = depsOf();
    await makeHome(deps, nothing);
    writeFileSync(join(deps.homePath, 'varve-home.pending.json'), '{}');
    tidyHome(deps);
    expect(readdirSync(deps.homePath)).toEqual([homeMarker]);
  });

  it.each([
    ['a newer schema', '{"format":"varve-home","schema":7,"id":"x"}', 'HOME_TOO_NEW'],
    ['half a file', '{"format":"varve-ho', 'HOME_DAMAGED'],
    ['an empty file', '', 'HOME_DAMAGED'],
    ['null', 'null', 'HOME_DAMAGED'],
    ['a wrong id', '{"format":"varve-home","schema":1,"id":"../x","createdAt":"2026-11-21T12:00:00.000Z"}', 'HOME_DAMAGED']
  ])('is refused with a marker that holds %s', (_what, content, code) => {
    const deps = depsOf();
    mkdirSync(deps.homePath, { recursive: true });
    writeFileSync(join(deps.homePath, homeMarker), content);
    expect(() => readHome(deps)).toThrow(codeOf(code));
    expect(readFileSync(join(deps.homePath, homeMarker), 'utf8')).toBe(content);
  });
});

describe('a home that was built in the folder of a host that waits for one', () => {
  const changing = ['open', 'write', 'fsync', 'fsyncFolder', 'unlink', 'rename', 'renameNew', 'rmdir', 'chmod'] as const;

  it('is moved up whole; stopped anywhere, the place can be used again, or the home is there', () => {
    for (let failAt = 1, whole = false; !whole; failAt += 1) {
      const deps = depsOf();
      const from = join(deps.homePath, '.restoring-0123456789abcdef');
      mkdirSync(join(deps.homePath, 'run'), { recursive: true });
      const build = (): void => {
        mkdirSync(join(from, 'earlier', 'old'), { recursive: true });
        for (const name of ['log.db', 'state.db', 'earlier/old/log.db']) writeFileSync(join(from, name), 'new');
        writeFileSync(join(from, homeMarker), JSON.stringify({ format: 'varve-home', schema: 1, id: 'a'.repeat(32), createdAt: '2026-11-21T12:00:00.000Z' }));
      };
      build();
      let count = 0;
      const files = Object.create(deps.files) as HomeDeps['files'];
      for (const name of changing) Object.defineProperty(files, name, { value: (...args: never[]) => {
        if (++count >= failAt) throw Object.assign(new Error(`${name}: no more`), { code: 'EIO' });
        return (deps.files[name] as (...all: never[]) => unknown).apply(deps.files, args);
      } });
      try {
        moveIntoHome({ ...deps, files }, from);
        whole = true;
      } catch {
        const stands = homeStands(deps.files, deps.homePath);
        expect(['free', 'home'], `stopped at ${failAt}`).toContain(stands);
        if (stands === 'free') {
          rmSync(from, { recursive: true, force: true });
          build();
          moveIntoHome(deps, from);
        }
      }
      expect(readHome(deps)?.id).toBe('a'.repeat(32));
      tidyHome(deps);
      expect(readdirSync(deps.homePath).filter((name) => !name.includes('.tmp-')).sort()).toEqual(['earlier', 'log.db', 'run', 'state.db', homeMarker]);
      expect(readFileSync(join(deps.homePath, 'earlier/old/log.db'), 'utf8')).toBe('new');
      rmSync(join(folder, 'deep'), { recursive: true });
    }
  });

  it('gives way to a new home that is made instead of trying again', async () => {
    const deps = depsOf();
    mkdirSync(join(deps.homePath, '.restoring-0123456789abcdef', 'earlier'), { recursive: true });
    await makeHome(deps, nothing);
    expect(readdirSync(deps.homePath)).toEqual([homeMarker]);
  });
});
