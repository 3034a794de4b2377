// The desktop beside a server that already owns the home: it becomes the server's client, and the owner once the server has gone.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchDesktop, type Desktop } from '../harness/desktop.ts';
import { until } from '../harness/until.ts';
import type { ShellWindow } from './shell/client.ts';
import { makeShellFolder } from './shell/shell-folder.ts';

declare const window: ShellWindow;
const temporary = mkdtempSync(join(tmpdir(), 'varve-shared-'));
const home = join(temporary, 'home');
const profile = join(temporary, 'profile');
const token = `varve_${'t'.repeat(43)}`;
let shell: Awaited<ReturnType<typeof makeShellFolder>>;
let server: ChildProcess;
let desktop: Desktop;

const ownerKind = (): string | undefined => {
  try {
    return (JSON.parse(readFileSync(join(home, 'run/owner.json'), 'utf8')) as { kind: string; socketPath?: string }).kind;
  } catch {
    return undefined; // between two owners
  }
};

beforeAll(async () => {
  mkdirSync(profile, { recursive: true });
  shell = await makeShellFolder();
  const cli = join(shell.folder, 'out/main/cli.js');
  const env = { ...process.env, VARVE_HOME: home, VARVE_VAULT_PASSPHRASE: 'correct horse battery', VARVE_TOKEN: token, NODE_OPTIONS: undefined };
  execFileSync(process.execPath, [cli, 'init', '--store', 'vault'], { env, stdio: 'pipe' });
  server = spawn(process.execPath, [cli, 'serve', '--port', '0'], { env, stdio: 'ignore' });
  await until('the server', () => ownerKind() === 'serve');
  desktop = await launchDesktop({ appFolder: shell.folder, home, profile });
});
afterAll(async () => {
  await desktop?.kill();
  server?.kill('SIGKILL');
  shell?.remove();
  rmSync(temporary, { recursive: true, force: true });
});

describe('the desktop beside a server', () => {
  it('is a client of the server that owns the home', async () => {
    const page = await desktop.page();
    await page.locator('#home').getByText(home).waitFor();
    expect(await page.evaluate(() => window.client.system.status({}).then((status) => status.host))).toBe('serve');
  });

  it('still has its own dialogs, errors keep their code, and streams pass through', async () => {
    const page = await desktop.page();
    expect(await page.evaluate(() => window.client.desktop.appInfo())).toMatchObject({ tray: true });
    expect(await page.evaluate(() => window.client.plans.add({ name: 'x', repository: 'nowhere', paths: ['/x'] }).then(() => 'added', (error: { code?: string }) => error.code))).toBe('NOT_FOUND');
    const first = await page.evaluate(async (folder) => {
      for await (const counted of await window.client.system.folders.measure({ paths: [folder] })) if (counted.done) return counted.done;
      return false;
    }, profile);
    expect(first).toBe(true);
  });

  it('owns the home itself after the server has ended, and the page goes on', async () => {
    const page = await desktop.page();
    server.kill('SIGTERM');
    await until('the desktop to own the home', () => ownerKind() === 'desktop', { timeoutMs: 60_000 });
    await page.locator('#ports').getByText('2').waitFor();
    expect(await page.evaluate(() => window.client.system.status({}).then((status) => status.host))).toBe('desktop');
    expect(await desktop.quit()).toBe(0);
  });
});
