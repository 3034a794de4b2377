// Alerts in the console: a damaged repository is told, with why and what to do; “I’m on it” by keyboard alone; a channel is added and tried for real; notices over
// whatever is open; both languages, both schemes.
import AxeBuilder from '@axe-core/playwright';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rpc, runTask } from '../pages/rpc.ts';
import { browserFile, isBuilt, openBrowser, openConsole, serveHome, type ServedHome } from '../pages/serve.ts';

const missing = !isBuilt() ? 'run "npm run build" first' : browserFile() === undefined ? 'no Chromium here' : undefined;
if (missing !== undefined) console.warn(`e2e/console/alerts: skipped, ${missing}`);
const pictures = process.env['VARVE_PICTURES'];

describe.skipIf(missing !== undefined)('alerts', () => {
  let served: ServedHome;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let hook: Server;
  const got: string[] = [];

  const findings = async (): Promise<string[]> => {
    await page.evaluate(() => Promise.all(document.getAnimations().filter((animation) => animation.effect?.getTiming().iterations !== Infinity).map((animation) => animation.finished.catch(() => undefined))));
    const { violations } = await new AxeBuilder({ page: page as never }).analyze();
    return violations.flatMap((violation) => violation.nodes.map((node) => `${violation.id}: ${node.target.join(' ')} ${node.any[0]?.message ?? ''}`));
  };
  const inBothSchemes = async (name: string): Promise<void> => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await findings()).toEqual([]);
      if (pictures !== undefined) await page.screenshot({ fullPage: true, path: join(pictures, `${name}.${colorScheme}.png`) });
    }
  };
  const goTo = (path: string): Promise<void> => page.evaluate((hash) => void (window.location.hash = hash), path);
  const alert = (): ReturnType<Page['locator']> => page.locator('[data-testid=alert][data-code=integrity_repository]');

  beforeAll(async () => {
    hook = createServer((request, response) => {
      let body = '';
      request.on('data', (piece: Buffer) => (body += piece.toString()));
      request.on('end', () => (got.push(body), response.end()));
    });
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
    served = await serveHome();
    browser = await openBrowser();
    ({ context, page } = await openConsole(browser, served.address));
    await page.getByTestId('door-sample').click();
    await page.getByTestId('vault-passphrase').fill('correct horse battery');
    await page.getByRole('button', { name: 'Set up sample data' }).click();
    await page.getByTestId('headline').waitFor();
  });
  afterAll(async () => {
    await context?.close();
    await browser?.close();
    await served?.stop();
    hook?.closeAllConnections();
    await new Promise<void>((resolve) => (hook ? hook.close(() => resolve()) : resolve()));
  });

  it('says that nothing needs you while nothing does', async () => {
    await page.getByRole('link', { name: 'Alerts', exact: true }).click();
    await page.getByText('Nothing needs you.').waitFor();
    await page.getByTestId('channel').filter({ hasText: 'desktop' }).waitFor();
    await inBothSchemes('alerts-none.en');
  });

  it('tells a damaged repository with what it means, what to do, and why it fired', async () => {
    const [repository] = await rpc<{ name: string; path: string }[]>(page, 'repositories/list', {});
    if (repository === undefined) throw new Error('the sample has no repository');
    const packs = readdirSync(join(repository.path, 'data'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const largest = packs.sort((a, b) => statSync(b).size - statSync(a).size)[0] as string;
    const bytes = readFileSync(largest);
    bytes[100] = (bytes[100] as number) ^ 1;
    chmodSync(largest, 0o600);
    writeFileSync(largest, bytes);
    await runTask(page, 'repositories/check', { repository: repository.name, readData: true });
    await rpc(page, 'alerts/settings/set', { ticketAfter: 4 });
    await alert().waitFor();
    expect(await alert().getAttribute('data-severity')).toBe('critical');
    expect(await alert().textContent()).toContain('Do not delete anything.');
    await alert().getByText('Why it fired').click();
    await alert().getByText('Fires when a check finds errors').waitFor();
    // Integrity cannot be silenced.
    expect(await alert().getByRole('button').allTextContents()).toEqual(['I’m on it']);
    await inBothSchemes('alerts-needs.en');
  });

  it('“I’m on it” works by keyboard alone and makes it quiet, which can be taken back', async () => {
    await page.getByRole('button', { name: /^I’m on it: / }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Nothing needs you.').waitFor();
    await page.getByTestId('tab-needs').focus();
    await page.keyboard.press('ArrowRight');
    await page.getByText(/is on it, until/).waitFor();
    await inBothSchemes('alerts-quiet.en');
    await page.getByRole('button', { name: /^I’m not on it any more: / }).click();
    await page.getByTestId('tab-needs').click();
    await alert().waitFor();
  });

  it('a channel is added with its own form and tried with a real message', async () => {
    await page.getByText('Add a channel').click();
    await page.getByTestId('channel-kind').selectOption('webhook');
    await page.getByTestId('channel-name').fill('team');
    await page.getByTestId('channel-url').fill(`http://127.0.0.1:${(hook.address() as AddressInfo).port}/`);
    await page.getByTestId('channel-password').fill('a key');
    await inBothSchemes('channels-add.en');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('button', { name: 'Send a test message: team' }).click();
    await page.getByText('The test message was delivered.').waitFor();
    expect(JSON.parse(got[0] ?? '{}')).toMatchObject({ format: 'varve-alert', kind: 'test' });
    await page.getByRole('button', { name: 'Remove: team' }).click();
    await page.getByTestId('sure-yes').click();
    await expect.poll(() => page.getByTestId('channel').count()).toBe(1);
  });

  it('says why a message did not get through', async () => {
    await rpc(page, 'alerts/channels/add', { name: 'gone', target: { kind: 'webhook', url: 'http://127.0.0.1:9/' } });
    await page.getByRole('button', { name: 'Send a test message: gone' }).click();
    await page.getByText(/^The test message was not delivered: /).waitFor();
  });

  it('a notice stands over whatever screen is open, and leads to the alerts', async () => {
    await goTo('/settings');
    await rpc(page, 'alerts/channels/test', { channel: 'desktop' });
    const notice = page.getByTestId('notice');
    await notice.getByText('Varve: a test message').waitFor();
    await inBothSchemes('notice.en');
    await notice.getByRole('button', { name: 'Open alerts' }).click();
    await page.getByTestId('tab-needs').waitFor();
    expect(await notice.count()).toBe(0);
  });

  it('speaks Portuguese', async () => {
    await rpc(page, 'system/settings/set', { language: 'pt-BR' });
    await page.getByRole('heading', { name: 'Alertas' }).waitFor();
    await page.getByText(/^O repositório .+ está danificado$/).waitFor();
    await inBothSchemes('alerts-needs.pt-BR');
  });
});
