// A person's first quarter of an hour with the console in a browser, against `varve serve` on a home of its own. Each step goes on
// where the one before ended.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consoleOf, restoreOf, welcomeOf } from '../harness/console.ts';
import { watchSockets, type SocketWatch } from '../harness/socket-watch.ts';
import { logOf, overviewOf, snapshotsOf } from '../pages/screens.ts';
import { browserFile, isBuilt, openBrowser, openConsole, serveHome, type ServedHome } from '../pages/serve.ts';

const missing = !isBuilt() ? 'run "npm run build" first' : browserFile() === undefined ? 'no Chromium here' : undefined;
if (missing !== undefined) console.warn(`e2e/console/journey: skipped, ${missing}`);

describe.skipIf(missing !== undefined)('a first quarter of an hour in a browser', () => {
  let served: ServedHome;
  let browser: Browser;
  let page: Page;
  let problems: string[];
  let work: string;
  let password = '';
  let sockets: SocketWatch;

  beforeAll(async () => {
    served = await serveHome();
    sockets = watchSockets(served.folder);
    work = join(served.folder, 'thesis');
    mkdirSync(join(work, 'data'), { recursive: true });
    mkdirSync(join(served.folder, 'drive'));
    writeFileSync(join(work, 'chapter.md'), '# Layers\n');
    writeFileSync(join(work, 'data/run.csv'), 'depth,age\n1,12\n2,19\n');
    browser = await openBrowser();
    ({ page, problems } = await openConsole(browser, served.address));
  });
  afterAll(async () => {
    sockets?.stop();
    await browser?.close();
    await served?.stop();
  });

  it('takes the login code out of the address at once', async () => {
    await welcomeOf(page).shown();
    expect(page.url()).not.toContain('code=');
  });

  it('answers three questions and takes a real snapshot', async () => {
    const welcome = welcomeOf(page);
    await welcome.protect();
    await page.getByLabel('Path of a folder').fill(work);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await welcome.folderIsListed(work);
    await welcome.foldersDone();
    await welcome.copiesTo(join(served.folder, 'drive/copies'));
    password = await welcome.keepPassword();
    expect(password.split('-')).toHaveLength(6);
    await welcome.vaultPassphrase('correct horse battery');
    await welcome.start();
    expect(await welcome.firstSnapshotDone()).toContain('2 files are in your first snapshot');
  });

  it('brings one file back as the proof, then says that the work is safe', async () => {
    expect(await welcomeOf(page).prove()).toContain('1 file restored, 1 identical.');
    await welcomeOf(page).finish();
    await expect.poll(() => overviewOf(page).headline()).toContain('Your work is safe.');
  });

  it('backs up again from the overview and says so at the foot', async () => {
    writeFileSync(join(work, 'second.md'), '# More\n');
    await overviewOf(page).backUp('thesis');
    await page.getByText('Snapshot of thesis: done').waitFor();
    await snapshotsOf(page).open();
    await expect.poll(() => snapshotsOf(page).rows().count()).toBe(2);
  });

  it('shows what is inside a file of a snapshot, as a table for CSV', async () => {
    const snapshots = snapshotsOf(page);
    await snapshots.openNewest();
    await snapshots.file('data').last().click();
    await snapshots.file('run.csv').click();
    await snapshots.preview().getByRole('cell', { name: '19' }).waitFor();
    await page.keyboard.press('Escape');
  });

  it('restores everything into a folder of its own, byte by byte', async () => {
    await consoleOf(page).openScreen('Restore');
    const target = join(served.folder, 'restored');
    expect(await restoreOf(page).everythingInto(target)).toContain('3 files restored, 3 identical.');
    expect(readFileSync(join(target, work, 'data/run.csv'), 'utf8')).toBe('depth,age\n1,12\n2,19\n');
  });

  it('has all of it in the log, which a check finds intact', async () => {
    const log = logOf(page);
    await log.open();
    await log.rows('restore.finished').first().waitFor();
    await log.rows('restore.finished').filter({ hasText: '3 files restored from' }).first().waitFor();
    await log.openRow('snapshot.finished');
    await log.panel().getByText('Snapshot').first().waitFor();
    await log.checkNow();
    await log.verdict('consistent').waitFor();
  });

  it('comes back after a reload of the page, still signed in and on the same entry', async () => {
    const before = page.url();
    await page.reload();
    await logOf(page).panel().waitFor();
    expect(page.url()).toBe(before);
  });

  it('speaks Portuguese when asked, and remembers it', async () => {
    await consoleOf(page).openScreen('Settings');
    await consoleOf(page).chooseLanguage('Português (Brasil)');
    await page.getByRole('heading', { name: 'Configurações' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Configurações' }).waitFor();
    await expect.poll(() => page.getAttribute('html', 'lang')).toBe('pt-BR');
    expect(problems).toEqual([]);
  });

  it('asks for a token, in clear words, when the address was used before', async () => {
    const second = await openConsole(browser, served.address);
    await second.page.getByText('The link was already used or is older than 5 minutes.').waitFor();
    await second.page.getByLabel('API token').fill('nonsense');
    await second.page.getByRole('button', { name: 'Sign in' }).click();
    await second.page.getByText('This token was not accepted.').waitFor();
    await second.context.close();
  });

  it('has spoken to nobody outside this machine', ({ skip }) => {
    if (process.platform !== 'linux') skip('sockets are watched on Linux only');
    const { strangers, looks } = sockets.stop();
    expect(looks).toBeGreaterThan(10);
    expect(strangers).toEqual([]);
  });
});
