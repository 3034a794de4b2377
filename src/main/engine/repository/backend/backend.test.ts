// One contract for every back end; then what each does alone.
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Files } from '../../ports.ts';
import { sha256Hex } from '../format/ids.ts';
import { bytesOf, clock, files, numbersOf, random, temporaryFolder } from '../testing/index.ts';
import type { Backend } from './backend.ts';
import { breathing } from './breathing.ts';
import { FaultyBackend } from './faulty.ts';
import { createLocalBackend } from './local.ts';
import { MemoryBackend } from './memory.ts';
import { StoppingBackend } from './stopping.ts';

const nameOf = (text: string): string => sha256Hex(bytesOf(text));

async function listed(backend: Backend, kind: 'data' | 'index' | 'locks'): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, size } of backend.list(kind)) found.push(`${name.slice(0, 4)} ${size}`);
  return found.sort();
}

const makers: Record<string, (folder: string) => Backend> = {
  'a local folder': (path) => createLocalBackend({ files, random, path }),
  memory: () => new MemoryBackend(),
  'a local folder that lets others in': (path) => breathing(createLocalBackend({ files, random, path }), clock),
  'a store that would stop': () => new StoppingBackend(new MemoryBackend()),
  'a faulty store without faults': () => new FaultyBackend(new MemoryBackend(), { next: numbersOf(1) })
};

for (const [name, make] of Object.entries(makers)) {
  describe(`${name} as a back end`, () => {
    it('gives back what was written, whole and in pieces, and lists it with its size', async () => {
      using folder = temporaryFolder();
      const backend = make(join(folder.path, 'repo'));
      await backend.create();
      await backend.write('data', nameOf('a'), [bytesOf('hello '), bytesOf(''), bytesOf('world')]);
      await backend.write('index', nameOf('b'), bytesOf('index'));
      expect(Buffer.from(await backend.read('data', nameOf('a'))).toString()).toBe('hello world');
      expect(Buffer.from(await backend.read('data', nameOf('a'), { offset: 6 })).toString()).toBe('world');
      expect(Buffer.from(await backend.read('data', nameOf('a'), { offset: 2, length: 3 })).toString()).toBe('llo');
      expect(Buffer.from(await backend.read('data', nameOf('a'), { offset: 8, length: 30 })).toString()).toBe('rld');
      expect((await backend.read('data', nameOf('a'), { offset: 80, length: 3 })).length).toBe(0);
      expect(await listed(backend, 'data')).toEqual([`${nameOf('a').slice(0, 4)} 11`]);
      expect(await listed(backend, 'index')).toEqual([`${nameOf('b').slice(0, 4)} 5`]);
      expect(await backend.size('data', nameOf('a'))).toBe(11);
      expect([await backend.has('data', nameOf('a')), await backend.has('data', nameOf('b'))]).toEqual([true, false]);
    });

    it('keeps the config under its own name, outside of every list', async () => {
      using folder = temporaryFolder();
      const backend = make(join(folder.path, 'repo'));
      await backend.create();
      expect(await backend.has('config', 'config')).toBe(false);
      await backend.write('config', 'config', bytesOf('one'));
      await backend.write('config', 'config', bytesOf('two'));
      expect(Buffer.from(await backend.read('config', 'config')).toString()).toBe('two');
      expect(await listed(backend, 'locks')).toEqual([]);
    });

    it('says NOT_FOUND for what is not there', async () => {
      using folder = temporaryFolder();
      const backend = make(join(folder.path, 'repo'));
      await backend.create();
      for (const call of [() => backend.read('data', nameOf('x')), () => backend.size('index', nameOf('x')), () => backend.remove('locks', nameOf('x'))]) {
        await expect(call()).rejects.toMatchObject({ code: 'NOT_FOUND', data: { name: nameOf('x') } });
      }
    });

    it('removes for good, and stops when it is told to', async () => {
      using folder = temporaryFolder();
      const backend = make(join(folder.path, 'repo'));
      await backend.create();
      await backend.write('locks', nameOf('l'), bytesOf('lock'));
      await backend.remove('locks', nameOf('l'));
      expect(await listed(backend, 'locks')).toEqual([]);
      const stopped = AbortSignal.abort();
      await expect(backend.write('locks', nameOf('m'), bytesOf('lock'), stopped)).rejects.toMatchObject({ code: 'CANCELLED' });
      await expect(backend.read('locks', nameOf('m'), {}, stopped)).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(await backend.has('locks', nameOf('m'))).toBe(false);
    });
  });
}

describe('a local folder', () => {
  const open = (path: string, over: Partial<Files> = {}): Backend => createLocalBackend({ files: { ...files, ...over }, random, path });

  it('ignores names that are not 64 hex digits, and whatever is not a file', async () => {
    using folder = temporaryFolder();
    const backend = open(folder.path);
    await backend.create();
    await backend.write('data', nameOf('a'), bytesOf('a'));
    const sub = join(folder.path, 'data', nameOf('a').slice(0, 2));
    for (const name of [`${nameOf('a')}-tmp-123`, '.DS_Store', nameOf('b').toUpperCase(), nameOf('c').slice(1)]) writeFileSync(join(sub, name), 'x');
    writeFileSync(join(folder.path, 'data', 'stray'), 'x');
    mkdirSync(join(sub, nameOf('d')));
    symlinkSync('/nowhere', join(sub, nameOf('e')));
    expect(await listed(backend, 'data')).toEqual([`${nameOf('a').slice(0, 4)} 1`]);
  });

  it('makes a data folder that is missing and takes a missing folder for an empty one', async () => {
    using folder = temporaryFolder();
    const backend = open(folder.path);
    await backend.create();
    rmSync(join(folder.path, 'data'), { recursive: true });
    rmSync(join(folder.path, 'locks'), { recursive: true });
    expect(await listed(backend, 'data')).toEqual([]);
    expect(await listed(backend, 'locks')).toEqual([]);
    await backend.write('data', nameOf('a'), bytesOf('a'));
    expect(await backend.has('data', nameOf('a'))).toBe(true);
  });

  it('says that the repository is missing when the whole folder is, and does not make it', async () => {
    using folder = temporaryFolder();
    const backend = open(join(folder.path, 'gone'));
    for (const call of [() => listed(backend, 'data'), () => backend.read('config', 'config'), () => backend.write('data', nameOf('a'), bytesOf('a'))]) {
      await expect(call()).rejects.toMatchObject({ code: 'REPOSITORY_MISSING', data: { path: join(folder.path, 'gone') } });
    }
    expect(existsSync(join(folder.path, 'gone'))).toBe(false);
  });

  it('writes read-only files, with the group when the config has it', async () => {
    using folder = temporaryFolder();
    const first = open(folder.path);
    await first.create();
    await first.write('config', 'config', bytesOf('c'));
    await first.write('index', nameOf('a'), bytesOf('a'));
    expect(statSync(join(folder.path, 'index', nameOf('a'))).mode & 0o777).toBe(0o400);
    chmodSync(join(folder.path, 'config'), 0o440);
    const second = open(folder.path);
    await second.write('index', nameOf('b'), bytesOf('b'));
    expect(statSync(join(folder.path, 'index', nameOf('b'))).mode & 0o777).toBe(0o440);
    await second.remove('index', nameOf('a'));
    expect(existsSync(join(folder.path, 'index', nameOf('a')))).toBe(false);
  });

  it('sets no read-only attribute on Windows, and clears one before it deletes', async () => {
    using folder = temporaryFolder();
    const steps: string[] = [];
    const windows = createLocalBackend({
      files: {
        ...files,
        chmod: (path, mode) => (steps.push(`chmod ${mode.toString(8)}`), files.chmod(path, mode)),
        unlink: (path) => {
          if ((statSync(path).mode & 0o200) === 0) throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
          files.unlink(path);
        }
      },
      random,
      path: folder.path,
      platform: 'win32'
    });
    await windows.create();
    await windows.write('index', nameOf('a'), bytesOf('a'));
    expect(steps).toEqual([]);
    chmodSync(join(folder.path, 'index', nameOf('a')), 0o400);
    await windows.remove('index', nameOf('a'));
    expect(steps).toEqual(['chmod 600']);
    expect(existsSync(join(folder.path, 'index', nameOf('a')))).toBe(false);
  });

  it('orders its steps: all bytes, fsync, rename, fsync of the folder', async () => {
    using folder = temporaryFolder();
    await open(folder.path).create();
    const steps: string[] = [];
    const watched = open(folder.path, {
      write: (...args) => (steps.push('write'), files.write(...args)),
      fsyncAsync: (fd) => (steps.push('fsync'), files.fsyncAsync(fd)),
      rename: (...args) => (steps.push('rename'), files.rename(...args)),
      fsyncFolder: (path) => (steps.push('fsync folder'), files.fsyncFolder(path))
    });
    await watched.write('index', nameOf('a'), [bytesOf('a'), bytesOf('b')]);
    expect(steps).toEqual(['write', 'write', 'fsync', 'rename', 'fsync folder']);
  });

  const failing: [string, string, keyof Files, string][] = [
    ['a full disk', 'ENOSPC', 'write', 'NO_SPACE'],
    ['a full disk at fsync', 'ENOSPC', 'fsyncAsync', 'NO_SPACE'],
    ['missing rights', 'EACCES', 'open', 'NOT_WRITABLE'],
    ['a broken disk', 'EIO', 'rename', 'NOT_WRITABLE']
  ];
  for (const [what, errno, call, code] of failing) {
    it(`tells ${what} as ${code} with the path and leaves nothing behind`, async () => {
      using folder = temporaryFolder();
      await open(folder.path).create();
      const broken = open(folder.path, {
        [call]: () => {
          throw Object.assign(new Error(errno), { code: errno });
        }
      });
      const path = join(folder.path, 'index', nameOf('a'));
      await expect(broken.write('index', nameOf('a'), bytesOf('a'))).rejects.toMatchObject({ code, data: { path } });
      expect(readdirSync(join(folder.path, 'index'))).toEqual([]);
    });
  }

  for (const call of ['rename', 'fsyncFolder', 'chmod'] as const) {
    it(`leaves nothing under the name when ${call} took effect and failed all the same, and never removes a config`, async () => {
      using folder = temporaryFolder();
      await open(folder.path).create();
      const broken = open(folder.path, {
        [call]: (...args: [never, never]) => {
          (files[call] as (...all: never[]) => void)(...args);
          throw Object.assign(new Error('EIO'), { code: 'EIO' });
        }
      });
      await expect(broken.write('snapshots', nameOf('a'), bytesOf('a'))).rejects.toMatchObject({ code: 'NOT_WRITABLE' });
      expect(readdirSync(join(folder.path, 'snapshots'))).toEqual([]);
      await expect(broken.write('config', 'config', bytesOf('c'))).rejects.toMatchObject({ code: 'NOT_WRITABLE' });
      expect(existsSync(join(folder.path, 'config'))).toBe(true);
    });
  }

  it('makes it last over a power cut that a snapshot or an index file is gone, and that a new data folder is there', async () => {
    using folder = temporaryFolder();
    await open(folder.path).create();
    const synced: string[] = [];
    const watched = open(folder.path, { fsyncFolder: (path) => (synced.push(path), files.fsyncFolder(path)) });
    for (const kind of ['snapshots', 'index', 'data'] as const) await watched.write(kind, nameOf('a'), bytesOf('a'));
    synced.length = 0;
    for (const kind of ['snapshots', 'index', 'data'] as const) await watched.remove(kind, nameOf('a'));
    expect(synced).toEqual([join(folder.path, 'snapshots'), join(folder.path, 'index')]);
    rmSync(join(folder.path, 'data', nameOf('a').slice(0, 2)), { recursive: true });
    await watched.write('data', nameOf('a'), bytesOf('a'));
    expect(synced).toContain(join(folder.path, 'data'));
  });

  it('keeps a draft under no name until it is finished, and gives back what was appended', async () => {
    using folder = temporaryFolder();
    const backend = open(folder.path);
    await backend.create();
    const draft = backend.draft!('data');
    draft.append(bytesOf('first '));
    draft.append(bytesOf('second'));
    const back = Buffer.alloc(6);
    draft.read(6, back);
    expect(back.toString()).toBe('second');
    for await (const { name } of backend.list('data')) expect.fail(`${name} is listed`);
    rmSync(join(folder.path, 'data', nameOf('a').slice(0, 2)), { recursive: true });
    await draft.finish(nameOf('a'));
    expect(Buffer.from(await backend.read('data', nameOf('a'))).toString()).toBe('first second');
    expect(everyFile(join(folder.path, 'data'))).toEqual([nameOf('a')]);
    draft.discard();
    expect(await backend.has('data', nameOf('a'))).toBe(true);
  });

  for (const [what, errno, call, code] of failing) {
    it(`leaves nothing of a draft on ${what}`, async () => {
      using folder = temporaryFolder();
      await open(folder.path).create();
      const broken = open(folder.path, {
        [call]: () => {
          throw Object.assign(new Error(errno), { code: errno });
        }
      });
      const work = async (): Promise<void> => {
        const draft = broken.draft!('data');
        try {
          draft.append(bytesOf('a'));
          await draft.finish(nameOf('a'));
        } finally {
          draft.discard();
        }
      };
      await expect(work()).rejects.toMatchObject({ code, data: { path: expect.stringContaining(join(folder.path, 'data')) as string } });
      expect(everyFile(join(folder.path, 'data'))).toEqual([]);
    });
  }

  it('sweeps what cut-off writes have left, and nothing that is young or of another name', async () => {
    using folder = temporaryFolder();
    const backend = open(folder.path);
    await backend.create();
    await backend.write('data', nameOf('a'), bytesOf('a'));
    const old = ['draft-tmp-0123456789abcdef', `${nameOf('b')}-tmp-0123456789abcdef`, `${nameOf('c')}-tmp-1234567`, 'notes.txt'];
    for (const name of old) writeFileSync(join(folder.path, 'data', 'aa', name), 'x');
    writeFileSync(join(folder.path, 'snapshots', `${nameOf('d')}-tmp-0123456789abcdef`), 'x');
    writeFileSync(join(folder.path, 'locks', `${nameOf('e')}-tmp-0123456789abcdef`), 'x');
    const anHourAgo = Date.now() - 3_600_000;
    for (const path of [...old.map((name) => join(folder.path, 'data', 'aa', name)), join(folder.path, 'snapshots', `${nameOf('d')}-tmp-0123456789abcdef`)]) utimesSync(path, anHourAgo / 1000, anHourAgo / 1000);
    writeFileSync(join(folder.path, 'data', 'bb', 'draft-tmp-fedcba9876543210'), 'young');
    await backend.sweep!(Date.now() - 60_000);
    expect(everyFile(join(folder.path, 'data'))).toEqual([nameOf('a'), 'draft-tmp-fedcba9876543210', 'notes.txt'].sort());
    expect(readdirSync(join(folder.path, 'snapshots'))).toEqual([]);
    expect(readdirSync(join(folder.path, 'locks'))).toHaveLength(1);
  });

  it('takes a file system without fsync as it is', async () => {
    using folder = temporaryFolder();
    await open(folder.path).create();
    const backend = open(folder.path, { fsyncAsync: () => Promise.reject(Object.assign(new Error('EINVAL'), { code: 'EINVAL' })) });
    await backend.write('index', nameOf('a'), bytesOf('a'));
    expect(await backend.has('index', nameOf('a'))).toBe(true);
  });

  it('refuses a name that would lead out of the folder', async () => {
    using folder = temporaryFolder();
    await expect(open(folder.path).read('keys', '../../etc/passwd')).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('does not read a key file of absurd size', async () => {
    using folder = temporaryFolder();
    const backend = open(folder.path);
    await backend.create();
    writeFileSync(join(folder.path, 'keys', nameOf('k')), Buffer.alloc(2 * 1024 * 1024));
    await expect(backend.read('keys', nameOf('k'))).rejects.toMatchObject({ code: 'REPOSITORY_DAMAGED' });
  });
});

describe('a faulty store', () => {
  it('does the same faults for the same seed', async () => {
    const run = async (): Promise<string[]> => {
      const backend = new FaultyBackend(new MemoryBackend(), { next: numbersOf(7), failWrite: 0.3, tornRead: 0.3, shortRead: 0.3, failRead: 0.2 });
      const told: string[] = [];
      for (let i = 0; i < 50; i++) {
        const name = nameOf(String(i));
        told.push(await backend.write('data', name, bytesOf(`content ${i}`)).then(() => 'written', (error: Error) => error.message));
        told.push(await backend.read('data', name).then((bytes) => Buffer.from(bytes).toString('hex'), (error: Error) => error.message));
      }
      expect([...backend.faults.keys()].sort()).toEqual(['failRead', 'failWrite', 'shortRead', 'tornRead']);
      return told;
    };
    expect(await run()).toEqual(await run());
  });
});

describe('a back end that lets others in', () => {
  it('gives a timer its turn while one read follows the other', async () => {
    const memory = new MemoryBackend();
    await memory.write('data', nameOf('a'), bytesOf('hello'));
    let rang = false;
    const reads = async (backend: Backend, limitMs: number): Promise<void> => {
      for (const endsAt = clock.monotonicMs() + limitMs; !rang && clock.monotonicMs() < endsAt; ) await backend.read('data', nameOf('a'));
    };
    const timer = setTimeout(() => (rang = true), 1);
    await reads(memory, 100);
    expect(rang).toBe(false);
    await reads(breathing(memory, clock), 10_000);
    clearTimeout(timer);
    expect(rang).toBe(true);
  });
});

/** Names of all files below, sorted. */
function everyFile(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
}
