import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOwnAddress, mayOpenExternally } from './address.ts';
import { answerRequest, fileFor } from './console-files.ts';

const root = mkdtempSync(join(tmpdir(), 'varve-console-'));
const folder = join(root, 'renderer');
beforeAll(() => {
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), '<!doctype html>');
  writeFileSync(join(folder, 'assets/a.js'), '1');
  writeFileSync(join(root, 'secret.json'), '{}');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const ask = (url: string, method = 'GET') => answerRequest(folder, { url, method });

describe('the files of the console', () => {
  it('answers the page, its assets and every screen of the console', async () => {
    expect(await (await ask('varve://app/index.html')).text()).toBe('<!doctype html>');
    expect(await (await ask('varve://app/assets/a.js?v=1')).text()).toBe('1');
    for (const screen of ['/', '/log', '/snapshots/0123abcd']) expect(fileFor(folder, `varve://app${screen}`)).toBe(join(folder, 'index.html'));
  });

  it.each([
    'varve://app/../secret.json',
    'varve://app/%2e%2e/secret.json',
    'varve://app/..%2fsecret.json',
    'varve://app/assets/..%2f..%2fsecret.json',
    'varve://app/%2e%2e%2fsecret.json',
    'varve://app/..%5csecret.json',
    'varve://app//secret.json',
    'varve://app/assets/%00.js',
    'varve://app/%',
    'varve://app/%ff.js',
    'varve://other/index.html',
    'varve://app:80/index.html',
    'varve://user@app/index.html',
    'file:///etc/hosts.html',
    'https://app/index.html'
  ])('never leaves its folder or serves a foreign address: %s', async (address) => {
    const file = fileFor(folder, address);
    expect(file === undefined || file.startsWith(join(folder, '/'))).toBe(true);
    expect((await ask(address)).status).toBe(404);
  });

  it('serves only kinds of files it knows', async () => {
    writeFileSync(join(folder, 'notes.exe'), 'x');
    expect((await ask('varve://app/notes.exe')).status).toBe(404);
  });

  it('sets type, policy and nosniff on every answer, refusals included', async () => {
    for (const response of [await ask('varve://app/index.html'), await ask('varve://app/missing.js'), await ask('varve://app/index.html', 'POST')]) {
      expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('content-type')).toMatch(/charset=utf-8/);
    }
    expect((await ask('varve://app/index.html', 'POST')).status).toBe(405);
  });

  it('says "not found" for a folder or a broken link instead of failing', async () => {
    symlinkSync(join(root, 'nowhere.js'), join(folder, 'gone.js'));
    expect((await ask('varve://app/gone.js')).status).toBe(404);
    mkdirSync(join(folder, 'folder.js'));
    expect((await ask('varve://app/folder.js')).status).toBe(404);
  });
});

describe('addresses', () => {
  it.each(['varve://app.evil/', 'varve://app@evil/', 'varve://evil/app', 'varve:app', 'https://app/', 'varve://App%2f/', ''])('does not take %s for its own', (address) => {
    expect(isOwnAddress(address)).toBe(false);
  });

  it('hands only https pages of listed hosts to the browser', () => {
    expect(mayOpenExternally('https://restic.net/blog')).toBe(true);
    for (const address of ['http://restic.net/', 'https://restic.net.evil.example/', 'https://user:pw@restic.net/', 'https://restic.net:8443/', 'file:///etc/passwd', 'javascript:alert(1)', 'smb://restic.net/x', 'x']) {
      expect(mayOpenExternally(address)).toBe(false);
    }
  });
});
