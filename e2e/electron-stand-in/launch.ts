// Starts an app under the stand-in and plays the person and the desktop around it. Runs in the test process.
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import type { StandInState } from './control.ts';

const bootstrap = fileURLToPath(new URL('./bootstrap/main.ts', import.meta.url));

/** Electron 45 carries Node 24: this process when it is one, else the npm package `node`. */
function node24(): string {
  return process.versions.node.startsWith('24.') ? process.execPath : createRequire(import.meta.url).resolve('node/bin/node');
}

/** Polls until `read` gives something truthy. */
export async function until<T>(what: string, read: () => T | Promise<T>, { timeoutMs = 60_000 } = {}): Promise<NonNullable<T>> {
  for (const end = Date.now() + timeoutMs; ; ) {
    const value = await read();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${timeoutMs} ms for ${what}`);
    await sleep(20);
  }
}

export interface LaunchOptions {
  /** The app's main module. */
  main: string;
  args?: string[];
  /** Default of app.getPath('userData'); the app may still set another. */
  userData?: string;
  packaged?: boolean;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  network?: 'none' | 'allow';
  /** What webUtils.getPathForFile answers, by file name. */
  filePaths?: Record<string, string>;
  /** The system's preferred languages. */
  languages?: string[];
}

interface FromApp {
  id?: number;
  value?: unknown;
  error?: string;
  event?: 'browser' | 'main-error';
  endpoint?: string;
}

export type StandInApp = Awaited<ReturnType<typeof launch>>;

export async function launch({ main, args = [], userData = mkdtempSync(join(tmpdir(), 'standin-')), packaged, env = {}, cwd, network, filePaths, languages }: LaunchOptions) {
  const child = spawn(node24(), ['--unhandled-rejections=warn', `--import=${new URL('./bootstrap/threads.ts', import.meta.url)}`, bootstrap, main, ...args], {
    cwd,
    // Coverage and test runner settings are for the test, not for the program under test.
    env: { ...process.env, NODE_OPTIONS: undefined, NODE_V8_COVERAGE: undefined, NODE_ENV: undefined, VITEST: undefined, ...env, ELECTRON_STANDIN: JSON.stringify({ userData, packaged, network, filePaths, languages }) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc']
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const exited = new Promise<number | string | null>((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
  const mainErrors: string[] = [];
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let next = 0;
  const endpoint = new Promise<string | undefined>((resolve) => {
    child.on('message', (message: FromApp) => {
      if (message.event === 'browser') resolve(message.endpoint);
      else if (message.event === 'main-error') mainErrors.push(String(message.value));
      else if (message.id !== undefined) {
        const call = waiting.get(message.id);
        waiting.delete(message.id);
        if (message.error !== undefined) call?.reject(new Error(message.error));
        else call?.resolve(message.value);
      }
    });
    void exited.then((code) => {
      for (const call of waiting.values()) call.reject(new Error(`the app ended (${code}) during a call\n${stderr}`));
      resolve(undefined); // a second instance ends without a browser
    });
  });
  const call = (method: string, ...callArgs: unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (!child.connected) return reject(new Error(`the app has ended\n${stderr}`));
      waiting.set(++next, { resolve, reject });
      child.send({ id: next, method, args: callArgs });
    });

  const at = await endpoint;
  const browser = at === undefined ? undefined : await chromium.connectOverCDP(at);
  const context = browser?.contexts()[0];
  if (browser) child.send({ go: true }); // only now may `ready` fire: no page event is missed

  const state = (): Promise<StandInState> => call('state') as Promise<StandInState>;
  const pageOf = async (windowId: number): Promise<Page> => {
    const window = (await state()).windows.find((one) => one.id === windowId);
    for (const page of context?.pages() ?? []) {
      const cdp = await page.context().newCDPSession(page);
      const { targetInfo } = await cdp.send('Target.getTargetInfo');
      await cdp.detach();
      if (targetInfo.targetId === window?.targetId) return page;
    }
    throw new Error(`no page for window ${windowId}`);
  };

  return {
    userData,
    exited,
    mainErrors,
    state,
    pageOf,
    pid: child.pid,
    stdout: () => stdout,
    stderr: () => stderr,
    async firstWindow(): Promise<Page> {
      if (!context) throw new Error(`the app ended before it had a window\n${stderr}`);
      const page = context.pages()[0] ?? (await context.waitForEvent('page'));
      await page.waitForURL((url) => url.href !== 'about:blank');
      return page;
    },
    windows: async () => (await state()).windows,
    /** The person's hands on a window: its close button, a click that focuses it, and events of the system (`session-end`). */
    window: (id: number) => ({ close: () => call('closeWindow', id), focus: () => call('focusWindow', id), event: (name: string) => call('windowEvent', id, name) }),
    tray: (index = 0) => ({
      click: () => call('trayClick', index),
      choose: (...path: string[]) => call('trayMenu', index, path),
      labels: async () => (await state()).trays[index]?.menu.map((item) => item.label),
      menu: async () => (await state()).trays[index]?.menu ?? []
    }),
    menus: { choose: (...path: string[]) => call('menu', path) },
    dialogs: { answerNext: (value: unknown) => call('answerDialog', value), seen: async () => (await state()).dialogs },
    notifications: { list: async () => (await state()).notifications, click: (index = 0) => call('notification', index, 'click') },
    opened: async () => (await state()).opened,
    power: (event: string) => call('power', event),
    systemDark: (dark: boolean) => call('dark', dark),
    activate: () => call('activate'),
    filePaths: (paths: Record<string, string>) => call('filePaths', paths),
    /** Runs a function in the main process; it must stand alone, and must not be instrumented. */
    evaluate: (body: (electron: any, arg: any) => unknown, arg?: unknown): Promise<any> => call('evaluate', String(body), arg), // any: it crosses a process border as text
    /** As a person quitting; resolves with the exit code. */
    async quit(): Promise<number | string | null> {
      await call('quit').catch(() => {}); // it may be gone already: the exit code tells
      return exited;
    },
    /** For afterEach: whatever state it is in, it ends. */
    async kill(): Promise<void> {
      child.kill('SIGKILL');
      await exited;
      await browser?.close().catch(() => {});
    }
  };
}
