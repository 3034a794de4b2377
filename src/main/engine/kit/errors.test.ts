import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { fail, toWire } from './errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'varve-errors-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const thrownBy = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
};

it('what the system refuses at a path is told as that, not as a mistake of the program', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(toWire(thrownBy(() => readdirSync(join(file, 'x'))))).toMatchObject({ code: 'NOT_READABLE', data: { path: join(file, 'x'), reason: 'ENOTDIR' } });
  expect(toWire(thrownBy(() => mkdirSync(join(file, 'x'))))).toMatchObject({ code: 'NOT_WRITABLE', data: { path: join(file, 'x'), reason: 'ENOTDIR' } });
  expect(toWire(thrownBy(() => readdirSync(join(folder, 'gone'))))).toMatchObject({ code: 'PATH_MISSING', data: { path: join(folder, 'gone') } });
  expect(toWire(Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write', path: file }))).toMatchObject({ code: 'NO_SPACE', data: { path: file } });
});

it('anything else is a mistake of the program, and what was told already stays', () => {
  expect(toWire(new TypeError('a fault'))).toEqual({ code: 'INTERNAL', message: 'a fault', data: { what: 'a fault' } });
  expect(toWire(Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', syscall: 'read' }))).toMatchObject({ code: 'INTERNAL' });
  expect(toWire(thrownBy(() => fail('NOT_A_FOLDER', 'no', { path: '/x' })))).toEqual({ code: 'NOT_A_FOLDER', message: 'no', data: { path: '/x' } });
});
