// The corners of the stand-in: order of life, two windows, ports passed on, worker threads, bad preloads, the custom scheme.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, until, type StandInApp } from '../launch.ts';

const edges = join(import.meta.dirname, '../edges');
const main = join(edges, 'main.mjs');
const temporary = mkdtempSync(join(tmpdir(), 'standin-edges-'));
declare const globalThis: { [key: string]: any }; // any: names the program under test leaves in its main process
let app: StandInApp;
let one: number;
let two: number;
let page: Page;
const results = () => app.evaluate(() => globalThis['results']);

beforeAll(async () => {
  app = await launch({ main, userData: join(temporary, 'first') });
});
afterAll(async () => {
  await app?.kill();
  rmSync(temporary, { recursive: true, force: true });
});

describe('the corners of the stand-in', () => {
  it('is ready after the main module; early and late calls throw; import and require give the same module', async () => {
    const found = await until('ready', async () => {
      const now = await results();
      return now.absent ? now : undefined;
    });
    expect(found.order).toEqual(['main evaluated', 'ready']);
    expect(found.early).toMatch(/before app is ready/);
    expect(found.late).toMatch(/before app is ready/);
    expect(found.absent).toMatch(/globalShortcut.register is not provided/);
    expect(found.sameModule).toBe(true);
    expect(await app.evaluate(() => process.versions.node)).toMatch(/^24\./);
  });

  it('opens two windows with their own pages and sizes', async () => {
    one = await app.evaluate(() => globalThis['open']());
    two = await app.evaluate(() => globalThis['open']({ width: 500, height: 300, show: false }));
    page = await app.pageOf(one);
    expect((await app.windows()).map((window) => [window.id, window.visible])).toEqual([[one, true], [two, false]]);
    const second = await app.pageOf(two);
    expect(await second.evaluate(() => [innerWidth, innerHeight])).toEqual([500, 300]);
    await app.evaluate(({ BrowserWindow }, id) => BrowserWindow.fromId(id).setBounds({ width: 640, height: 400 }), two);
    await second.waitForFunction(() => innerWidth === 640);
  });

  it('answers requests of page and frame by the handler, with addresses of our scheme', async () => {
    expect(await page.evaluate(() => fetch('/post?q=1', { method: 'POST', body: 'hé' }).then((response) => response.json()))).toEqual({ url: 'varve://app/post?q=1', method: 'POST', origin: 'varve://app', body: 'hé' });
    expect(await page.frames()[1]?.locator('p').textContent()).toBe('frame');
    expect(await page.evaluate(() => fetch('/redirect').then((response) => response.status))).toBe(200);
    expect(await page.evaluate(() => fetch('/throws').then(() => 'went', () => 'failed'))).toBe('failed');
  });

  it('loads a web worker of the page, which fetches by the handler too', async () => {
    const answer = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const worker = new Worker('/worker.js');
          worker.onmessage = (event) => resolve(event.data);
          worker.onerror = (event) => resolve(`error ${event.message}`);
          worker.postMessage(2);
        })
    );
    expect(answer).toEqual([4, 200]);
  });

  it('reports a preload that requires more than it may', async () => {
    const said = await app.evaluate(async ({ BrowserWindow }, preload) => {
      const window = new BrowserWindow({ show: false, webPreferences: { preload } });
      let message;
      window.webContents.on('preload-error', (_event: unknown, _path: string, error: Error) => {
        message = error.message;
      });
      const error = globalThis['heard'](window.webContents, 'preload-error');
      await window.loadURL('varve://app/page.html');
      await error;
      window.destroy();
      return [message, window.isDestroyed(), window.webContents.isDestroyed()];
    }, join(edges, 'preload-bad.cjs'));
    expect(said).toEqual(['Error: module not found: fs', true, true]);
  });

  it('passes a port on from a utility process to main, where it still works, and neuters what was given', async () => {
    const answer = await app.evaluate(async () => {
      const { utility, Channel, heard } = globalThis as any;
      const [giver, holder] = [utility(), utility()];
      const [outer, inner] = [new Channel(), new Channel()];
      giver.postMessage('pass on', [outer.port1, inner.port1]);
      const passed: any = await new Promise((resolve) => {
        outer.port2.on('message', resolve);
        outer.port2.start();
      });
      holder.postMessage('hold', [inner.port2]);
      const got: Promise<any> = new Promise((resolve) => passed.ports[0].on('message', (message: any) => resolve(message.data)));
      passed.ports[0].start();
      passed.ports[0].postMessage({ n: 1n, at: new Date(3) });
      const back = await got;
      const closed = heard(passed.ports[0], 'close').then(() => 'closed');
      holder.kill();
      const code = await heard(holder, 'exit');
      const refusal = (act: () => void): string => {
        try {
          act();
          return 'allowed';
        } catch (error) {
          return (error as Error).message;
        }
      };
      return [passed.data, String(back.got.n), back.got.at.getTime(), await closed, code, refusal(() => giver.postMessage('x', [inner.port2])), refusal(() => outer.port2.postMessage('x', [new ArrayBuffer(1)]))];
    });
    expect(answer).toEqual(['take this', '1', 3, 'closed', 15, 'Port is already neutered', 'Port at index 0 is not a valid port']);
  });

  it('gives worker threads of a utility process original-fs and no electron; a rejection there only warns', async () => {
    const answer = await app.evaluate(async () => {
      const { utility, heard } = globalThis as any;
      const child = utility();
      child.postMessage('worker');
      const message = await heard(child, 'message');
      child.postMessage('reject');
      return [message, await heard(child, 'message')];
    });
    expect(answer).toEqual([{ fs: 'function', electron: 'refused', versions: '45.4.1' }, 'still here']);
  });

  it('lives on after an uncaught error in main, which a test sees', async () => {
    await app.evaluate(() => {
      setTimeout(() => {
        throw new Error('oops');
      });
    });
    await until('the error', () => app.mainErrors[0] === 'Error: oops');
  });

  it('treats a listener that throws as an uncaught error; the messages behind it still come', async () => {
    await app.evaluate(({ BrowserWindow }, id) => {
      BrowserWindow.fromId(id).webContents.once('did-navigate-in-page', () => {
        throw new Error('listener broke');
      });
    }, one);
    await page.evaluate(() => {
      location.hash = 'a';
      location.hash = 'b';
    });
    await until('the error', () => app.mainErrors.includes('Error: listener broke'));
    await until('the address', async () => (await app.windows())[0]?.url === 'varve://app/page.html#b');
  });

  it('has paths, switches, the login item and activate', async () => {
    const answer = await app.evaluate(({ app: inner }) => {
      inner.setPath('downloads', '/elsewhere');
      inner.setLoginItemSettings({ openAtLogin: true });
      inner.commandLine.appendSwitch('Some-Switch', '1');
      let unknown = '';
      try {
        inner.getPath('nowhere');
      } catch (error) {
        unknown = (error as Error).message;
      }
      return [inner.getPath('downloads'), inner.getLoginItemSettings().openAtLogin, inner.commandLine.getSwitchValue('some-switch'), unknown];
    });
    expect(answer).toEqual(['/elsewhere', true, '1', "Failed to get 'nowhere' path"]);
  });

  it('ends in closed by window.close() and by Playwright closing a page; window-all-closed comes last', async () => {
    await (await app.pageOf(two)).close();
    await until('one window', async () => (await app.windows()).length === 1);
    await page.evaluate(() => window.close()).catch(() => {}); // the page may go before it answers
    await until('no window', async () => (await app.windows()).length === 0);
    expect((await results()).order.at(-1)).toBe('window-all-closed');
  });

  it('opens a window again after all were closed; will-quit can hold the quit once', async () => {
    const three = await app.evaluate(() => globalThis['open']());
    expect(await (await app.pageOf(three)).locator('#p').textContent()).toBe('page');
    await app.evaluate(({ app: inner }) => {
      globalThis['holdQuit'] = true;
      inner.quit();
    });
    await until('held', async () => (await results()).order.at(-1) === 'held');
    expect(await app.quit()).toBe(0);
  });

  it('passes the exit code of app.exit on', async () => {
    const leaving = await launch({ main, userData: join(temporary, 'second') });
    await leaving.evaluate(({ app: inner }) => inner.exit(3)).catch(() => {}); // it may end before it answers
    expect(await leaving.exited).toBe(3);
  });
});
