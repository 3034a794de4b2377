// A person's first day with the desktop program, through its real console: start, welcome, first snapshot, a file back, a restore, close to the
// tray, "Back up now" from the tray, a second start, quit. Each step goes on where the one before ended.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consoleOf, restoreOf, welcomeOf } from '../harness/console.ts';
import { launchDesktop, type Desktop } from '../harness/desktop.ts';
import { watchSockets, type SocketWatch } from '../harness/socket-watch.ts';
import { until } from '../harness/until.ts';

const temporary = mkdtempSync(join(tmpdir(), 'varve-day-'));
const home = join(temporary, 'home');
const profile = join(temporary, 'profile');
const work = join(temporary, 'thesis');
const copies = join(temporary, 'drive/copies');
let desktop: Desktop;
let page: Page;
let password = '';
let sockets: SocketWatch;
const problems: string[] = [];

const visible = async () => (await desktop.windows())[0]?.visible ?? false;
const trayLabel = async (id: string) => (await desktop.tray.items()).find((item) => item.id === id)?.label ?? '';

beforeAll(async () => {
  mkdirSync(join(work, 'data'), { recursive: true });
  mkdirSync(profile);
  mkdirSync(join(temporary, 'drive'));
  writeFileSync(join(work, 'chapter 1.md'), '# Layers\n');
  writeFileSync(join(work, 'data/run.csv'), 'depth,age\n1,12\n');
  sockets = watchSockets(temporary);
  desktop = await launchDesktop({ home, profile });
  page = await desktop.page();
  page.setDefaultTimeout(60_000);
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    // Chromium asks for an icon that pages of Electron never ask for.
    if (message.type() === 'error' && !message.location().url.endsWith('/favicon.ico')) problems.push(`${message.text()} ${message.location().url}`);
  });
});
afterAll(async () => {
  sockets?.stop();
  await desktop?.kill();
  rmSync(temporary, { recursive: true, force: true });
});

describe('a first day with the desktop program', () => {
  it('starts with the welcome, in a window that shows itself', async () => {
    await welcomeOf(page).shown();
    await until('the window', visible);
    expect(await trayLabel('state')).toBe('Not set up yet');
  });

  it('takes the first snapshot: folders by the system dialog, a place, a password to keep', async () => {
    const welcome = welcomeOf(page);
    await welcome.protect();
    await welcome.browseForFolder();
    await until('the dialog', async () => (await desktop.dialogs.seen()).length === 1);
    await desktop.dialogs.answerNext({ canceled: false, filePaths: [work] });
    await welcome.folderIsListed(work);
    await welcome.foldersDone();
    await welcome.copiesTo(copies);
    password = await welcome.keepPassword();
    await welcome.vaultPassphrase('correct horse battery');
    await welcome.start();
    expect(await welcome.firstSnapshotDone()).toContain('2 files are in your first snapshot');
  });

  it('proves it by bringing one file back, then shows the overview', async () => {
    const welcome = welcomeOf(page);
    expect(await welcome.prove()).toContain('1 file restored, 1 identical.');
    await welcome.finish();
    await expect.poll(() => consoleOf(page).headline()).toContain('Your work is safe.');
    await until('the tray to know', async () => (await trayLabel('last')).startsWith('Last snapshot: '));
  });

  it('restores everything into a folder of its own, byte by byte', async () => {
    await consoleOf(page).openScreen('Restore');
    const target = join(temporary, 'restored');
    expect(await restoreOf(page).everythingInto(target)).toContain('2 files restored, 2 identical.');
    // Where in the target a Windows drive's letter goes is the restore's own affair, tested there.
    if (process.platform !== 'win32') expect(readFileSync(join(target, work, 'data/run.csv'), 'utf8')).toBe('depth,age\n1,12\n');
  });

  it('keeps running in the tray once the person wants that', async () => {
    const screens = consoleOf(page);
    await screens.openScreen('Settings');
    await screens.keepInTray();
    // The tray speaking the new language shows that the shell has read the settings.
    await screens.chooseLanguage('Português (Brasil)');
    await until('the tray in Portuguese', async () => (await trayLabel('open')) === 'Abrir o Varve');
    await screens.chooseLanguage('English');
    await until('the tray in English', async () => (await trayLabel('open')) === 'Open Varve');
    await desktop.closeWindow();
    await until('hiding', async () => !(await visible()));
  });

  it('backs up from the tray while hidden, tells of it, and shows the window on a click', async () => {
    writeFileSync(join(work, 'chapter 2.md'), '# Older layers\n');
    const plan = (await desktop.tray.items()).find((item) => item.id === 'back-up')?.submenu?.[0];
    await desktop.tray.choose('back-up', plan?.id ?? '');
    await until('the notice', async () => (await desktop.notices.seen()).length > 0);
    expect((await desktop.notices.seen())[0]?.title).toBe('Snapshot done');
    expect((await desktop.notices.seen())[0]?.body).toContain('3 files are safe');
    await desktop.notices.click(0);
    await until('the window', visible);
  });

  it('shows the window at a second start, which leaves at once', async () => {
    await desktop.closeWindow();
    await until('hiding', async () => !(await visible()));
    expect(await desktop.startAgain()).toBe(0);
    await until('the window', visible);
  });

  it('quits from the tray and leaves nothing running; nothing went wrong on the page all day', async () => {
    await desktop.tray.choose('quit');
    expect(await desktop.exited).toBe(0);
    expect(problems).toEqual([]);
    expect(desktop.output()).not.toMatch(/Uncaught|unhandled/i);
  });

  it('has left a package of the record, with the day in it', () => {
    const packages = readdirSync(join(home, 'backups')).filter((name) => name.endsWith('.tar.gz'));
    expect(packages).toEqual([expect.stringMatching(/^backup-eventlog-\d{8}-\d{6}\.tar\.gz$/)]);
    const folder = join(temporary, 'package');
    mkdirSync(folder);
    execFileSync('tar', ['-xzf', join(home, 'backups', packages[0] ?? ''), '-C', folder]);
    const { files, eventlog_summary: summary } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { files: { path: string; sha256: string }[]; eventlog_summary: { last_event_id: string } };
    for (const { path, sha256 } of files) expect([path, createHash('sha256').update(readFileSync(join(folder, path))).digest('hex')]).toEqual([path, sha256]);
    const record = files.filter(({ path }) => path.startsWith('event-log/')).map(({ path }) => readFileSync(join(folder, path), 'utf8')).join('');
    for (const written of ['snapshot.finished', 'restore.finished', summary.last_event_id]) expect(record).toContain(written);
  });

  it('has spoken to nobody outside this machine', ({ skip }) => {
    if (process.platform !== 'linux') skip('sockets are watched on Linux only');
    const { strangers, looks } = sockets.stop();
    expect(looks).toBeGreaterThan(10);
    expect(strangers).toEqual([]);
  });

  it('left an ordinary restic repository that the kept password opens', ({ skip }) => {
    if (spawnSync('restic', ['version']).error) skip('restic is not installed here');
    const repository = readRepository(copies);
    const snapshots = JSON.parse(execFileSync('restic', ['-r', repository, 'snapshots', '--json', '--no-lock'], { env: { ...process.env, RESTIC_PASSWORD: password, XDG_CACHE_HOME: temporary } }).toString()) as { paths: string[] }[];
    expect(snapshots).toHaveLength(2);
    execFileSync('restic', ['-r', repository, 'check', '--read-data', '--no-cache'], { env: { ...process.env, RESTIC_PASSWORD: password }, stdio: 'pipe' });
  });
});

/** The folder the person named, which did not exist, is the repository itself. */
function readRepository(folder: string): string {
  readFileSync(join(folder, 'config'));
  return folder;
}
