// `varve serve` in a process of its own, on a home of its own, and a browser that opens the address it prints.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { processesOf } from '../cli/harness/processes.ts';

const root = join(import.meta.dirname, '../..');

export interface ServedHome {
  /** Folder for everything of this test; removed at the end. */
  folder: string;
  /** The single-use login address. */
  address: string;
  /** Ends the program and keeps the folder, for another start on it. A second call does nothing. */
  halt(): Promise<void>;
  /** Ends everything that was started there and removes the folder. */
  stop(): Promise<void>;
}

function firstAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const listen = (chunk: Buffer): void => {
      output += chunk.toString();
      const match = /http:\/\/\S+#code=\S+/.exec(output);
      if (match) resolve(match[0]);
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.on('exit', (code) => reject(new Error(`varve serve ended with ${code}: ${output}`)));
  });
}

/** Without a session bus there is no keyring: the vault file is used, as on a server. */
export async function serveHome(folder = mkdtempSync(join(tmpdir(), 'varve-console-'))): Promise<ServedHome> {
  const person = join(folder, 'person');
  mkdirSync(person, { recursive: true });
  const env: NodeJS.ProcessEnv = { ...process.env, HOME: person, VARVE_HOME: join(folder, 'home'), VARVE_START: '1', XDG_DATA_HOME: join(person, 'data'), XDG_CONFIG_HOME: join(person, 'config'), XDG_CACHE_HOME: join(person, 'cache') };
  for (const name of ['DBUS_SESSION_BUS_ADDRESS', 'VARVE_TOKEN', 'NODE_OPTIONS', 'VARVE_VAULT_PASSPHRASE']) delete env[name];
  const child = spawn(process.execPath, [join(root, 'out/main/cli.js'), 'serve', '--port', '0'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const address = await firstAddress(child);
  const halt = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  return {
    folder,
    address,
    halt,
    stop: async () => {
      await halt();
      // Programs of a job go on without their Varve: those of a journey that failed would, too.
      for (const { pid } of process.platform === 'linux' ? processesOf(folder) : []) process.kill(pid, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

export function browserFile(): string | undefined {
  return [process.env['VARVE_CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) => file !== undefined && existsSync(file));
}

export function isBuilt(): boolean {
  return existsSync(join(root, 'out/renderer/index.html')) && existsSync(join(root, 'out/main/cli.js'));
}

export async function openBrowser(): Promise<Browser> {
  const executablePath = browserFile();
  if (executablePath === undefined) throw new Error('no Chromium here: set VARVE_CHROMIUM to one');
  // Chromium's own sandbox cannot start for the administrator, as whom tests often run in containers.
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}

export interface Look {
  language?: 'en-US' | 'pt-BR';
  scheme?: 'light' | 'dark';
  width?: number;
  height?: number;
}

/** A page whose errors are collected: a test asks at its end that there were none. */
export async function openConsole(browser: Browser, address: string, look: Look = {}): Promise<{ context: BrowserContext; page: Page; problems: string[] }> {
  const context = await browser.newContext({ locale: look.language ?? 'en-US', colorScheme: look.scheme ?? 'light', viewport: { width: look.width ?? 1360, height: look.height ?? 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000); // a machine that is busy with other things is no failure
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`${message.text()} ${message.location().url}`);
  });
  await page.goto(address);
  return { context, page, problems };
}
