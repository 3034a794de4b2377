import { chmodSync, linkSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../adapters/files.ts';
import { createNodePorts } from '../../adapters/node-ports.ts';
import type { Ports } from '../ports.ts';
import { testContext } from '../testing/context.ts';
import { createFolders } from './folders.ts';
import type { MeasureCount } from './measure-task.ts';
import { standardFolders } from './standard-folders.ts';

let home: string;
let ports: Ports;
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'varve-folders-')));
  ports = createNodePorts({ workerFile: new URL('../../worker.ts', import.meta.url), dataThreads: 1 });
  ports = { ...ports, machine: { ...ports.machine, userHome: home } };
});
afterEach(async () => {
  await ports.workers.close();
  chmodSync(home, 0o700);
  rmSync(home, { recursive: true, force: true });
});
const folders = (): ReturnType<typeof createFolders> => createFolders({ ...ports, environment: {} });
const list = (input: { path?: string; hidden?: boolean }): Promise<{ path: string; parent: string | null; entries: { name: string; label: string; hidden: boolean }[]; truncated: boolean }> => Promise.resolve(folders().list({ hidden: false, ...input }, testContext)) as never;

describe('listing folders', () => {
  it('gives folders only, in the order people read, hidden ones when asked', async () => {
    for (const name of ['sample 10', 'sample 2', '.cache', 'Álgebra']) mkdirSync(join(home, name));
    writeFileSync(join(home, 'file'), '');
    symlinkSync('sample 2', join(home, 'to folder'));
    symlinkSync('nowhere', join(home, 'broken'));
    symlinkSync('loop', join(home, 'loop'));
    expect((await list({})).entries.map((entry) => entry.name)).toEqual(['Álgebra', 'sample 2', 'sample 10', 'to folder']);
    expect((await list({ hidden: true })).entries.find((entry) => entry.name === '.cache')?.hidden).toBe(true);
  });

  it('shows deceptive names as what they are', async () => {
    mkdirSync(join(home, 'a\u202egpj.exe'));
    expect((await list({ path: '~' })).entries[0]?.label).toBe('a\\u202egpj.exe');
  });

  it('stops at 2,000 and says so', async () => {
    for (let i = 0; i < 2_001; i++) mkdirSync(join(home, `d${i}`));
    const { entries, truncated } = await list({});
    expect([entries.length, truncated, entries[1999]?.name]).toEqual([2_000, true, 'd1999']);
  });

  it('says why a place cannot be listed', async () => {
    writeFileSync(join(home, 'file'), '');
    await expect(async () => list({ path: join(home, 'file') })).rejects.toMatchObject({ code: 'NOT_A_FOLDER' });
    await expect(async () => list({ path: join(home, 'gone') })).rejects.toMatchObject({ code: 'PATH_MISSING' });
    await expect(async () => list({ path: 'relative' })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('ends at the top', async () => {
    expect((await list({ path: '/' })).parent).toBeNull();
  });
});

describe('making a folder', () => {
  it('makes one, and refuses what is there or has no parent', async () => {
    const create = async (path: string): Promise<unknown> => folders().create({ path }, testContext);
    expect(await create('~/new')).toEqual({ path: join(home, 'new') });
    await expect(create('~/new')).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(create('~/a/b')).rejects.toMatchObject({ code: 'PATH_MISSING' });
  });
});

describe('suggestions', () => {
  it("follow the platform's own names and give only what is there, each once", () => {
    for (const name of ['Dokumente', 'Projects', '.config', 'Desktop']) mkdirSync(join(home, name));
    writeFileSync(join(home, '.config', 'user-dirs.dirs'), '# x\nXDG_DOCUMENTS_DIR="$HOME/Dokumente"\nXDG_DESKTOP_DIR="$HOME/"\nXDG_PICTURES_DIR="$HOME/Bilder"\nXDG_MUSIC_DIR=$(rm -rf x)\n');
    const found = standardFolders({ files: createNodeFiles(), machine: { userHome: home, platform: 'linux' }, environment: {} });
    expect(found.map(({ path, kind }) => [path.slice(home.length), kind])).toEqual([['/Dokumente', 'documents'], ['/Projects', 'projects'], ['', 'home']]);
  });

  it('include the places of this computer', async () => {
    const { places } = await folders().suggest({}, testContext);
    expect(places.every((place) => place.totalBytes >= place.freeBytes)).toBe(true);
  });

  it('on the computer’s own drive go below the person’s folder, not to its top', async () => {
    const volume = (path: string, removable: boolean) => ({ path, label: path, fileSystem: 'ext4', freeBytes: 1, totalBytes: 2, removable, network: false });
    const volumes = { ...ports.volumes, list: () => Promise.resolve([volume('/', false), volume('/media/stick', true)]) };
    const { places } = await createFolders({ ...ports, volumes, environment: {} }).suggest({}, testContext);
    expect(places.map(({ path, kind }) => [path, kind])).toEqual([[ports.machine.userHome, 'this-computer'], ['/media/stick', 'drive']]);
  });
});

describe('measuring', () => {
  const measure = async (paths: string[], excludes: string[] = [], signal?: AbortSignal): Promise<MeasureCount[]> => {
    const out: MeasureCount[] = [];
    for await (const count of folders().measure({ paths, excludes }, { ...testContext, signal })) out.push(count);
    return out;
  };

  it('counts files and bytes below, hard links and nested folders once, excludes left out', async () => {
    mkdirSync(join(home, 'a', 'node_modules'), { recursive: true });
    writeFileSync(join(home, 'a', 'one'), 'x'.repeat(1_000));
    linkSync(join(home, 'a', 'one'), join(home, 'a', 'same'));
    writeFileSync(join(home, 'a', 'node_modules', 'big'), 'x'.repeat(9_000));
    mkdirSync(join(home, 'a', 'varve'));
    writeFileSync(join(home, 'a', 'varve', 'varve-home.json'), '{}');
    expect((await measure([join(home, 'a'), join(home, 'a', 'node_modules')], ['node_modules'])).at(-1)).toEqual({ files: 2, bytes: 1_000, unreadable: 0, done: true });
    expect((await measure([join(home, 'nothing')])).at(-1)).toEqual({ files: 0, bytes: 0, unreadable: 1, done: true });
  });

  it('refuses a pattern that cannot be read', async () => {
    await expect(measure([home], ['[z-a]'])).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('ends when the caller leaves', async () => {
    const leave = new AbortController();
    leave.abort();
    expect(await measure([home], [], leave.signal)).toEqual([]);
    const stream = folders().measure({ paths: ['/'], excludes: [] }, testContext)[Symbol.asyncIterator]();
    expect((await stream.next()).value).toMatchObject({ done: false });
    await stream.return?.();
  });
});
