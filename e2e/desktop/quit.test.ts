// Quitting the desktop program: runs under way are asked about one by one; with a plan that wants a last snapshot it is taken first, with its progress and a way
// out of waiting; changes that are not saved are asked about before that. While a repository is written the computer is kept awake. The plan's program before the snapshot waits for a file, so that the test decides when the snapshot goes on.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '../../src/contract/jobs.ts';
import type { LogEntry } from '../../src/contract/log.ts';
import type { Snapshot } from '../../src/contract/snapshots.ts';
import { createReadyWorld, type World } from '../cli/harness/world.ts';
import { launchDesktop, type Desktop } from '../harness/desktop.ts';
import { findings } from '../pages/look.ts';
import { until } from '../harness/until.ts';

const pictures = process.env['VARVE_PICTURES'];
const windows = process.platform === 'win32';
if (windows) console.warn('e2e/desktop/quit: skipped, the waiting program of the plan is a shell line');

describe.skipIf(windows)('quitting with a last snapshot', () => {
  let world: World;
  let desktop: Desktop;
  let page: Page;
  const gate = (): string => world.path('go on');
  const release = (): void => writeFileSync(gate(), '');
  const count = async (): Promise<number> => (await world.well(['snapshots', '--json'])).json<{ snapshots: Snapshot[] }>().snapshots.length;
  let before: number;
  const actions = async (): Promise<string[]> => (await world.well(['log', 'list', '--limit', '1000', '--json'])).json<{ entries: LogEntry[] }>().entries.map(({ action }) => action);
  const visible = async (): Promise<boolean> => (await desktop.windows())[0]?.visible ?? false;
  const dialog = (state: 'asking' | 'waiting' | 'saving' | 'failed') => page.locator(`[data-testid=quit-dialog][data-state=${state}]`).getByRole('dialog');
  const trayItem = async (id: string) => (await desktop.tray.items()).find((item) => item.id === id);

  beforeAll(async () => {
    world = await createReadyWorld();
    mkdirSync(world.path('work'));
    mkdirSync(world.path('profile'));
    writeFileSync(world.path('work/notes.md'), 'notes\n');
    const wait = JSON.stringify(['/bin/sh', '-c', 'while [ ! -e "$1" ]; do sleep 0.05; done', 'wait', gate()]);
    await world.well(['plan', 'add', 'work', '--repo', 'usb', '--path', world.path('work'), '--title', 'My work', '--snapshot-on-quit', '--before', wait]);
  });
  beforeEach(async () => {
    rmSync(gate(), { force: true });
    before = await count();
    desktop = await launchDesktop({ home: world.home, profile: world.path('profile') });
    page = await desktop.page();
    page.setDefaultTimeout(30_000);
    await page.getByTestId('headline').waitFor();
    await until('the tray to know the plan', async () => (await trayItem('quit'))?.label === 'Quit Varve (after a snapshot of My work)');
  });
  afterEach(() => desktop?.kill());
  afterAll(() => world?.dispose());

  const awake = (): Promise<boolean> => desktop.evaluate(({ powerSaveBlocker }) => Array.from({ length: 50 }, (_, id) => powerSaveBlocker.isStarted(id)).includes(true));
  const work = (title: string) => page.getByTestId('quit-work').filter({ hasText: title });

  it('asks what becomes of each run; one is stopped, one goes on without Varve and is found again, and the snapshot comes after that', async () => {
    const wait = (name: string): string[] => ['/bin/sh', '-c', 'while [ ! -e "$1" ]; do sleep 0.05; done', 'wait', world.path(name)];
    for (const [name, title] of [['sync', 'Sync with the lab'], ['scrub', 'Scrub']] as const) {
      await world.well(['job', 'add', name, '--title', title, '--manual', '--', ...wait(name)]);
      await world.well(['job', 'run', name, '--no-wait']);
    }
    await until('the tray to know the runs', async () => /Sync with the lab/.test((await trayItem('quit'))?.label ?? ''));
    await (process.platform === 'darwin' ? desktop.tray.choose('quit') : desktop.closeWindow());
    await dialog('asking').getByText('What is to become of it?').waitFor();
    expect(await visible()).toBe(true);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await findings(page)).toEqual([]);
      if (pictures !== undefined) await page.screenshot({ path: join(pictures, `quit-asking.${colorScheme}.png`) });
    }
    // Staying changes nothing.
    await page.getByRole('button', { name: 'Keep Varve open' }).click();
    await dialog('asking').waitFor({ state: 'detached' });
    await desktop.tray.choose('quit');
    // By keyboard alone: the way back has the focus, the choices come before it.
    await work('Scrub').getByTestId('quit-keep').focus();
    await page.keyboard.press('ArrowUp');
    await work('Scrub').getByText('It is asked to end').waitFor();
    await page.getByRole('button', { name: 'Quit Varve' }).focus();
    await page.keyboard.press('Enter');
    await dialog('saving').getByText('running the plan’s program').waitFor();
    expect(await awake()).toBe(true);
    const states = async (): Promise<string[]> => (await world.well(['job', 'list', '--json'])).json<Job[]>().map(({ definition, lastRun, active }) => `${definition.name} ${lastRun?.state ?? active[0]?.state}`).sort();
    expect(await states()).toEqual(['scrub stopped', 'sync running']);
    release();
    expect(await desktop.exited).toBe(0);
    expect(await count()).toBe(before + 1);
    writeFileSync(world.path('sync'), '');
    desktop = await launchDesktop({ home: world.home, profile: world.path('profile') });
    await until('the run that went on to be found', async () => (await states()).includes('sync succeeded'));
    await world.well(['job', 'rm', 'sync', '--yes']);
    await world.well(['job', 'rm', 'scrub', '--yes']);
    expect(await awake()).toBe(false);
  });

  it('takes it first and shows how far it is; goes on when the person changes their mind, and quits by itself when it is there', async () => {
    void desktop.quit();
    await dialog('saving').getByText('My work').waitFor();
    await dialog('saving').getByText('running the plan’s program').waitFor();
    expect(await visible()).toBe(true);
    expect(await findings(page)).toEqual([]);
    // A second wish to quit changes nothing while it is being taken.
    await desktop.tray.choose('quit');
    await page.getByRole('button', { name: 'Keep Varve open' }).click();
    await dialog('saving').waitFor({ state: 'detached' });
    release();
    await page.getByText('Snapshot of work: done').waitFor();
    expect(await count()).toBe(before + 1);
    await desktop.tray.choose('quit');
    expect(await desktop.exited).toBe(0);
    expect(desktop.output()).not.toMatch(/Uncaught|unhandled|did not end/i);
    expect(await count()).toBe(before + 2);
  });

  it('keeps the window whose closing quits, and is skipped by who does not want to wait: cleanly, with nothing half-done', async () => {
    // Programs of macOS stay without a window.
    await (process.platform === 'darwin' ? desktop.tray.choose('quit') : desktop.closeWindow());
    await dialog('saving').getByText('running the plan’s program').waitFor();
    expect(await visible()).toBe(true);
    await page.getByRole('button', { name: 'Skip and quit' }).click();
    expect(await desktop.exited).toBe(0);
    expect(await count()).toBe(before);
    expect(await actions()).toContain('snapshot.failed');
    expect(await actions()).not.toContain('snapshot.interrupted');
  });

  it('asks first about changes that are not saved: who goes on editing loses nothing, who discards them gets the last snapshot and the end', async () => {
    await page.evaluate(() => void (window.location.hash = '/settings/plans/work'));
    await page.getByTestId('plan-title').fill('Half a name');
    const asked = (times: number): Promise<unknown> => until('the question', async () => (await desktop.dialogs.seen()).length === times);
    await page.getByText('Not saved yet.').waitFor();
    await (process.platform === 'darwin' ? desktop.tray.choose('quit') : desktop.closeWindow());
    await asked(1);
    expect((await desktop.dialogs.seen())[0]).toMatchObject({ kind: 'message', options: { message: 'Discard changes?', detail: 'What you changed in “My work” is not saved.', buttons: ['Keep editing', 'Discard and quit'] } });
    await desktop.dialogs.answerNext({ response: 0 });
    expect(await visible()).toBe(true);
    expect(await page.getByTestId('plan-title').inputValue()).toBe('Half a name');
    await desktop.tray.choose('quit');
    await asked(2);
    await desktop.dialogs.answerNext({ response: 1 });
    await dialog('saving').waitFor();
    release();
    expect(await desktop.exited).toBe(0);
    expect(await count()).toBe(before + 1);
  });

  it('says what went wrong when it cannot be taken, and leaves the choice to the person', async () => {
    renameSync(world.path('repository'), world.path('away'));
    release();
    await desktop.tray.choose('quit');
    await dialog('failed').getByText('Not everything could be kept.').waitFor();
    await dialog('failed').getByText('The repository is not there').waitFor();
    expect(await visible()).toBe(true);
    await page.getByRole('button', { name: 'Quit anyway' }).click();
    expect(await desktop.exited).toBe(0);
    renameSync(world.path('away'), world.path('repository'));
    expect(await count()).toBe(before);
  });
});
