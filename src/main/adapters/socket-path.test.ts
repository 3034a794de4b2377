import { chmodSync, lchownSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createNodeFiles } from './files.ts';
import { socketPathFor } from './socket-path.ts';

let folder: string;
let home: string;
const files = createNodeFiles();
const uid = process.getuid?.();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vs-'));
  home = join(folder, 'home');
  mkdirSync(home);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (env: Record<string, string>, more: object = {}) => socketPathFor(home, { files, env, platform: 'linux', uid, temporaryFolder: folder, ...more });

it('lies in the private runtime folder, the same for every name of the home, another for another home', () => {
  const path = at({ XDG_RUNTIME_DIR: folder });
  expect(path).toMatch(new RegExp(`^${folder}/varve/[0-9a-f]{16}\\.sock$`));
  expect(statSync(join(folder, 'varve')).mode & 0o777).toBe(0o700);
  symlinkSync(home, join(folder, 'alias'));
  expect(socketPathFor(join(folder, 'alias'), { files, env: { XDG_RUNTIME_DIR: folder }, platform: 'linux', uid })).toBe(path);
  mkdirSync(join(folder, 'other'));
  expect(socketPathFor(join(folder, 'other'), { files, env: { XDG_RUNTIME_DIR: folder }, platform: 'linux', uid })).not.toBe(path);
});

it('without a safe runtime folder it lies in a private one below the temporary folder', () => {
  const expected = join(folder, `varve-${uid}`);
  expect(at({})).toContain(`${expected}/`);
  expect(statSync(expected).mode & 0o777).toBe(0o700);
  expect(at({ XDG_RUNTIME_DIR: 'relative' })).toContain(`${expected}/`);
  expect(at({ XDG_RUNTIME_DIR: join(folder, 'missing') })).toContain(`${expected}/`);
  const open = join(folder, 'open');
  mkdirSync(open);
  chmodSync(open, 0o777);
  expect(at({ XDG_RUNTIME_DIR: open })).toContain(`${expected}/`);
});

it('a path that is too long for a socket is not taken', () => {
  const long = join(folder, 'x'.repeat(90));
  mkdirSync(long, { mode: 0o700 });
  expect(at({ XDG_RUNTIME_DIR: long })).toContain(join(folder, `varve-${uid}`));
});

it('a folder that somebody else prepared is refused: a link, an open one', () => {
  const trap = join(folder, `varve-${uid}`);
  const refused = expect.objectContaining({ code: 'NOT_WRITABLE' });
  symlinkSync(home, trap);
  expect(() => at({})).toThrow(refused);
  rmSync(trap);
  mkdirSync(trap);
  chmodSync(trap, 0o755);
  expect(() => at({})).toThrow(refused);
});

it('a folder of another user is refused', ({ skip }) => {
  skip(uid !== 0, 'only root can give a folder away');
  mkdirSync(join(folder, `varve-${uid}`), { mode: 0o700 });
  lchownSync(join(folder, `varve-${uid}`), 12345, 12345);
  expect(() => at({})).toThrow(expect.objectContaining({ code: 'NOT_WRITABLE' }));
});

it('on Windows it is a named pipe', () => {
  expect(at({}, { platform: 'win32' })).toMatch(/^\\\\\.\\pipe\\varve-[0-9a-f]{16}$/);
});
