// Trees with everything that goes wrong first: names of any bytes, holes, links of both kinds, special files, attributes, odd times and
// modes, empty and deep folders. Seeded, so that a failure can be had again. Only for tests.
import { execFileSync } from 'node:child_process';
import { createCipheriv, createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createNodeFiles } from '../../../adapters/files.ts';
import { encodeName } from '../../kit/names.ts';

const files = createNodeFiles();

/** A stream of numbers and bytes that only depends on the seed. */
export class Seeded {
  readonly #cipher;

  constructor(seed: string | number) {
    this.#cipher = createCipheriv('aes-256-ctr', createHash('sha256').update(String(seed)).digest(), Buffer.alloc(16));
  }

  bytes(length: number): Buffer {
    return this.#cipher.update(Buffer.alloc(length));
  }

  below(limit: number): number {
    return this.bytes(6).readUIntLE(0, 6) % limit;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }
}

const bytesPath = (path: string): Buffer => encodeName(path);

export function writeAt(path: string, content: Uint8Array | string): void {
  writeFileSync(bytesPath(path), content);
}

/** A file of `sizeBytes` with data only at the given places. */
export function writeSparse(path: string, sizeBytes: number, data: readonly { at: number; bytes: Uint8Array }[]): void {
  const fd = files.open(path, 'w', 0o644);
  files.truncate(fd, sizeBytes);
  for (const { at, bytes } of data) files.write(fd, bytes, 0, bytes.length, at);
  files.close(fd);
}

const oddNames = ['plain.txt', 'with space', 'new\nline', 'tab\there', '\x1b[31mred', 'q"uote', 'back\\slash', 'caf\u00e9', 'cafe\u0301', '\u{1f600}', '\ufb01', 'nb\u00a0sp', '\u202egpj.exe', '\udcff\udcfebytes', 'half\udcc3', '-rf', '*', '[x]', '~', '.hidden', ' ', '...', 'CON', 'a:b', 'x'.repeat(255), '\ufffd', 'a&<b>', '\u2028ls'];

/** The named nasty tree. `root`: device nodes too, which only root can make. Returns what could not be made here. */
export function makeNastyTree(top: string, seed: string | number): string[] {
  const random = new Seeded(seed);
  const lacking: string[] = [];
  const attempt = (what: string, make: () => void): void => {
    try {
      make();
    } catch (error) {
      lacking.push(`${what}: ${(error as Error).message}`);
    }
  };
  mkdirSync(top, { recursive: true });
  const names = join(top, 'names');
  mkdirSync(names);
  for (const name of oddNames) writeAt(join(names, name), `content of ${JSON.stringify(name)}`);
  mkdirSync(bytesPath(join(names, 'folder\udcff')));
  writeAt(join(names, 'folder\udcff', 'in\udc80side'), 'x');

  const sizes = join(top, 'sizes');
  mkdirSync(sizes);
  const half = 512 * 1024;
  for (const size of [0, 1, 63, 64, 4095, 4096, half - 1, half, half + 1, 3_000_000, 4 * 1024 * 1024, 4 * 1024 * 1024 + 1]) writeAt(join(sizes, String(size)), random.bytes(size));
  writeAt(join(sizes, 'large'), random.bytes(19_000_000));
  writeAt(join(sizes, 'zeros'), Buffer.alloc(9_000_000));
  writeAt(join(sizes, 'twice-a'), Buffer.concat([random.bytes(100), Buffer.alloc(600_000, 7)]));

  const sparse = join(top, 'sparse');
  mkdirSync(sparse);
  writeSparse(join(sparse, 'all-hole'), 40 * 1024 * 1024 + 123, []);
  writeSparse(join(sparse, 'islands'), 60 * 1024 * 1024, [
    { at: 3_333_333, bytes: random.bytes(1_500_000) },
    { at: 30_000_000, bytes: random.bytes(77) },
    { at: 45 * 1024 * 1024, bytes: random.bytes(4096) }
  ]);
  writeSparse(join(sparse, 'hole-first'), 9 * 1024 * 1024, [{ at: 8 * 1024 * 1024, bytes: random.bytes(1024 * 1024) }]);
  writeSparse(join(sparse, 'hole-last'), 12 * 1024 * 1024 + 5, [{ at: 0, bytes: random.bytes(700_000) }]);
  writeSparse(join(sparse, 'small-hole'), 1_000_000, [{ at: 900_000, bytes: random.bytes(1000) }]);

  const links = join(top, 'links');
  mkdirSync(links);
  writeAt(join(links, 'one'), random.bytes(10_000));
  files.link(join(links, 'one'), join(links, 'two'));
  mkdirSync(join(links, 'below'));
  files.link(join(links, 'one'), join(links, 'below', 'three'));
  writeAt(join(links, 'large-one'), random.bytes(5_000_000));
  files.link(join(links, 'large-one'), join(links, 'large-two'));
  files.symlink('one', join(links, 'relative'));
  files.symlink('/nowhere/at/all', join(links, 'dangling'));
  files.symlink('\udcff/odd', join(links, 'odd-target'));
  files.symlink('.', join(links, 'loop'));
  attempt('link of a symlink', () => files.link(join(links, 'relative'), join(links, 'relative-again')));

  const special = join(top, 'special');
  mkdirSync(special);
  attempt('fifo', () => files.mknod(join(special, 'fifo'), 'fifo', 0o640, 0n));
  attempt('device', () => files.mknod(join(special, 'null'), 'chardev', 0o666, BigInt((1 << 8) | 3)));
  attempt('block device', () => files.mknod(join(special, 'block'), 'dev', 0o660, BigInt((7 << 8) | 99)));

  const meta = join(top, 'meta');
  mkdirSync(meta);
  for (const mode of [0o000, 0o400, 0o444, 0o600, 0o755, 0o777, 0o4755, 0o2755, 0o1644]) {
    const path = join(meta, `mode-${mode.toString(8)}`);
    writeAt(path, 'm');
    files.chmod(path, mode);
  }
  writeAt(join(meta, 'attributes'), 'a');
  attempt('attribute', () => files.setXattr(join(meta, 'attributes'), 'user.varve', Buffer.from([0, 1, 2, 255])));
  attempt('empty attribute', () => files.setXattr(join(meta, 'attributes'), 'user.empty', Buffer.alloc(0)));
  attempt('folder attribute', () => files.setXattr(meta, 'user.folder', Buffer.from('f')));
  for (const [name, ns] of [['old', -86_400_000_000_001n], ['epoch', 0n], ['exact', 1_234_567_890_123_456_789n], ['future', 4_000_000_000_000_000_001n]] as const) {
    writeAt(join(meta, `time-${name}`), 't');
    attempt(`time ${name}`, () => files.utimes(join(meta, `time-${name}`), ns, ns));
  }
  if (process.getuid?.() === 0) files.lchown(join(meta, 'mode-600'), 12345, 54321);
  mkdirSync(join(meta, 'sticky'));
  files.chmod(join(meta, 'sticky'), 0o1777);
  mkdirSync(join(top, 'empty'));
  mkdirSync(join(top, ...Array<string>(40).fill('deep')), { recursive: true });
  writeAt(join(top, ...Array<string>(40).fill('deep'), 'bottom'), 'b');
  files.utimes(join(top, 'empty'), 1_000_000_000_000_000_007n, 1_000_000_000_000_000_007n);
  return lacking;
}

/** A random tree of up to `entries` entries. */
export function makeRandomTree(top: string, seed: string | number, entries = 60): void {
  const random = new Seeded(seed);
  const folders = [top];
  const plain: string[] = [];
  mkdirSync(top, { recursive: true });
  for (let i = 0; i < entries; i++) {
    const folder = random.pick(folders);
    const path = join(folder, random.below(4) === 0 ? `${random.pick(oddNames).slice(0, 200)}${i}` : `e${i}`);
    const kind = random.below(12);
    if (kind < 3) {
      mkdirSync(bytesPath(path));
      folders.push(path);
    } else if (kind === 3) files.symlink(random.pick(['x', '../y', '/etc/passwd', '\udc80']), path);
    else if (kind === 4 && plain.length > 0) files.link(random.pick(plain), path);
    else if (kind === 5) writeSparse(path, random.below(6_000_000), [{ at: random.below(5_000_000), bytes: random.bytes(random.below(3000)) }]);
    else {
      writeAt(path, kind === 6 ? random.bytes(random.below(3_000_000)) : random.bytes(random.below(2000)));
      plain.push(path);
      if (random.below(3) === 0) files.chmod(path, random.below(0o1000));
    }
  }
}

/** A socket file, which lives as long as the process that made it listens; returns the closer. */
export function makeSocket(path: string): Promise<() => void> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(path, () => resolve(() => void server.close()));
  });
}

/** True when `program` can be run here. */
export function hasProgram(program: string): boolean {
  try {
    execFileSync('which', [program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
