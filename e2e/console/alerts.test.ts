// Alerts in the console: a damaged repository is told, with why and what to do; “I’m on it” by keyboard alone; a channel is added, changed and tried for real; a
// ticket is closed with a word; silences, outside checkers and limits; notices over whatever is open; both languages, both schemes.
import { createHmac } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rpc, runTask } from '../pages/rpc.ts';
import { openSampleConsole, whatIsMissing, type SampleConsole } from '../pages/sample-console.ts';

describe.skipIf(whatIsMissing('e2e/console/alerts') !== undefined)('alerts', () => {
  let at: SampleConsole;
  let page: Page;
  let hook: Server;
  const got: string[] = [];
  /** Bodies of test messages, each with its signature. */
  const tests: { body: string; signature: unknown }[] = [];
  const asked: string[] = [];

  const alert = (): ReturnType<Page['locator']> => page.locator('[data-testid=alert][data-code=integrity_repository]');

  beforeAll(async () => {
    hook = createServer((request, response) => {
      let body = '';
      request.on('data', (piece: Buffer) => (body += piece.toString()));
      request.on('end', () => {
        if (request.method === 'GET') asked.push(request.url ?? '');
        else {
          got.push(body);
          if (body.includes('"kind":"test"')) tests.push({ body, signature: request.headers['x-varve-signature'] });
        }
        response.end();
      });
    });
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
    at = await openSampleConsole();
    ({ page } = at);
  });
  afterAll(async () => {
    await at?.close();
    hook?.closeAllConnections();
    await new Promise<void>((resolve) => (hook ? hook.close(() => resolve()) : resolve()));
  });

  it('says that nothing needs you while nothing does', async () => {
    // Notices have their own test; here they would stand over what is looked at.
    await rpc(page, 'alerts/channels/edit', { channel: 'desktop', name: 'desktop', enabled: false, target: { kind: 'desktop' } });
    await page.getByRole('link', { name: 'Alerts', exact: true }).click();
    await page.getByText('Nothing needs you.').waitFor();
    await page.getByTestId('channel').filter({ hasText: 'desktop' }).waitFor();
    await at.bothSchemes('alerts-none.en');
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
    await at.bothSchemes('alerts-needs.en');
  });

  it('“I’m on it” works by keyboard alone and makes it quiet, which can be taken back', async () => {
    await page.getByRole('button', { name: /^I’m on it: / }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('Nothing needs you.').waitFor();
    await page.getByTestId('tab-needs').focus();
    await page.keyboard.press('ArrowRight');
    await page.getByText(/is on it, until/).waitFor();
    await at.bothSchemes('alerts-quiet.en');
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
    await at.bothSchemes('channels-add.en');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('button', { name: 'Send a test message: team' }).click();
    await page.getByText('The test message was delivered.').waitFor();
    expect(JSON.parse(got[0] ?? '{}')).toMatchObject({ format: 'varve-alert', kind: 'test' });
    // Changed: the key stays, is not shown, and can be replaced.
    await page.getByRole('button', { name: 'Edit: team' }).click();
    const dialog = page.getByTestId('form-dialog');
    expect(await dialog.getByTestId('channel-password').inputValue()).toBe('');
    await dialog.getByText('one is kept and not shown; leave empty to keep it').waitFor();
    await at.bothSchemes('channels-edit.en');
    await dialog.getByTestId('channel-name').fill('lab');
    await dialog.getByTestId('form-do').click();
    const again = async (): Promise<void> => {
      await page.getByRole('button', { name: 'Send a test message: lab' }).click();
      await page.getByTestId('channel').filter({ hasText: 'lab' }).getByText('The test message was delivered.').waitFor();
    };
    await again();
    await page.getByRole('button', { name: 'Edit: lab' }).click();
    await dialog.getByTestId('channel-password').fill('another key');
    await dialog.getByTestId('form-do').click();
    await dialog.waitFor({ state: 'detached' });
    await again();
    await expect.poll(() => tests.map(({ body, signature }, at) => signature === `sha256=${createHmac('sha256', at < 2 ? 'a key' : 'another key').update(body).digest('hex')}`)).toEqual([true, true, true]);
    await page.getByRole('button', { name: 'Remove: lab' }).click();
    await page.getByTestId('sure-yes').click();
    await expect.poll(() => page.getByTestId('channel').count()).toBe(1);
  });

  it('says why a message did not get through', async () => {
    await rpc(page, 'alerts/channels/add', { name: 'gone', target: { kind: 'webhook', url: 'http://127.0.0.1:9/' } });
    await page.getByRole('button', { name: 'Send a test message: gone' }).click();
    await page.getByText(/^The test message was not delivered: /).waitFor();
  });

  it('a ticket shows what its run printed, leads to run and job, and is closed with a word', async () => {
    await rpc(page, 'alerts/settings/set', { ticketAfter: 1 });
    await rpc(page, 'jobs/add', { definition: { name: 'sync', title: 'Sync with the lab', work: { kind: 'command', argv: [process.execPath, '-e', 'console.log("no such host: lab"); process.exit(3)'] }, schedule: { kind: 'manual' }, retries: { most: 0 } } });
    await rpc(page, 'jobs/run', { job: 'sync' });
    await page.getByTestId('tab-tickets').click();
    const ticket = page.getByTestId('ticket');
    await ticket.getByText('Failed 1 time since').waitFor();
    await ticket.getByText(/line.* it printed/).click();
    await ticket.getByText('no such host: lab').waitFor();
    expect(await ticket.getByRole('link').allTextContents()).toEqual(['Open the run', 'Open the job']);
    await at.bothSchemes('tickets.en');
    await ticket.getByRole('button', { name: 'Close: Sync with the lab' }).click();
    await page.getByTestId('ticket-note').fill('the lab moves this week');
    await at.bothSchemes('ticket-close.en');
    await page.getByTestId('form-do').click();
    await page.getByText('Closed (1)').click();
    await page.getByText(/^Closed .* by .*: the lab moves this week$/).waitFor();
    await page.getByTestId('tab-needs').click();
  });

  it('what is about one job is kept quiet until a moment, and told again when that is ended', async () => {
    await page.getByText('Keep something quiet').click();
    expect(await page.getByTestId('silence-add').isDisabled()).toBe(true);
    await page.getByTestId('silence-job').fill('lab');
    await page.getByRole('option', { name: 'Sync with the lab' }).click();
    await page.getByTestId('silence-rule').selectOption('failure');
    await page.getByTestId('silence-reason').fill('they move');
    await at.bothSchemes('silences.en');
    await page.getByTestId('silence-add').click();
    const silence = page.getByTestId('silence');
    await silence.getByText('failed runs · job Sync with the lab').waitFor();
    await silence.getByText(/they move/).waitFor();
    await page.getByTestId('tab-quiet').click();
    await page.locator('[data-testid=alert][data-code=failure]').getByText(/they move/).waitFor();
    await page.getByTestId('tab-needs').click();
    await silence.getByRole('button', { name: /^End it/ }).click();
    await page.locator('[data-testid=alert][data-code=failure]').waitFor();
    await silence.waitFor({ state: 'detached' });
  });

  it('outside checkers are named for Varve and for a job, called, changed and removed', async () => {
    const own = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/varve`;
    const checker = (of: string): ReturnType<Page['locator']> => page.locator(`[data-testid=checker][data-of="${of}"]`);
    await page.getByText('Add an outside checker').click();
    await page.getByTestId('checker-new').fill(own);
    await page.getByTestId('checker-add').click();
    await checker('').getByRole('button', { name: 'Call now: Varve itself' }).click();
    await checker('').getByText('It answered.').waitFor();
    await page.getByTestId('checker-of').click();
    await page.getByRole('option', { name: 'Sync with the lab' }).click();
    await page.getByTestId('checker-new').fill(`${own}/sync`);
    await page.getByTestId('checker-add').click();
    await checker('sync').getByRole('button', { name: /^Call now/ }).click();
    await checker('sync').getByText('It answered.').waitFor();
    // A job's checker hears how its last run ended, never that all is well when it is not.
    expect(asked.filter((url) => url.startsWith('/varve/sync'))).toEqual(['/varve/sync/3']);
    expect(asked).toContain('/varve');
    await at.bothSchemes('checkers.en');
    await checker('').getByRole('button', { name: 'Edit: Varve itself' }).click();
    await page.getByTestId('checker-address').fill('not an address');
    await page.getByTestId('form-do').click();
    await page.getByTestId('form-dialog').getByRole('alert').waitFor();
    await page.getByTestId('form-dialog').getByRole('button', { name: 'Cancel' }).click();
    await checker('').getByRole('button', { name: 'Remove: Varve itself' }).click();
    await page.getByTestId('sure-yes').click();
    await checker('').waitFor({ state: 'detached' });
    expect(await checker('sync').count()).toBe(1);
  });

  it('the limits can be seen and changed, and what is the wrong way round is refused', async () => {
    expect(await page.getByTestId('limit-low').inputValue()).toBe('20 GB');
    await page.getByTestId('limit-low').fill('2.5');
    await page.getByTestId('limits-save').click();
    await page.getByText('must not be more than lowBytes', { exact: false }).waitFor();
    await page.getByTestId('limit-full').fill('1');
    await page.getByTestId('limits-save').click();
    await expect.poll(() => rpc(page, 'alerts/settings/get', {})).toMatchObject({ lowBytes: 2_500_000_000, fullBytes: 1_000_000_000 });
    await at.bothSchemes('limits.en');
  });

  it('a notice stands over whatever screen is open, and leads to the alerts', async () => {
    await at.goTo('/settings');
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    await rpc(page, 'alerts/channels/edit', { channel: 'desktop', name: 'desktop', enabled: true, target: { kind: 'desktop' } });
    await rpc(page, 'alerts/channels/test', { channel: 'desktop' });
    const notice = page.getByTestId('notice').filter({ hasText: 'Varve: a test message' });
    // Good news leaves by itself, but not under the pointer.
    await notice.hover();
    await at.bothSchemes('notice.en');
    await notice.getByRole('button', { name: 'Open alerts' }).click();
    await page.getByTestId('tab-needs').waitFor();
    expect(await notice.count()).toBe(0);
    await page.getByTestId('told').first().getByText('Varve: a test message').waitFor();
  });

  it('speaks Portuguese', async () => {
    await rpc(page, 'system/settings/set', { language: 'pt-BR' });
    await at.goTo('/alerts');
    await page.getByRole('heading', { name: 'Alertas' }).waitFor();
    await page.getByText(/^O repositório .+ está danificado$/).waitFor();
    for (const summary of ['Silenciar algo', 'Adicionar um canal', 'Adicionar um verificador externo']) await page.getByText(summary, { exact: true }).click();
    await at.bothSchemes('alerts-needs.pt-BR');
  });
});
