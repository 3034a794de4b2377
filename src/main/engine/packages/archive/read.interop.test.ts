import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createFakeClock } from '../../testing/index.ts';
import type { ReadMember } from './model.ts';
import { openArchive, readArchive } from './read.ts';
import { createArchive } from './write.ts';

const folder = mkdtempSync(join(tmpdir(), 'varve-archives-'));
afterAll(() => rmSync(folder, { recursive: true }));
const files = createNodeFiles();

type Seen = Omit<ReadMember, 'chunks'> & { content: string };

async function all(path: string, passphrase?: string): Promise<Map<string, Seen>> {
  const seen = new Map<string, Seen>();
  for await (const { chunks, ...member } of readArchive({ files }, path, { passphrase })) {
    const parts: Uint8Array[] = [];
    for await (const chunk of chunks) parts.push(chunk);
    seen.set(member.path, { ...member, content: Buffer.concat(parts).toString() });
  }
  return seen;
}

const tree = join(folder, 'tree');
const long = `${'p'.repeat(120)}/${'q'.repeat(140)}`;
mkdirSync(join(tree, 'p'.repeat(120)), { recursive: true });
mkdirSync(join(tree, 'empty'));
writeFileSync(join(tree, 'açaí 日本.txt'), 'olá');
writeFileSync(join(tree, long), 'long');
writeFileSync(join(tree, 'big'), Buffer.alloc(300_000, 'abc'));
chmodSync(join(tree, 'big'), 0o640);
utimesSync(join(tree, 'big'), 1_600_000_000, 1_600_000_000);
linkSync(join(tree, 'big'), join(tree, 'zbig again'));
symlinkSync('../big', join(tree, 'empty/link'));

const utf8 = { ...process.env, LC_ALL: 'C.UTF-8' };
const tools: [string, string, (to: string) => unknown][] = [
  ['GNU tar', 'gnu.tar.gz', (to) => execFileSync('tar', ['-czf', to, '-C', tree, '.'])],
  ['GNU tar with pax fields', 'pax.tar.gz', (to) => execFileSync('tar', ['--format=pax', '-czf', to, '-C', tree, '.'])],
  ['bsdtar', 'bsd.tar.gz', (to) => execFileSync('bsdtar', ['-czf', to, '-C', tree, '.'], { env: utf8 })],
  ['Python tarfile', 'py.tar.gz', (to) => execFileSync('python3', ['-c', `import tarfile,sys\nt=tarfile.open(sys.argv[1],'w:gz')\nt.add(sys.argv[2],'.')\nt.close()`, to, tree])],
  ['zip', 'info.zip', (to) => execFileSync('zip', ['-q', '-r', '-y', to, '.'], { cwd: tree, env: utf8 })],
  ['bsdtar', 'bsd.zip', (to) => execFileSync('bsdtar', ['--format=zip', '-cf', to, '-C', tree, '.'], { env: utf8 })],
  ['Python zipfile', 'py.zip', (to) => execFileSync('python3', ['-c', `import zipfile,sys,os\nz=zipfile.ZipFile(sys.argv[1],'w',zipfile.ZIP_DEFLATED)\nos.chdir(sys.argv[2])\nfor d,_,n in os.walk('.'):\n  for f in n:\n    if not os.path.islink(os.path.join(d,f)): z.write(os.path.join(d,f))\nz.close()`, to, tree])]
];

describe('archives of other programs', () => {
  it.each(tools)('%s: %s is read whole', async (_, name, make) => {
    const path = join(folder, name);
    make(path);
    const seen = await all(path);
    const zip = name.endsWith('.zip');
    expect(seen.get('açaí 日本.txt')?.content).toBe('olá');
    expect(seen.get(long)?.content).toBe('long');
    const [first, second] = ['big', 'zbig again'].map((each) => seen.get(each));
    const whole = first?.type === 'file' ? first : second;
    expect([whole?.content.length, whole?.mode]).toEqual([300_000, 0o640]);
    // Python keeps the hour of its own zone, which is UTC where tests run.
    expect(Number(whole?.mtimeNs) / 1e9).toBe(1_600_000_000);
    const other = whole === first ? second : first;
    if (!zip) expect([other?.type, other?.target]).toEqual(['hardlink', whole?.path]);
    if (name !== 'py.zip') {
      expect([seen.get('empty/link')?.type, seen.get('empty/link')?.target]).toEqual(['symlink', '../big']);
      expect(seen.get('empty')?.type).toBe('folder');
    }
  });
});

describe('our own', () => {
  it.each([
    ['tar.gz', undefined],
    ['zip', undefined],
    ['tar.gz', 'correct horse'],
    ['zip', 'correct horse']
  ] as const)('%s, passphrase %s: is read as it was written', async (format, passphrase) => {
    const path = join(folder, `own-${passphrase === undefined ? 'plain' : 'sealed'}.${format}`);
    const writer = createArchive({ files, clock: createFakeClock() }, path, { format, sealed: passphrase !== undefined }, passphrase, 4);
    const big = Buffer.alloc(400_000);
    for (let i = 0; i < big.length; i++) big[i] = (i * 2_654_435_761) >>> 13;
    await writer.folder({ path: 'files/ü' });
    await writer.file({ path: 'files/ü/big', size: big.length, mode: 0o600, mtimeNs: 1_700_000_000_500_000_000n }, [big]);
    await writer.file({ path: 'files/none', size: 0 }, []);
    await writer.symlink({ path: 'files/to', target: 'ü/big' });
    const { bytes } = await writer.end();
    expect(readFileSync(path).length).toBe(bytes);
    const archive = await openArchive({ files }, path, { passphrase });
    expect([archive.format, archive.sealed]).toEqual([format, passphrase !== undefined]);
    archive.close();
    const seen = await all(path, passphrase);
    expect([...seen.keys()]).toEqual(['files/ü', 'files/ü/big', 'files/none', 'files/to']);
    expect(seen.get('files/ü/big')).toMatchObject({ size: big.length, mode: 0o600, mtimeNs: format === 'zip' ? 1_700_000_000_000_000_000n : 1_700_000_000_500_000_000n, content: big.toString() });
    expect(seen.get('files/to')).toMatchObject({ type: 'symlink', target: 'ü/big' });
  });
});
