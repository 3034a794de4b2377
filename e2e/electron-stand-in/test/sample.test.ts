// The stand-in judged by a small program written against Electron's own types: window, preload, ports, tray, dialogs, quit.
// The steps build on each other, as a person's session does.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, until, type StandInApp } from '../launch.ts';

const sample = join(import.meta.dirname, '../sample');
const main = join(sample, 'main.ts');
const temporary = mkdtempSync(join(tmpdir(), 'standin-sample-'));
const env = { SAMPLE_RENDERER: join(temporary, 'renderer.js') };
const profile = (name: string): string => join(temporary, name);

/** What the page of the sample put on its window. */
interface SampleWindow extends Window {
  desktop: { double(n: number): number; echo(value: unknown): Promise<any>; fail(): Promise<unknown>; onTick(callback: (n: number) => void): () => void; pathForFile(file: File | undefined): string };
  engine: { snapshot(input: object): Promise<any>; backup(input: object): Promise<AsyncIterable<{ done: number }>> };
  enginePort: MessagePort;
  mainPort?: MessagePort;
  visibility?: string[];
  inlineRan?: boolean;
  [key: string]: any; // any: marks the tests themselves leave on the page
}
declare const window: SampleWindow;

let app: StandInApp;
let page: Page;
const consoleLines: string[] = [];
const firstWindowState = async () => {
  const [state] = await app.windows();
  if (!state) throw new Error('no window');
  return state;
};
const printed = (text: string) => until(`stdout to have '${text}'`, () => app.stdout().includes(text));

/** Processes whose command line names this folder. */
function processesOf(folder: string): number {
  return execFileSync('ps', ['-eo', 'args']).toString().split('\n').filter((line) => line.includes(`user-data-dir=${folder}`)).length;
}

beforeAll(async () => {
  await build({
    configFile: false,
    logLevel: 'silent',
    build: { target: 'es2022', outDir: temporary, emptyOutDir: false, minify: false, lib: { entry: join(sample, 'renderer.ts'), formats: ['es'], fileName: () => 'renderer.js' } }
  });
  app = await launch({ main, env, userData: profile('first'), filePaths: { 'plan.txt': '/home/person/plan.txt' } });
  page = await app.firstWindow();
  page.on('console', (message) => consoleLines.push(message.text()));
});
afterAll(async () => {
  await app?.kill();
  rmSync(temporary, { recursive: true, force: true });
});

describe('the stand-in for Electron', () => {
  it('shows the window after its first load, at an address of our scheme', async () => {
    await until('the window to show', async () => (await firstWindowState()).visible);
    expect((await firstWindowState()).url).toBe('varve://app/index.html');
    expect((await firstWindowState()).bounds).toEqual({ x: 0, y: 0, width: 900, height: 560 });
  });

  it('runs the preload before the page; what it exposes is frozen, copied and synchronous', async () => {
    await page.getByText(`${process.platform}, https://app.varve.test`).waitFor();
    expect(await page.evaluate(() => window.desktop.double(21))).toBe(42);
    expect(await page.evaluate(() => Object.isFrozen(window.desktop))).toBe(true);
  });

  it('keeps the worlds apart: no preload global, no require, no binding in the page', async () => {
    expect(await page.evaluate(() => ['onlyInPreload', 'require', 'process', '__standinSend'].map((name) => typeof window[name]))).toEqual(['undefined', 'undefined', 'undefined', 'undefined']);
  });

  it('lets the policy sent by the protocol handler rule the page', async () => {
    expect(await page.evaluate(() => window.inlineRan)).toBeUndefined();
    expect(await page.evaluate(() => fetch('https://elsewhere.example/').then(() => 'went', () => 'refused'))).toBe('refused');
    expect(await page.evaluate(() => fetch('/missing').then((response) => response.status))).toBe(404);
    expect(await page.evaluate(() => window.isSecureContext && crypto.subtle !== undefined)).toBe(true);
    expect((await app.state()).blockedRequests).toEqual([]);
  });

  it('carries Date, Map, BigInt, typed arrays and odd numbers there and back by invoke', async () => {
    const same = await page.evaluate(async () => {
      const value = { d: new Date(5), m: new Map([['k', new Set([1n])]]), b: -(2n ** 70n), u: new Uint16Array([1, 65535]), n: [NaN, -0, Infinity, undefined, null] };
      const back = await window.desktop.echo(value);
      return back.d instanceof Date && back.d.getTime() === 5 && back.m.get('k').has(1n) && back.b === value.b && back.u instanceof Uint16Array && back.u[1] === 65535 && Number.isNaN(back.n[0]) && Object.is(back.n[1], -0) && back.n.length === 5 && back.n[3] === undefined;
    });
    expect(same).toBe(true);
  });

  it('keeps only the message of an error of a handler', async () => {
    const error = await page.evaluate(() => window.desktop.fail().then(() => null, (reason: Error & { code?: string }) => ({ message: reason.message, code: reason.code })));
    expect(error).toEqual({ message: "Error invoking remote method 'fail': Error: no such thing", code: undefined });
  });

  it('carries a typed call from page port over main to the utility process', async () => {
    await page.getByText('cafebabe true 1152921504606846976').waitFor();
    const answer = await page.evaluate(async () => {
      const one = await window.engine.snapshot({ id: 'x' });
      return { process: one.process, electron: one.electron, files: one.files, tags: one.tags.get('a').has(1) };
    });
    expect(answer).toEqual({ process: 'utility', electron: '45.4.1', files: 'function', tags: true });
  });

  it('streams progress to the page', async () => {
    await page.getByRole('button', { name: 'Back up' }).click();
    await page.locator('#progress').getByText('finished').waitFor();
    expect(await page.locator('#bar').evaluate((bar) => (bar as HTMLProgressElement).value)).toBe(1);
  });

  it('aborts a stream in the utility process when the page leaves it early', async () => {
    await page.evaluate(async () => {
      for await (const progress of await window.engine.backup({ steps: 500 })) if (progress.done === 2) break;
    });
    await until('the abort', () => page.evaluate(async () => (await window.engine.snapshot({ id: 'x' })).aborted === 1));
  });

  it('carries a thousand calls one after another', async () => {
    const ids = await page.evaluate(async () => {
      const seen = new Set();
      for (let i = 0; i < 1000; i++) seen.add((await window.engine.snapshot({ id: String(i) })).id);
      return seen.size;
    });
    expect(ids).toBe(1000);
  });

  it('brings a power event to main and, by a callback over the bridge, to the page', async () => {
    await page.evaluate(() => {
      window['ticks'] = [];
      window['stopTicks'] = window.desktop.onTick((n) => window['ticks'].push(n));
    });
    await app.power('resume');
    await page.waitForFunction(() => window['ticks'][0] === 42);
    await page.evaluate(() => window['stopTicks']());
    await app.power('resume');
    await page.evaluate(() => window.desktop.echo(1));
    expect(await page.evaluate(() => window['ticks'].length)).toBe(1);
  });

  it('gives the page a port made in main; closing it there is seen in main', async () => {
    await app.tray().choose('Main port');
    await page.waitForFunction(() => window.mainPort !== undefined);
    const back = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const port = window.mainPort!;
          port.onmessage = (event) => resolve(event.data.back.at.getTime());
          port.postMessage({ at: new Date(9) });
        })
    );
    expect(back).toBe(9);
    await page.evaluate(() => window.mainPort?.close());
    await printed('main port closed');
  });

  it('knows the path of a file chosen in the page', async () => {
    await page.setInputFiles('#file', { name: 'plan.txt', mimeType: 'text/plain', buffer: Buffer.from('x') });
    expect(await page.evaluate(() => window.desktop.pathForFile((document.getElementById('file') as HTMLInputElement).files?.[0]))).toBe('/home/person/plan.txt');
  });

  it('asks the handler about window.open, denies it and hands it to the shell', async () => {
    await page.evaluate(() => void window.open('https://varve.example/help'));
    await printed('window-open https://varve.example/help');
    await until('the shell', async () => (await app.opened())[0]?.target === 'https://varve.example/help');
    expect(await app.windows()).toHaveLength(1);
  });

  it('stops a navigation elsewhere by will-navigate; the page stays', async () => {
    await page.evaluate(() => {
      window.location.href = 'https://evil.example/';
    });
    await printed('will-navigate https://evil.example/');
    expect(await page.evaluate(() => window.desktop.double(2))).toBe(4);
    expect((await app.state()).blockedRequests).toEqual([]);
  });

  it('keeps a dialog open until its answer; a notice follows', async () => {
    await app.tray().choose('Choose folder');
    await until('the dialog', async () => (await app.dialogs.seen()).length === 1);
    await app.dialogs.answerNext({ canceled: false, filePaths: ['/home/person'] });
    await until('the notice', async () => (await app.notifications.list())[0]?.body === '/home/person');
    await expect(app.tray().choose('Never')).rejects.toThrow(/disabled/);
  });

  it('hides to the tray by the close button; the page learns it', async () => {
    await app.window((await firstWindowState()).id).close();
    expect((await firstWindowState()).visible).toBe(false);
    await page.waitForFunction(() => window.visibility?.at(-1) === 'hidden' && document.hidden);
  });

  it('shows it again from the tray menu', async () => {
    expect(await app.tray().labels()).toEqual(['Show', 'Choose folder', 'Main port', 'Crash engine', '', 'Never', 'Quit']);
    await app.tray().choose('Show');
    expect((await firstWindowState()).visible).toBe(true);
    await page.waitForFunction(() => document.visibilityState === 'visible');
  });

  it('lets a second instance leave, and shows and focuses the first', async () => {
    await app.window((await firstWindowState()).id).close();
    const second = await launch({ main, env, userData: app.userData, args: ['--from-second'] });
    expect(await second.exited).toBe(0);
    expect(second.stdout()).toContain('second instance leaves');
    await printed('second-instance --from-second 1');
    await until('focus', async () => (await firstWindowState()).visible && (await firstWindowState()).focused);
  });

  it('closes the ports of a utility process that ended; main starts another', async () => {
    await page.evaluate(() => window.enginePort.addEventListener('close', () => (window['engineGone'] = true)));
    await app.tray().choose('Crash engine');
    await printed('engine exit 7');
    await page.waitForFunction(() => window['engineGone']);
  });

  it('gives the page a new port to the new engine after a reload and closes the old ones', async () => {
    for (let round = 0; round < 2; round++) {
      await page.reload();
      await page.getByText('cafebabe true').waitFor();
    }
    await printed('engine says port closed true');
  });

  it('tells the page that the desktop turned dark', async () => {
    await app.systemDark(true);
    await page.waitForFunction(() => matchMedia('(prefers-color-scheme: dark)').matches);
  });

  it('runs functions of a test in the main process', async () => {
    expect(await app.evaluate(({ app: inner, BrowserWindow }, n) => `${inner.getName()} ${BrowserWindow.getAllWindows().length + n}`, 1)).toBe('varve 2');
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0].webContents.executeJavaScript('1 + 1'))).toBe(2);
  });

  it('ends in order by Quit in the tray, code 0, nothing left running', async () => {
    await app.tray().choose('Quit');
    expect(await app.exited).toBe(0);
    const order = app.stdout().split('\n').filter((line) => /^(before-quit|will-quit|quit|window-all-closed)$/.test(line));
    expect(order).toEqual(['before-quit', 'will-quit', 'quit']);
    await until('Chromium to end', () => processesOf(app.userData) === 0);
    expect(app.mainErrors).toEqual([]);
    expect(consoleLines.filter((line) => !/Content Security Policy|ERR_|404|Executing inline/.test(line))).toEqual([]);
  });

  it('leaves no browser behind when killed hard, and its lock is taken over', async () => {
    const killed = await launch({ main, env, userData: profile('second') });
    await killed.firstWindow();
    await killed.kill();
    await until('Chromium to end', () => processesOf(killed.userData) === 0);
    const next = await launch({ main, env, userData: killed.userData, args: ['--hidden'] });
    await (await next.firstWindow()).getByText('cafebabe true').waitFor();
    expect((await next.windows())[0]?.visible).toBe(false);
    expect(await next.quit()).toBe(0);
  });
});
