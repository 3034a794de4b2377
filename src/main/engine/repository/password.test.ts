import { describe, expect, it } from 'vitest';
import { loadPassword, trimPassword } from './password.ts';

const trimmed = (bytes: Uint8Array): string => Buffer.from(trimPassword(bytes)).toString('hex');
const hex = (text: string): string => Buffer.from(text).toString('hex');

describe('a password from a file', () => {
  it('loses white space at both ends and none inside', () => {
    expect(trimmed(Buffer.from(' \t\r\npass word \u00a0\u3000\n'))).toBe(hex('pass word'));
    expect(trimmed(Buffer.from('\u0085x\u0085'))).toBe(hex('x'));
    expect(trimmed(Buffer.from('   \n'))).toBe('');
  });

  it('loses a byte order mark, in UTF-8 and in both UTF-16', () => {
    expect(trimmed(Buffer.from('\ufeffsécret\n'))).toBe(hex('sécret'));
    expect(trimmed(Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from('sécret\r\n', 'utf16le')]))).toBe(hex('sécret'));
    expect(trimmed(Buffer.concat([Buffer.of(0xfe, 0xff), Buffer.from('sécret\r\n', 'utf16le').swap16()]))).toBe(hex('sécret'));
  });

  it('keeps bytes that are no text and forms of Unicode as they are', () => {
    expect(trimmed(Buffer.from('ff00fe20', 'hex'))).toBe('ff00fe');
    expect(trimmed(Buffer.from('e\u0301'))).toBe(hex('e\u0301'));
  });
});

describe('where a password comes from', () => {
  const deps = {
    files: {
      readFile: (path: string): Uint8Array => {
        if (path === '/there') return Buffer.from(' from file \n');
        throw Object.assign(new Error(path), { code: path === '/closed' ? 'EACCES' : 'ENOENT' });
      }
    },
    environment: { SECRET: ' as it is ' },
    secrets: { get: async ({ kind, id }: { kind: string; id: string }) => (kind === 'repository' && id === 'r1' ? Buffer.from('from store') : undefined) },
    named: { use: async (name: string, { by, purpose }: { by: string; purpose: string }) => ({ value: `${name} for ${by}, ${purpose}` }) }
  };
  const load = async (id: string, password: Parameters<typeof loadPassword>[1]['password']): Promise<string> => Buffer.from(await loadPassword(deps, { id, name: 'work', password })).toString();

  it('is read where it was said to be', async () => {
    expect(await load('r1', { from: 'store' })).toBe('from store');
    expect(await load('r1', { from: 'file', path: '/there' })).toBe('from file');
    expect(await load('r1', { from: 'environment', variable: 'SECRET' })).toBe(' as it is ');
    expect(await load('r1', { from: 'secret', name: 'usb' })).toBe('usb for repository:work, password');
  });

  it('is said to be missing where it is not', async () => {
    await expect(load('r2', { from: 'store' })).rejects.toMatchObject({ code: 'SECRET_MISSING', data: { name: 'work' } });
    await expect(load('r1', { from: 'environment', variable: 'OTHER' })).rejects.toMatchObject({ code: 'SECRET_MISSING' });
    await expect(load('r1', { from: 'file', path: '/gone' })).rejects.toMatchObject({ code: 'SECRET_MISSING' });
    await expect(load('r1', { from: 'file', path: '/closed' })).rejects.toMatchObject({ code: 'NOT_READABLE', data: { path: '/closed' } });
  });
});
