// Secrets in a browser: added, replaced with a test, brought back, shown for a while after asking again, and removed; without a mouse, in both languages
// and schemes. A value is on the page only while it is shown.
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogEntry } from '../../src/contract/log.ts';
import type { NamedSecret } from '../../src/contract/secrets.ts';
import { findings, goTo, inScheme, isFocused, press } from '../pages/look.ts';
import { rpc } from '../pages/rpc.ts';
import { browserFile, isBuilt, openBrowser, openConsole, serveHome, type ServedHome } from '../pages/serve.ts';

const missing = !isBuilt() ? 'run "npm run build" first' : browserFile() === undefined ? 'no Chromium here' : undefined;
if (missing !== undefined) console.warn(`e2e/console/secrets: skipped, ${missing}`);

const passphrase = 'correct horse battery';
const first = 'First-9f3a1c-value';
const second = 'Second-7b20de-value';
const pictures = process.env['VARVE_PICTURES'];

describe.skipIf(missing !== undefined)('secrets in a browser', () => {
  let served: ServedHome;
  let browser: Browser;
  let page: Page;
  let problems: string[];

  const shoot = async (name: string): Promise<void> => {
    if (pictures !== undefined) await page.screenshot({ path: join(pictures, `secrets-${name}.png`) });
  };
  const panel = (): Locator => page.getByTestId('secret-panel');
  const onPage = async (text: string): Promise<boolean> => (await page.content()).includes(text);
  const stored = async (): Promise<NamedSecret[]> => (await rpc<{ secrets: NamedSecret[] }>(page, 'secrets/list', {})).secrets;
  const valueOf = async (name: string): Promise<string> => (await rpc<{ value: string }>(page, 'secrets/reveal', { name, passphrase })).value;

  beforeAll(async () => {
    served = await serveHome();
    browser = await openBrowser();
    ({ page, problems } = await openConsole(browser, served.address, { width: 1360, height: 900 }));
    await page.getByTestId('door-folders').waitFor();
    await rpc(page, 'system/init', { secretStore: 'vault', passphrase });
    await page.reload();
    await goTo(page, '/secrets');
    await page.getByText('Each secret will be listed here').waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await served?.stop();
  });

  it('says plainly where they are kept, and takes the first one by keyboard alone', async () => {
    expect(await page.getByTestId('storage').innerText()).toMatch(/Kept in Varve’s vault file\.[^]*as strong as that/);
    expect(await findings(page)).toEqual([]);
    await shoot('empty');
    await press(page, page.getByRole('button', { name: 'Add a secret' }));
    await page.getByTestId('secret-name').waitFor();
    await page.keyboard.type('Not A Name');
    await page.getByText('Only lower-case letters').waitFor();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('mail.password');
    await page.keyboard.press('Tab');
    await page.keyboard.type('12345');
    await page.getByText('Shorter than six characters').waitFor();
    await page.keyboard.press('Control+A');
    await page.keyboard.type(first);
    expect(await page.getByTestId('secret-value').evaluate((field) => getComputedStyle(field).getPropertyValue('-webkit-text-security'))).toBe('disc');
    expect(await findings(page)).toEqual([]);
    await shoot('add');
    await press(page, page.getByTestId('form-do'));
    await panel().waitFor();
    expect(await page.getByTestId('secrets-said').innerText()).toContain('secret:mail.password');
    expect(await onPage(first)).toBe(false);
    expect(await valueOf('mail.password')).toBe(first);
  });

  it('sorts by need: expired first, then those that expire soon', async () => {
    const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();
    await rpc(page, 'secrets/set', { name: 'zz-expired', value: 'value of it', expiresAt: inDays(-2) });
    await rpc(page, 'secrets/set', { name: 'soon', value: 'value of it', expiresAt: inDays(6) });
    await rpc(page, 'secrets/set', { name: 'a-later', value: '1234', expiresAt: inDays(200) });
    await expect.poll(() => page.getByTestId('secret-row').evaluateAll((rows) => rows.map((row) => `${row.getAttribute('data-name')} ${row.getAttribute('data-need')}`))).toEqual(['zz-expired expired', 'soon soon', 'a-later none', 'mail.password none']);
    expect(await page.getByTestId('secret-row').first().innerText()).toMatch(/expired[^]*2 days ago/);
  });

  it('replaces by keyboard: a test that fails changes nothing, one that passes switches, and one can go back', async () => {
    await press(page, panel().getByRole('button', { name: 'Replace…' }));
    await expect.poll(() => isFocused(page.getByTestId('secret-value'))).toBe(true);
    await page.keyboard.type(second);
    await press(page, page.locator('summary', { hasText: 'Try it first' }));
    await page.keyboard.press('Tab');
    await page.keyboard.insertText(['sh', '-c', 'echo "$VARVE_SECRET is refused" >&2; exit 3'].join('\n'));
    expect(await findings(page)).toEqual([]);
    await press(page, page.getByRole('button', { name: 'Test and switch' }));
    await page.getByText('ended with 3: [secret:mail.password] is refused').waitFor();
    await shoot('replace-failed');
    expect((await stored()).find(({ name }) => name === 'mail.password')?.version).toBe(1);
    await page.getByTestId('secret-test').focus();
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(['sh', '-c', `test "$VARVE_SECRET" = ${second}`].join('\n'));
    await press(page, page.getByRole('button', { name: 'Test and switch' }));
    await page.getByText('Replaced: version 2 is used from now on.').waitFor();
    expect(await onPage(second)).toBe(false);
    expect(await valueOf('mail.password')).toBe(second);
    expect(await panel().innerText()).toMatch(/Version 2\s+in use, since[^]*Version 1\s+kept until/);
    await shoot('panel');
    expect(await findings(page)).toEqual([]);
    await press(page, panel().getByRole('button', { name: 'Switch back to version 1' }));
    await page.getByText('Switched back: version 1 is used again.').waitFor();
    expect(await valueOf('mail.password')).toBe(first);
  });

  it('shows a value only after asking again, for twenty seconds, and the record says so', async () => {
    await press(page, panel().getByRole('button', { name: 'Show the value…' }));
    await expect.poll(() => isFocused(page.getByTestId('reveal-passphrase'))).toBe(true);
    await page.keyboard.type('not the passphrase');
    await page.keyboard.press('Enter');
    await page.locator('[data-code="VAULT_WRONG_PASSPHRASE"]').waitFor();
    expect(await onPage(first)).toBe(false);
    await page.getByTestId('reveal-passphrase').fill(passphrase);
    await page.getByTestId('reveal-passphrase').press('Enter');
    await page.getByTestId('revealed').waitFor();
    expect(await page.getByTestId('revealed').innerText()).toBe(first);
    expect(await page.getByTestId('reveal-left').innerText()).toMatch(/^Gone in (20|19|18) seconds$/);
    expect(await findings(page)).toEqual([]);
    await shoot('revealed');
    await page.getByText('The value is hidden again.').waitFor({ timeout: 40_000 });
    expect(await onPage(first)).toBe(false);
    await page.getByTestId('reveal').getByRole('button', { name: 'Close' }).last().click();
    const { entries } = await rpc<{ entries: LogEntry[] }>(page, 'log/list', { filter: { category: ['access'] }, limit: 100 });
    expect(entries.map(({ action }) => action)).toEqual(expect.arrayContaining(['secret.revealed', 'secret.refused']));
    expect(JSON.stringify(entries)).not.toContain(first);
    await expect.poll(() => page.getByTestId('accesses').innerText()).toContain('to look at it');
    expect(await page.getByTestId('accesses').innerText()).toContain('not given: That is not the vault’s passphrase');
  });

  it('hides a value at once when asked, or when the window is closed', async () => {
    for (const how of ['Hide it now', 'Escape']) {
      await panel().getByRole('button', { name: 'Show the value…' }).click();
      await page.getByTestId('reveal-passphrase').fill(passphrase);
      await page.getByTestId('reveal-do').click();
      await page.getByTestId('revealed').waitFor();
      if (how === 'Escape') await page.keyboard.press('Escape');
      else await page.getByRole('button', { name: how }).click();
      await page.getByTestId('revealed').waitFor({ state: 'detached' });
      expect(await onPage(first)).toBe(false);
      await page.keyboard.press('Escape');
      await page.getByTestId('reveal').waitFor({ state: 'detached' });
    }
  });

  it('removes after asking, and the address of what is gone says so', async () => {
    await goTo(page, '/secrets/a-later');
    await expect.poll(() => panel().getAttribute('data-name')).toBe('a-later');
    await press(page, panel().getByRole('button', { name: 'Remove…' }));
    await page.getByText('Remove the secret “a-later” for good?').waitFor();
    expect(await findings(page)).toEqual([]);
    await shoot('remove');
    await press(page, page.getByTestId('sure-yes'), 'Shift+Tab');
    await page.getByText('The secret “a-later” was removed.').waitFor();
    expect((await stored()).map(({ name }) => name)).not.toContain('a-later');
    await page.reload();
    await goTo(page, '/secrets/a-later');
    await page.getByText('There is no secret “a-later” any more.').waitFor();
    await page.getByRole('link', { name: 'Recovery kit' }).click();
    await expect.poll(() => page.locator('#secrets').evaluate((section) => section.getBoundingClientRect().top < window.innerHeight / 2).catch(() => false)).toBe(true);
    await page.getByRole('button', { name: 'Save the encrypted keys…' }).waitFor();
    expect(problems.filter((problem) => !problem.includes('/rpc/secrets/'))).toEqual([]);
  });

  it.each([['light'], ['dark']] as const)('reads in Portuguese, also in the %s scheme, for everybody’s eyes', async (scheme) => {
    await inScheme(page, scheme);
    await rpc(page, 'system/settings/set', { language: 'pt-BR' });
    await goTo(page, '/secrets/mail.password');
    await page.reload();
    await page.getByRole('heading', { name: 'Segredos' }).waitFor();
    await panel().waitFor();
    expect(await page.getByTestId('storage').innerText()).toContain('Guardados em: cofre em arquivo do Varve.');
    expect(await findings(page)).toEqual([]);
    await shoot(`pt-${scheme}`);
    await panel().getByRole('button', { name: 'Substituir…' }).click();
    await page.getByTestId('form-dialog').getByText('O novo valor passa a ser usado.').waitFor();
    expect(await findings(page)).toEqual([]);
    await shoot(`pt-replace-${scheme}`);
    await page.keyboard.press('Escape');
  });

  it('of a locked vault can be seen but not used, until it is unlocked here', async () => {
    await served.halt();
    const again = await serveHome(served.folder);
    try {
      const { page: other, context } = await openConsole(browser, again.address, { scheme: 'dark' });
      await other.getByTestId('headline').waitFor();
      await other.evaluate(() => {
        window.location.hash = '/secrets/soon';
      });
      await other.getByTestId('secret-panel').waitFor();
      expect(await other.getByTestId('secret-panel').getByRole('button').nth(2).isDisabled()).toBe(true);
      if (pictures !== undefined) await other.screenshot({ path: join(pictures, 'secrets-locked-dark.png') });
      await other.getByTestId('storage').getByRole('button').click();
      await other.locator('input[type=password]').fill(passphrase);
      await other.keyboard.press('Enter');
      await expect.poll(() => other.getByTestId('secret-panel').getByRole('button').nth(2).isEnabled()).toBe(true);
      await context.close();
    } finally {
      await again.halt();
    }
  });
});
