import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createFakeClock } from '../../testing/index.ts';
import { createArchive } from './write.ts';

const folder = mkdtempSync(join(tmpdir(), 'varve-archives-'));
afterAll(() => rmSync(folder, { recursive: true }));
const ports = { files: createNodeFiles(), clock: createFakeClock() };
let count = 0;

interface Wanted {
  files: { path: string; content: Buffer; mode: number; mtimeNs: bigint }[];
  folders: string[];
  links: { path: string; target: string }[];
  hardLinks: { path: string; to: string }[];
}

async function make(format: 'tar.gz' | 'zip', wanted: Wanted): Promise<string> {
  const path = join(folder, `${++count}.${format}`);
  const writer = createArchive(ports, path, { format, sealed: false });
  for (const each of wanted.folders) await writer.folder({ path: each, mode: 0o750, mtimeNs: 1_600_000_000_000_000_000n });
  for (const { path: name, content, mode, mtimeNs } of wanted.files) {
    await writer.file({ path: name, size: content.length, mode, mtimeNs }, [content.subarray(0, 7), content.subarray(7)]);
  }
  for (const link of wanted.links) await writer.symlink(link);
  for (const link of wanted.hardLinks) await writer.hardLink(link);
  await writer.end();
  return path;
}

/** What Python's own modules read: for each member its type, content, permission bits and time. */
const script = `
import sys, json, tarfile, zipfile, hashlib, calendar
path, out = sys.argv[1], {}
if path.endswith('.zip'):
    with zipfile.ZipFile(path) as z:
        assert z.testzip() is None
        for i in z.infolist():
            kind = {0o10: 'file', 0o04: 'folder', 0o12: 'symlink'}[(i.external_attr >> 16) >> 12]
            out[i.filename.rstrip('/')] = [kind, hashlib.sha256(z.read(i)).hexdigest() if kind == 'file' else z.read(i).decode(), (i.external_attr >> 16) & 0o7777, calendar.timegm(i.date_time + (0, 0, 0))]
else:
    with tarfile.open(path, 'r:gz') as t:
        for i in t.getmembers():
            kind = 'file' if i.isreg() else 'folder' if i.isdir() else 'symlink' if i.issym() else 'hardlink' if i.islnk() else '?'
            out[i.name] = [kind, hashlib.sha256(t.extractfile(i).read()).hexdigest() if kind == 'file' else i.linkname, i.mode, i.mtime]
print(json.dumps(out))
`;

type Seen = Record<string, [kind: string, content: string, mode: number, mtime: number]>;
const python = (path: string): Seen => JSON.parse(execFileSync('python3', ['-c', script, path], { encoding: 'utf8', maxBuffer: 1 << 26 })) as Seen;
const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

const name = fc.stringMatching(/^[a-zA-Z0-9 _:+éñ日本🙂-]{1,40}$/u);
const file = fc.record({ path: fc.array(name, { minLength: 1, maxLength: 6 }), content: fc.uint8Array({ maxLength: 3000 }), mode: fc.constantFrom(0o644, 0o600, 0o755, 0o4711), mtimeNs: fc.bigInt(400_000_000_000_000_000n, 4_000_000_000_000_000_000n) });
const tree = fc.array(file, { maxLength: 12 }).map((found): Wanted => {
  const files = found.map((each, i) => ({ ...each, path: ['files', ...each.path, `${i}.dat`].join('/'), content: Buffer.from(each.content) }));
  return { files, folders: ['files', 'empty one'], links: files.slice(0, 2).map(({ path }, i) => ({ path: `links/${i}`, target: `../${path}` })), hardLinks: files.slice(0, 1).map(({ path }) => ({ path: 'second name', to: path })) };
});

describe('an archive that we write', () => {
  it('is read by Python as it was meant', async () => {
    await fc.assert(
      fc.asyncProperty(tree, fc.constantFrom('tar.gz' as const, 'zip' as const), async (wanted, format) => {
        const seen = python(await make(format, wanted));
        for (const { path, content, mode, mtimeNs } of wanted.files) {
          const [kind, digest, bits, mtime] = seen[path] ?? [];
          expect([path, kind, digest, bits]).toEqual([path, 'file', sha256(content), mode]);
          // zip's own times are even seconds.
          if (format === 'zip') expect(mtime).toBe(Math.floor(Number(mtimeNs / 1_000_000_000n) / 2) * 2);
          else expect(mtime).toBeCloseTo(Number(mtimeNs) / 1e9, 5);
        }
        for (const path of wanted.folders) expect(seen[path]?.slice(0, 3)).toEqual(['folder', '', 0o750]);
        for (const { path, target } of wanted.links) expect(seen[path]?.slice(0, 2)).toEqual(['symlink', target]);
        if (format === 'tar.gz') for (const { path, to } of wanted.hardLinks) expect(seen[path]?.slice(0, 2)).toEqual(['hardlink', to]);
      }),
      { numRuns: process.env['VARVE_LONG'] === '1' ? 200 : 8 }
    );
  });

  const one: Wanted = {
    files: [
      { path: 'files/açaí/long '.concat('x'.repeat(150), '/', 'y'.repeat(120)), content: Buffer.from('hello'), mode: 0o640, mtimeNs: 1_700_000_000_123_456_789n },
      { path: 'files/empty', content: Buffer.alloc(0), mode: 0o644, mtimeNs: 1_700_000_001_000_000_000n },
      { path: 'files/old', content: Buffer.from('x'), mode: 0o600, mtimeNs: -2_000_000_000n }
    ],
    folders: ['files/nothing in it'],
    links: [{ path: 'files/açaí/link', target: '../empty' }],
    hardLinks: [{ path: 'files/again', to: 'files/empty' }]
  };

  it.each(['tar', 'bsdtar'])('as tar.gz is unpacked by %s with names, modes, times and links', async (program) => {
    const target = mkdtempSync(join(folder, 'out-'));
    execFileSync(program, ['-xpzf', await make('tar.gz', one), '-C', target]);
    for (const { path, content, mode, mtimeNs } of one.files) {
      expect(readFileSync(join(target, path))).toEqual(content);
      const stat = statSync(join(target, path), { bigint: true });
      expect([path, Number(stat.mode) & 0o7777, stat.mtimeNs]).toEqual([path, mode, mtimeNs]);
    }
    expect(statSync(join(target, 'files/again')).ino).toBe(statSync(join(target, 'files/empty')).ino);
    expect(readFileSync(join(target, 'files/açaí/link'))).toEqual(Buffer.alloc(0));
    expect(statSync(join(target, 'files/nothing in it')).isDirectory()).toBe(true);
  });

  it.each([
    ['unzip', (zip: string, target: string) => execFileSync('unzip', ['-q', zip, '-d', target], { env: { ...process.env, TZ: 'Pacific/Auckland', LC_ALL: 'C.UTF-8' } })],
    ['bsdtar', (zip: string, target: string) => execFileSync('bsdtar', ['-xpf', zip, '-C', target], { env: { ...process.env, TZ: 'America/Sao_Paulo', LC_ALL: 'C.UTF-8' } })]
  ])('as zip is unpacked by %s with names, modes, times to the second and links, in any zone', async (_, unpack) => {
    const target = mkdtempSync(join(folder, 'out-'));
    unpack(await make('zip', one), target);
    for (const { path, content, mode, mtimeNs } of one.files.slice(0, 2)) {
      expect(readFileSync(join(target, path))).toEqual(content);
      const stat = statSync(join(target, path), { bigint: true });
      expect([path, Number(stat.mode) & 0o7777, stat.mtimeNs / 1_000_000_000n]).toEqual([path, mode, mtimeNs / 1_000_000_000n]);
    }
    expect(readFileSync(join(target, 'files/açaí/link'))).toEqual(Buffer.alloc(0));
    expect(statSync(join(target, 'files/nothing in it')).isDirectory()).toBe(true);
  });
});
