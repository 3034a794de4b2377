import { join, resolve } from 'node:path';
import { describe, expect, it, vi } from 'vitest';

vi.mock('electron', () => ({ app: {}, BrowserWindow: class {}, screen: {}, ipcMain: {} }));
const { windowOptions } = await import('./window.ts');
const { reasonToRefuse } = await import('./ipc.ts');
const { profileFolder, readStartArguments } = await import('./start-arguments.ts');
const { languageOfSystem } = await import('./language.ts');
const { autostartEntry } = await import('./login-item.ts');

describe('the window', () => {
  it('weakens nothing: sandboxed, isolated, without Node, web security on, and nothing experimental', () => {
    const { webPreferences, show } = windowOptions({ preload: '/p.cjs', icon: '/i.png' }, { width: 1000, height: 700 });
    expect(webPreferences).toEqual({ preload: '/p.cjs', sandbox: true, contextIsolation: true, nodeIntegration: false, nodeIntegrationInSubFrames: false, nodeIntegrationInWorker: false, webviewTag: false, webSecurity: true, spellcheck: false });
    expect(show).toBe(false);
  });
});

describe('messages of pages', () => {
  const known = {} as never;
  const frame = (url: string, parent: unknown = null) => ({ url, parent }) as never;
  it('are heard from the main frame of our own window at our own address only', () => {
    expect(reasonToRefuse({ sender: known, senderFrame: frame('varve://app/log') }, known)).toBeUndefined();
    expect(reasonToRefuse({ sender: {} as never, senderFrame: frame('varve://app/') }, known)).toBe('unknown window');
    expect(reasonToRefuse({ sender: known, senderFrame: frame('varve://app/', {}) }, known)).toBe('not the main frame');
    expect(reasonToRefuse({ sender: known, senderFrame: frame('https://app/') }, known)).toBe('foreign address');
    expect(reasonToRefuse({ sender: known, senderFrame: frame('varve://app.evil/') }, known)).toBe('foreign address');
    expect(reasonToRefuse({ sender: known, senderFrame: null }, known)).toBe('the frame is gone');
  });
});

describe('start arguments', () => {
  it('are read from the program\'s own argument list, the variable standing behind', () => {
    expect(readStartArguments(['varve', '--hidden', '--home=data'], { VARVE_HOME: '/other' }, '/work')).toEqual({ hidden: true, home: resolve('/work', 'data'), profile: undefined });
    expect(readStartArguments(['varve'], { VARVE_HOME: '/other' }, '/work')).toEqual({ hidden: false, home: resolve('/other'), profile: undefined });
    expect(readStartArguments(['varve', '--home='], {}, '/work').home).toBeUndefined();
  });

  it('give each home its own profile, and never one inside the home', () => {
    const profileOf = (home: string | undefined) => profileFolder({ hidden: false, home, profile: undefined }, '/data');
    expect(new Set([profileOf(undefined), profileOf('/a'), profileOf('/b')]).size).toBe(3);
    expect(profileOf('/a')).toBe(profileOf('/a'));
    for (const home of ['/data', '/data/Varve Desktop', '/']) expect(profileOf(home).startsWith(join(home, '/')) && home !== '/').toBe(false);
  });
});

describe('small rules', () => {
  it('takes the first preferred language it speaks', () => {
    expect(languageOfSystem(['de-DE', 'pt-PT', 'en-US'])).toBe('pt-BR');
    expect(languageOfSystem(['en-GB', 'pt-BR'])).toBe('en');
    expect(languageOfSystem(['pth', 'ja'])).toBe('en');
  });

  it('writes a program path into the autostart entry so that no character of it means anything', () => {
    expect(autostartEntry('/opt/My App/varve')).toContain('Exec="/opt/My App/varve" --hidden\n');
    expect(autostartEntry('/a"b$c`d%e\\f')).toContain('Exec="/a\\\\"b\\\\$c\\\\`d%%e\\\\\\\\f" --hidden\n');
  });
});
