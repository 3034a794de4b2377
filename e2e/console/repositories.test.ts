// Looking after a repository that restic made, in the console, by keyboard where it says so, in both languages and schemes; restic judges what was done.
// And a drive that comes and goes: a folder that is renamed stands for it.
import { randomBytes } from 'node:crypto';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLocal } from '../../src/main/engine/repository/testing/index.ts';
import { repositoriesOf } from '../pages/repositories.ts';
import { overviewOf } from '../pages/screens.ts';
import { bothSchemes, findings, inScheme, press, tabTo } from '../pages/look.ts';
import { browserFile, isBuilt, openBrowser, openConsole, serveHome, type ServedHome } from '../pages/serve.ts';

const resticPath = process.env['VARVE_RESTIC'] ?? '/usr/bin/restic';
const missing = !isBuilt() ? 'run "npm run build" first' : browserFile() === undefined ? 'no Chromium here' : !existsSync(resticPath) ? `no restic at ${resticPath}` : undefined;
if (missing !== undefined) console.warn(`e2e/console/repositories: skipped, ${missing}`);

/** Copies, repairs and exchanged drives are judged in parts by other tests; the whole journey is a long one. */
const long = process.env['VARVE_LONG'] === '1';
if (!long) console.warn('e2e/console/repositories: copies, repairs and exchanged drives are left out, VARVE_LONG=1 runs them');

const bin = join(import.meta.dirname, '../../bin/varve.mjs');
const pictures = process.env['VARVE_PICTURES'];
const password = 'from restic';

describe.skipIf(missing !== undefined)('looking after repositories', () => {
  let served: ServedHome;
  let browser: Browser;
  let page: Page;
  let problems: string[];
  let does: ReturnType<typeof repositoriesOf>;
  const at = (...parts: string[]): string => join(served.folder, ...parts);

  /** Looking into a repository keeps a shared lock for a minute, which is in nobody's way but a check's. */
  function restic(repository: string, args: readonly string[], env: Record<string, string> = {}): { code: number | null; out: string } {
    const ran = spawnSync(resticPath, ['--no-cache', ...(args[0] === 'check' || args[0] === 'restore' ? ['--no-lock'] : []), '-r', at(repository), ...args], { encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: at('person'), RESTIC_PASSWORD: password, ...env } });
    return { code: ran.status, out: ran.stdout + ran.stderr };
  }
  function well(repository: string, args: readonly string[], env: Record<string, string> = {}): string {
    const { code, out } = restic(repository, args, env);
    if (code !== 0) throw new Error(`restic ${args.join(' ')}: ${out}`);
    return out;
  }
  function varve(...args: string[]): void {
    const { DBUS_SESSION_BUS_ADDRESS: _bus, ...env } = process.env;
    const ran = spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8', env: { ...env, HOME: at('person'), VARVE_HOME: at('home'), VARVE_LANGUAGE: 'en' } });
    if (ran.status !== 0) throw new Error(`varve ${args.join(' ')}: ${ran.stdout}${ran.stderr}`);
  }
  const shoot = async (name: string): Promise<void> => {
    if (pictures !== undefined) {
      await page.locator('main').evaluate((main) => main.style.setProperty('overflow', 'visible'));
      await page.setViewportSize({ width: 1360, height: await page.locator('main').evaluate((main) => Math.min(4_000, Math.max(900, main.scrollHeight + 120))) });
      await page.screenshot({ path: join(pictures, `${name}.png`) });
      await page.setViewportSize({ width: 1360, height: 900 });
    }
  };
  async function openPage(): Promise<void> {
    ({ page, problems } = await openConsole(browser, served.address));
    does = repositoriesOf(page);
  }
  /** The question before what cannot be undone: nothing dangerous has the focus, axe finds nothing in either scheme, and Enter first cancels. */
  async function sureByKeyboard(open: ReturnType<Page['locator']>): Promise<void> {
    await press(page, open);
    const cancel = page.getByTestId('sure').getByRole('button', { name: 'Cancel' });
    await expect.poll(() => cancel.evaluate((element) => element === document.activeElement)).toBe(true);
    await bothSchemes(page, 'sure');
    await page.keyboard.press('Enter');
    await does.sure().waitFor({ state: 'detached' });
    await press(page, open);
    await press(page, does.sure());
  }

  beforeAll(async () => {
    served = await serveHome();
    mkdirSync(at('work'));
    well('usb', ['init']);
    for (const name of ['one', 'two', 'three']) {
      writeFileSync(at('work', 'data.bin'), randomBytes(2_000_000));
      writeFileSync(at('work', `${name}.txt`), `${name}\n`);
      well('usb', ['backup', at('work')]);
    }
    well('usb', ['forget', '--keep-last', '2']);
    writeFileSync(at('password'), 'of the second\n', { mode: 0o600 });
    browser = await openBrowser();
    await openPage();
  });
  afterAll(async () => {
    await browser?.close();
    await served?.stop();
  });

  it('a repository of restic is opened, found by keyboard, and says what it takes', async () => {
    await page.getByTestId('door-open').click();
    await page.getByLabel('Where is it?').or(page.getByRole('textbox').first()).first().fill(at('usb'));
    await page.getByLabel('Its password').or(page.locator('input[type=password]').first()).first().fill(password);
    await page.getByTestId('vault-passphrase').fill('correct horse battery');
    await page.locator('form button[type=submit]:not([disabled])').click();
    await page.getByTestId('finish').click();
    varve('plan', 'add', 'work', '--repo', 'usb', '--path', at('work'));
    await page.keyboard.press('Control+k');
    await page.getByTestId('palette').getByRole('combobox').fill('repositories');
    await page.keyboard.press('Enter');
    const link = does.list().getByRole('link');
    await link.waitFor();
    await tabTo(page, link);
    await shoot('repositories.list.en.light');
    await page.keyboard.press('Enter');
    await does.shown('usb');
    await does.facts().getByText('2 snapshots').waitFor();
    await expect.poll(() => does.facts().textContent()).toMatch(/connected.*never checked.*never read back.*restic, version 2/s);
    await expect.poll(() => page.title()).toBe('Repositories · Varve');
    expect(await findings(page)).toEqual([]);
  });

  it('a share is checked, then every byte, by keyboard; what was read when is said', async () => {
    const share = does.card('check').getByRole('radio', { name: 'A share of the data' });
    await tabTo(page, does.card('check').getByRole('radio', { name: 'Only the structure' }));
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => share.isChecked()).toBe(true);
    await tabTo(page, does.card('check').getByRole('button', { name: 'Check now' }));
    await page.keyboard.press('Enter');
    await does.report(true).waitFor();
    await does.check('Every byte');
    await does.report(true).getByText('Read back: every byte').waitFor();
    await does.facts().getByText('every byte, the oldest reading').waitFor();
  });

  it('a result stays when the strip has let it go and the page was left, on each page that shows it, until it is put away', async () => {
    // Both checks; without a hand the strip lets go of each after twelve seconds.
    for (let each = 0; each < 2; each += 1) await page.getByTestId('strip').getByRole('button', { name: 'Close' }).click();
    await page.getByTestId('strip').getByText('Nothing is running').waitFor();
    await does.report(true).waitFor();
    await does.goTo('/settings');
    const result = page.locator('[data-testid=repository][data-name=usb]').getByTestId('check-result');
    await result.waitFor();
    await does.goTo('/repositories/usb');
    await does.report(true).getByText('Read back: every byte').waitFor();
    await press(page, does.report(true).getByRole('button', { name: 'Put this result away' }));
    await does.report(true).waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.closest('section')?.id)).toBe('check');
    await does.goTo('/settings');
    await page.locator('[data-testid=repository][data-name=usb]').waitFor();
    expect(await result.count()).toBe(0);
    await does.goTo('/repositories/usb');
    await does.shown('usb');
  });

  it('space is given back after a look at what goes, by keyboard; restic finds the repository clean and the newest snapshot whole', async () => {
    const before = readdirSync(at('usb', 'data'), { recursive: true }).length;
    const prune = does.card('prune');
    await press(page, prune.getByRole('button', { name: 'See what would go' }));
    const plan = page.getByTestId('prune-plan');
    await plan.waitFor();
    expect(Number(await plan.getAttribute('data-freed'))).toBeGreaterThan(1_500_000);
    // Nothing was touched by looking.
    expect(readdirSync(at('usb', 'data'), { recursive: true })).toHaveLength(before);
    await sureByKeyboard(prune.getByRole('button', { name: /^Give back .*MB…$/ }));
    await page.getByTestId('prune-report').waitFor();
    await expect.poll(() => does.facts().textContent()).not.toContain('lock');
    expect(well('usb', ['check', '--read-data'])).toContain('no errors were found');
    well('usb', ['restore', 'latest', '--target', at('back')]);
    expect(readFileSync(join(at('back'), at('work', 'data.bin'))).equals(readFileSync(at('work', 'data.bin')))).toBe(true);
    await shoot('repository.en.light');
  });

  it('passwords, by keyboard: one more, another for this home, one taken away; restic opens with those that are left and no other', async () => {
    await press(page, does.card('passwords').getByRole('button', { name: 'Add a password…' }));
    await expect.poll(() => page.getByTestId('password').evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await findings(page)).toEqual([]);
    await page.keyboard.type('for the sheet');
    await tabTo(page, page.getByTestId('password-again'));
    await page.keyboard.type('for the sheet');
    await page.keyboard.press('Enter');
    await page.getByTestId('password-said').getByText('The password was added').waitFor();
    expect(well('usb', ['snapshots'], { RESTIC_PASSWORD: 'for the sheet' })).toContain('2 snapshots');
    await does.newPassword('Change the password used here…', 'the new one');
    await page.getByTestId('password-said').getByText('The old one opens nothing').waitFor();
    expect(restic('usb', ['snapshots']).code).not.toBe(0);
    expect(well('usb', ['snapshots'], { RESTIC_PASSWORD: 'the new one' })).toContain('2 snapshots');
    await expect.poll(() => page.locator('[data-testid=key]').count()).toBe(2);
    await sureByKeyboard(page.locator('[data-testid=key][data-current=false]').getByRole('button'));
    await page.getByTestId('password-said').getByText('was taken away').waitFor();
    expect(restic('usb', ['snapshots'], { RESTIC_PASSWORD: 'for the sheet' }).code).not.toBe(0);
    await expect.poll(() => page.locator('[data-testid=key]').count()).toBe(1);
  });

  it('an index that is lost is made anew after a look, by keyboard', async () => {
    for (const name of readdirSync(at('usb', 'index'))) rmSync(at('usb', 'index', name), { force: true });
    await press(page, page.getByTestId('repair-see-index'));
    await page.getByTestId('repair-plan-index').waitFor();
    await sureByKeyboard(page.getByTestId('repair-do-index'));
    await page.getByTestId('repair-report-index').waitFor();
    expect(well('usb', ['check'], { RESTIC_PASSWORD: 'the new one' })).toContain('no errors were found');
  });

  it('locks: who works there, and what a program that was cut off left is removed', async () => {
    const working = spawn(resticPath, ['--no-cache', '-r', at('usb'), 'backup', '--stdin'], { env: { PATH: process.env['PATH'], HOME: at('person'), RESTIC_PASSWORD: 'the new one' }, stdio: ['pipe', 'ignore', 'ignore'] });
    await expect.poll(() => readdirSync(at('usb', 'locks')).length).toBeGreaterThan(0);
    const locks = does.card('locks');
    const look = locks.getByRole('button', { name: 'Look again' });
    await expect.poll(async () => {
      await look.click();
      return page.getByTestId('lock').allTextContents();
    }).toEqual(expect.arrayContaining([expect.stringMatching(new RegExp(`process ${working.pid}.*reads or adds, works`)) as string]));
    const gone = new Promise((resolve) => working.on('exit', resolve));
    working.kill('SIGKILL');
    await gone;
    await expect.poll(async () => {
      await look.click();
      return page.locator('[data-testid=lock][data-stale=true]').count();
    }).toBe(1);
    await shoot('repository.locks.en.light');
    await locks.getByRole('button', { name: 'Remove those nobody needs' }).click();
    await page.getByTestId('locks-said').getByText('1 lock removed').waitFor();
    expect(restic('usb', ['list', 'locks'], { RESTIC_PASSWORD: 'the new one' }).out).not.toMatch(/^[0-9a-f]{64}$/m);
  });

  it.skipIf(!long)('snapshots are copied to another repository, which restic finds clean', async () => {
    varve('repo', 'add', 'second', '--path', at('second'), '--password-file', at('password'));
    await does.card('copy').getByRole('button', { name: 'Copy', exact: true }).click();
    await page.getByTestId('copy-report').getByText('2 snapshots copied to second').waitFor();
    expect(well('second', ['check', '--read-data'], { RESTIC_PASSWORD: 'of the second' })).toContain('no errors were found');
  });

  it.skipIf(!long)('what cannot be read stops everything that removes, and an index that is lost is made anew after a look', async () => {
    await does.goTo('/repositories/second');
    await does.shown('second');
    const [snapshot = ''] = readdirSync(at('second', 'snapshots'));
    const whole = readFileSync(at('second', 'snapshots', snapshot));
    writeFileSync(at('second', 'snapshots', snapshot), Buffer.alloc(whole.length), { flag: 'w' });
    await does.card('prune').getByRole('button', { name: 'See what would go' }).click();
    const refused = does.card('prune').getByTestId('error');
    await refused.waitFor();
    expect(await refused.getAttribute('data-code')).toBe('REPOSITORY_DAMAGED');
    expect(await refused.textContent()).toContain('nothing is removed');
    await shoot('repository.refused.en.light');
    writeFileSync(at('second', 'snapshots', snapshot), whole);
    for (const name of readdirSync(at('second', 'index'))) rmSync(at('second', 'index', name), { force: true });
    await does.check('Only the structure');
    await does.report(false).waitFor();
    await does.report(false).getByText('What was found').click();
    await page.getByTestId('repair-see-index').click();
    await page.getByTestId('repair-plan-index').waitFor();
    await page.getByTestId('repair-do-index').click();
    await does.sure().click();
    await page.getByTestId('repair-report-index').waitFor();
    await shoot('repository.repaired.en.light');
    for (const what of ['packs', 'snapshots']) {
      await page.getByTestId(`repair-see-${what}`).click();
      await page.getByTestId(`repair-plan-${what}`).getByText('Nothing to repair').waitFor();
    }
    expect(well('second', ['check', '--read-data'], { RESTIC_PASSWORD: 'of the second' })).toContain('no errors were found');
  });

  it('a snapshot waits for its drive, says so, can be taken back, and is taken when the drive is there again', async () => {
    renameSync(at('usb'), at('away'));
    await does.goTo('/');
    await overviewOf(page).shown();
    await overviewOf(page).backUp('work');
    await page.getByTestId('need-waiting').waitFor();
    expect(await findings(page)).toEqual([]);
    await shoot('overview.waiting.en.light');
    await page.getByTestId('need-waiting').getByRole('button', { name: 'Stop waiting' }).click();
    await page.getByTestId('need-absent').waitFor();
    await overviewOf(page).backUp('work');
    await page.getByTestId('need-waiting').waitFor();
    await does.goTo('/repositories/usb');
    await page.locator('[data-testid=away][data-state=absent]').getByText('1 snapshot waits for it').waitFor();
    await shoot('repository.away.en.light');
    renameSync(at('away'), at('usb'));
    await does.facts().getByText('3 snapshots').waitFor({ timeout: 60_000 });
    expect(well('usb', ['snapshots', '--json'], { RESTIC_PASSWORD: 'the new one' })).toContain('varve-plan:');
    await does.goTo('/');
    await page.getByTestId('need-waiting').waitFor({ state: 'detached' });
  });

  it.skipIf(!long)('another drive at the same place is refused by name; a password that is not right any more, and an append-only repository, say what to do', async () => {
    await served.halt();
    await page.close();
    writeFileSync(at('password'), 'not it\n');
    renameSync(at('usb'), at('away'));
    well('usb', ['init']);
    served = await serveHome(served.folder);
    await openPage();
    // Until the vault is open nobody can tell whose drive it is.
    await page.getByTestId('need-vaultLocked').getByRole('button', { name: 'Unlock' }).click();
    await page.getByRole('dialog').locator('input[type=password]').fill('correct horse battery');
    await page.keyboard.press('Enter');
    await page.getByTestId('need-other').waitFor();
    await shoot('overview.other.en.light');
    await does.goTo('/repositories/usb');
    await page.locator('[data-testid=away][data-state=other]').waitFor();
    rmSync(at('usb'), { recursive: true });
    renameSync(at('away'), at('usb'));
    await page.getByRole('button', { name: 'Look again' }).click();
    await does.card('check').waitFor();

    await does.goTo('/settings');
    await page.locator('[data-testid=repository][data-name=second]').getByRole('link').click();
    await does.shown('second');
    const wrong = does.card('passwords').getByTestId('error');
    await wrong.waitFor();
    expect(await wrong.getAttribute('data-code')).toBe('WRONG_PASSWORD');
    await shoot('repository.wrong-password.en.light');
    await does.newPassword('Enter the right password…', 'of the second');
    await page.getByTestId('password-said').getByText('The password fits').waitFor();
    // rustic's mark, made meanwhile.
    const repository = await openLocal(at('second'), 'of the second');
    const sealed = repository.sealer.seal(Buffer.from(JSON.stringify({ ...repository.config.raw, append_only: true })));
    rmSync(at('second', 'config'), { force: true });
    writeFileSync(at('second', 'config'), sealed);
    await expect.poll(async () => {
      await does.card('locks').getByRole('button', { name: 'Look again' }).click();
      return page.getByTestId('append-only').count();
    }).toBe(1);
    await expect.poll(() => does.card('prune').getByRole('button', { name: 'See what would go' }).isDisabled()).toBe(true);
    expect(await findings(page)).toEqual([]);
    await shoot('repository.append-only.en.light');
  });

  it('speaks Portuguese, and axe finds nothing in either scheme', async () => {
    await does.goTo('/settings');
    await page.getByText('Português (Brasil)', { exact: true }).click();
    for (const colorScheme of ['light', 'dark'] as const) {
      await inScheme(page, colorScheme);
      await does.goTo('/repositories');
      await page.getByRole('heading', { level: 1, name: 'Repositórios' }).waitFor();
      expect(await findings(page)).toEqual([]);
      await shoot(`repositories.list.pt-BR.${colorScheme}`);
      await does.goTo(`/repositories/${long ? 'second' : 'usb'}`);
      await does.card('repair').waitFor();
      expect(await findings(page)).toEqual([]);
      await shoot(`repository.pt-BR.${colorScheme}`);
    }
    expect(problems.filter((problem) => !/40[0-9]|50[0-9]|42[0-9]/.test(problem))).toEqual([]);
  });
});
