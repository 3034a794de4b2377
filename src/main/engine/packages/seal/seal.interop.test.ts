// The judge of sealed packages is age itself. It reads passphrases from a terminal only: Python's pty is one.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../../adapters/files.ts';
import { openSource } from '../archive/source.ts';
import { openSealed } from './read.ts';
import { seal } from './write.ts';

const folder = mkdtempSync(join(tmpdir(), 'varve-age-'));
afterAll(() => rmSync(folder, { recursive: true }));
const files = createNodeFiles();
const passphrase = 'correto cavalo açaí';

const atTerminal = `
import os, pty, sys
answers, args = int(sys.argv[1]), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(args[0], args)
seen = b''
while True:
    try:
        piece = os.read(fd, 1024)
    except OSError:
        break
    if not piece:
        break
    seen += piece
    if answers and seen.rstrip().endswith(b':'):
        os.write(fd, os.environ['PASSPHRASE'].encode() + b'\\n')
        answers, seen = answers - 1, b''
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;
const age = (answers: number, ...args: string[]): number | null => spawnSync('python3', ['-c', atTerminal, String(answers), 'age', ...args], { env: { ...process.env, PASSPHRASE: passphrase } }).status;

async function* inPieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 50_000) yield bytes.subarray(at, at + 50_000);
}

function content(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 2_654_435_761) >>> 11;
  return bytes;
}

describe('a sealed file', () => {
  // Ends and beginnings of age's pieces of 64 KiB.
  it.each([1, 65_535, 65_536, 65_537, 200_000])('of ours, %d bytes, opens with age', async (size) => {
    const path = join(folder, `ours-${size}.age`);
    const parts: Uint8Array[] = [];
    for await (const part of seal(inPieces(content(size)), passphrase, 10)) parts.push(part);
    writeFileSync(path, Buffer.concat(parts));
    const plain = `${path}.plain`;
    expect(age(1, '-d', '-o', plain, path)).toBe(0);
    expect(readFileSync(plain).equals(content(size))).toBe(true);
  });

  it.each([200_000])('of age, %d bytes, opens here, at any place', async (size) => {
    const path = join(folder, `theirs-${size}`);
    writeFileSync(path, content(size));
    expect(age(2, '-p', '-o', `${path}.age`, path)).toBe(0);
    const source = openSource(files, `${path}.age`);
    const plain = await openSealed(source, path, passphrase);
    expect(plain.size).toBe(size);
    expect(Buffer.from(plain.read(0, size)).equals(content(size))).toBe(true);
    expect(Buffer.from(plain.read(size >> 1, 70_000)).equals(content(size).subarray(size >> 1, (size >> 1) + 70_000))).toBe(true);
    source.close();
  });

  it('of another kind of key is refused, not asked for a passphrase', async () => {
    const key = join(folder, 'key');
    execFileSync('age-keygen', ['-o', key], { stdio: 'ignore' });
    const recipient = /age1\w+/.exec(readFileSync(key, 'utf8'))?.[0] as string;
    const path = join(folder, 'to-key.age');
    execFileSync('age', ['-r', recipient, '-o', path], { input: 'x' });
    const source = openSource(files, path);
    await expect(openSealed(source, path, passphrase)).rejects.toMatchObject({ code: 'PACKAGE_REFUSED', data: { reason: 'its header is not that of a file sealed with a passphrase' } });
    source.close();
  });
});
