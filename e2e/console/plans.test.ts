// Plans and keeping in a browser: a plan made and edited with its rules counted while one looks, rules for what stays, tags, pins and notes on
// snapshots, and forgetting with a reason for each; also without a mouse, for everybody's eyes, and in Portuguese.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan, Snapshot } from '../../src/contract/snapshots.ts';
import { bothSchemes, findings, goTo, inScheme, isFocused, press } from '../pages/look.ts';
import { plansOf } from '../pages/plans.ts';
import { rpc, runTask } from '../pages/rpc.ts';
import { snapshotsOf } from '../pages/screens.ts';
import { browserFile, isBuilt, openBrowser, openConsole, serveHome, type ServedHome } from '../pages/serve.ts';

/** Every screen in both themes. */
const everywhere = process.env['VARVE_LONG'] === '1';
const missing = !isBuilt() ? 'run "npm run build" first' : browserFile() === undefined ? 'no Chromium here' : undefined;
if (missing !== undefined) console.warn(`e2e/console/plans: skipped, ${missing}`);

describe.skipIf(missing !== undefined)('plans and keeping in a browser', () => {
  let served: ServedHome;
  let browser: Browser;
  let page: Page;
  let problems: string[];
  let work: string;
  let plan: Plan;

  const stored = (): number => readdirSync(join(served.folder, 'drive/snapshots')).length;
  const listed = async (): Promise<Snapshot[]> => (await rpc<{ snapshots: Snapshot[] }>(page, 'snapshots/list', {})).snapshots;
  const thePlan = async (): Promise<Plan> => (await rpc<Plan[]>(page, 'plans/list', {}))[0] as Plan;
  beforeAll(async () => {
    served = await serveHome();
    work = join(served.folder, 'thesis');
    for (const folder of ['node_modules/left', 'cache', 'old']) mkdirSync(join(work, folder), { recursive: true });
    writeFileSync(join(work, 'chapter.md'), 'x'.repeat(100));
    writeFileSync(join(work, 'node_modules/left/pad.js'), 'x'.repeat(2_000));
    writeFileSync(join(work, 'cache/CACHEDIR.TAG'), 'Signature: 8a477f597d28d172789f06886806bc55');
    writeFileSync(join(work, 'cache/thumbs'), 'x'.repeat(3_000));
    writeFileSync(join(work, 'old/SCAN.ISO'), 'x'.repeat(50_000));
    browser = await openBrowser();
    ({ page, problems } = await openConsole(browser, served.address, { width: 1360, height: 900 }));
    await page.getByTestId('door-folders').waitFor();
    await rpc(page, 'system/init', { secretStore: 'vault', passphrase: 'correct horse battery' });
    await page.reload();
    await goTo(page, '/');
    await page.getByTestId('headline').waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await served?.stop();
  });

  it('says that a plan needs a place first, and leads there', async () => {
    await goTo(page, '/settings/plans');
    await page.getByText('Each plan will be listed here').waitFor();
    await goTo(page, '/settings/plans/new');
    await page.getByRole('button', { name: 'Choose a place' }).waitFor();
    await rpc(page, 'repositories/add', { name: 'usb', path: join(served.folder, 'drive'), mode: 'create', password: { kind: 'value', password: 'a password of a test' } });
  });

  it('tells at each field what is missing, and counts what the rules do as they are written', async () => {
    const plans = plansOf(page);
    await plans.editor().waitFor();
    await plans.save();
    await page.getByText('Choose at least one folder.').waitFor();
    await plans.addFolder(join(work, 'nowhere'));
    await page.getByText(/nowhere is not there\./).first().waitFor();
    await page.getByRole('button', { name: /Take .*nowhere out of the plan/ }).click();
    await plans.addFolder(work);
    await plans.previewSays('Kept: 5 files, 55.1 KB. Nothing is left out.');
    await plans.patterns('node_modules');
    await plans.previewSays('Left out: 1 file, 2 KB.');
    await page.getByLabel('Marked caches').check();
    await plans.previewSays('Left out: 2 files, 5 KB.');
    await page.getByLabel('Files larger than').fill('not much');
    await page.getByText('This is not a size.').waitFor();
    await page.getByLabel('Files larger than').fill('10 KB');
    await plans.previewSays('Kept: 2 files, 143 B. Left out: 3 files, 55 KB.');
    expect(await plans.leftOutBy()).toEqual(['size', 'cache', 'pattern']);
    await plans.patterns('[bad');
    await expect.poll(() => page.getByTestId('patterns').getAttribute('aria-invalid')).toBe('true');
    await plans.patterns('node_modules');
    await plans.previewSays('Kept: 2 files');
    await page.getByText('The largest of it, by name').click();
    await page.getByTestId('left-out-items').getByText('SCAN.ISO').waitFor();
  });

  it('makes the plan, and shows it with what it keeps', async () => {
    const plans = plansOf(page);
    await page.getByTestId('plan-title').fill('Thesis data');
    await plans.save();
    await page.getByRole('heading', { name: 'Thesis data' }).waitFor();
    plan = await thePlan();
    expect(plan).toMatchObject({ name: 'thesis-data', title: 'Thesis data', paths: [work], excludes: ['node_modules'], leaveOut: { caches: true, largerThan: 10_000 }, repositoryName: 'usb', version: 1 });
    await page.getByRole('link', { name: '← All plans' }).click();
    await page.locator('[data-testid=plan-row]').getByText('3 rules leave things out; keeps every snapshot').waitFor();
    for (let n = 0; n < 5; n += 1) {
      writeFileSync(join(work, `note ${n}.md`), `${n}`);
      await runTask(page, 'snapshots/take', { plan: plan.id });
    }
    expect((await listed())[0]?.summary?.totalFiles).toBe(7);
  });

  it('edits it: another version, from what to what, and the snapshots that were taken stay as they are', async () => {
    const plans = plansOf(page);
    await page.getByRole('link', { name: 'Thesis data' }).click();
    await plans.editor().waitFor();
    await page.getByLabel('Take a snapshot before Varve quits').check();
    await page.getByLabel('Leave the computer to me').check();
    await page.getByLabel('Tags for its snapshots').fill('phd, lab 2');
    await page.getByTestId('hook-before').getByLabel('Program and arguments').fill('/bin/echo\n{"depth": 3}');
    await plans.save();
    await page.getByText('Saved as version 2.').waitFor();
    await page.locator('[data-testid=plan-version][data-version="2"]').getByText('+ phd + lab 2').waitFor();
    await page.locator('[data-testid=plan-version][data-version="2"]').getByText('off → on').first().waitFor();
    expect(await thePlan()).toMatchObject({ version: 2, snapshotOnQuit: true, gentle: true, tags: ['phd', 'lab 2'], hooks: { before: { argv: ['/bin/echo', '{"depth": 3}'], timeLimitSeconds: 300 }, after: null } });
    expect((await listed()).every(({ tags }) => !tags.includes('phd'))).toBe(true);
    await page.getByTestId('hook-before').getByLabel('Program and arguments').fill('');
    await plans.save();
    await page.getByText('Saved as version 3.').waitFor();
  });

  it('does not overwrite what somebody else saved meanwhile', async () => {
    const plans = plansOf(page);
    await page.getByTestId('plan-title').fill('Mine');
    await rpc(page, 'plans/edit', { plan: plan.id, title: 'Theirs' });
    await plans.save();
    await page.getByText('This plan was changed somewhere else meanwhile.').waitFor();
    await page.getByRole('button', { name: 'Load the newer one' }).click();
    await expect.poll(() => page.getByTestId('plan-title').inputValue()).toBe('Theirs');
    await page.getByTestId('plan-title').fill('Thesis data');
    await plans.save();
    await page.getByText('Saved as version 5.').waitFor();
  });

  it('asks before unsaved changes are left, by link, by address, by “back” and by the tab’s end; nothing is lost before the answer', async () => {
    const title = page.getByTestId('plan-title');
    const question = page.getByRole('dialog', { name: 'Discard changes?' });
    const address = `#/settings/plans/${plan.id}`;
    await title.fill('Half a name');
    await press(page, page.getByRole('link', { name: '← All plans' }), 'Shift+Tab');
    await question.getByText('What you changed in “Thesis data” is not saved.').waitFor();
    await expect.poll(() => isFocused(page.getByRole('button', { name: 'Keep editing' }))).toBe(true);
    await bothSchemes(page, 'discard');
    await page.keyboard.press('Enter');
    await question.waitFor({ state: 'detached' });
    await goTo(page, '/');
    await question.waitFor();
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    expect(new URL(page.url()).hash).toBe(address);
    await page.goBack();
    await question.waitFor();
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    expect(new URL(page.url()).hash).toBe(address);
    const asked = page.waitForEvent('dialog');
    void page.close({ runBeforeUnload: true });
    const browserAsks = await asked;
    expect(browserAsks.type()).toBe('beforeunload');
    await browserAsks.dismiss();
    expect(await title.inputValue()).toBe('Half a name');
    await page.keyboard.press('Control+k');
    await page.getByTestId('palette').getByRole('combobox').fill('Overview');
    await page.keyboard.press('Enter');
    await question.waitFor();
    await press(page, page.getByRole('button', { name: 'Discard changes' }).last(), 'Shift+Tab');
    await page.getByTestId('headline').waitFor();
    await goTo(page, address.slice(1));
    await expect.poll(() => title.inputValue()).toBe('Thesis data');
    expect((await thePlan()).title).toBe('Thesis data');
  });

  it('shows for each snapshot whether rules would keep it and why, before anything goes', async () => {
    const plans = plansOf(page);
    await page.getByLabel('Keep some, by rules').check();
    for (const [rule, count] of [['keepLast', '2'], ['keepDaily', ''], ['keepWeekly', ''], ['keepMonthly', ''], ['keepYearly', '']] as const) await page.getByTestId(rule).fill(count);
    await page.getByTestId('keep-sentence').getByText('2 snapshots stay, 3 go.').waitFor();
    await page.getByTestId('keep-list').getByText('stays: newest').first().waitFor();
    await page.getByTestId('keepLast').fill('many');
    await page.getByText('Write a number, or “all”.').waitFor();
    await page.getByTestId('keepLast').fill('3');
    await page.getByTestId('keep-sentence').getByText('3 snapshots stay, 2 go.').waitFor();
    await plans.save();
    await page.locator('[data-testid=plan-version]').getByText('Keep every snapshot → 3 newest').waitFor();
    expect((await thePlan()).retention).toEqual({ keepLast: 3 });
    expect(stored()).toBe(5);
  });

  it('axe finds nothing on the plans and the dialogs', async () => {
    await page.getByText('More rules').first().click();
    for (const [path, colorScheme] of everywhere ? ([['editor', 'light'], ['editor', 'dark'], ['list', 'light'], ['list', 'dark'], ['dialog', 'light'], ['dialog', 'dark']] as const) : ([['editor', 'light'], ['dialog', 'dark']] as const)) {
      await inScheme(page, colorScheme);
      if (path === 'list') {
        await goTo(page, '/settings/plans');
        await page.getByTestId('plan-list').waitFor();
      } else if (path === 'dialog') {
        await goTo(page, '/snapshots');
        await page.getByRole('button', { name: 'Carry out the rules of “Thesis data”…' }).click();
        await page.getByTestId('keep-sentence').waitFor();
      }
      expect((await findings(page)).map((finding) => `${path} ${colorScheme} ${finding}`)).toEqual([]);
      if (path === 'dialog') {
        await page.keyboard.press('Escape');
        await page.getByTestId('forget-dialog').waitFor({ state: 'detached' });
      }
    }
  });

  it('puts tags, a pin and a note on a snapshot, which stays open though its id changes', async () => {
    const snapshots = snapshotsOf(page);
    await snapshots.open();
    await snapshots.rows().last().click();
    const panel = page.getByTestId('snapshot-panel');
    await snapshots.file('chapter.md').waitFor();
    const before = page.url();
    await page.getByTestId('tag-field').fill('varve-pin');
    await page.getByText('Tags that begin with “varve-” are Varve’s own.').waitFor();
    await page.getByTestId('tag-field').fill('v1.2');
    await page.keyboard.press('Enter');
    await page.getByTestId('tags').getByText('v1.2').waitFor();
    await expect.poll(() => page.url()).not.toBe(before);
    await panel.getByRole('button', { name: 'Pin', exact: true }).click();
    await page.getByTestId('pinned').waitFor();
    await panel.getByRole('button', { name: 'Write a note' }).click();
    await page.getByTestId('note-field').fill('Before the review.');
    await page.keyboard.press('Control+Enter');
    await page.getByTestId('note').getByText('Before the review.').waitFor();
    // The folders that were open are still open.
    expect(await snapshots.file('chapter.md').count()).toBe(1);
    const [oldest] = (await listed()).slice(-1);
    expect(oldest).toMatchObject({ tags: expect.arrayContaining(['v1.2', 'varve-pin']), note: 'Before the review.' });
    expect(page.url()).toContain(oldest?.id);
    await snapshots.rows().last().getByText('pinned').waitFor();
    expect(await findings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Remove the tag v1.2' }).click();
    await expect.poll(async () => (await listed()).at(-1)?.tags.includes('v1.2')).toBe(false);
    await page.getByTestId('tags').waitFor({ state: 'detached' });
    await page.getByRole('searchbox').fill('review');
    await expect.poll(() => snapshots.rows().count()).toBe(1);
    await page.getByRole('searchbox').fill('');
    await panel.getByRole('button', { name: 'Close' }).click();
    // Two chosen ones can be compared, the older one first.
    await page.locator('[data-box]').nth(0).click();
    await page.locator('[data-box]').nth(3).click();
    await page.getByTestId('chosen-bar').getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('heading', { name: 'Compare' }).waitFor();
    const two = await listed();
    expect(page.url()).toContain(`/compare/${two[3]?.id}/${two[0]?.id}`);
    await snapshots.open();
  });

  it('forgets chosen snapshots without a mouse, and never a pinned one', async () => {
    const snapshots = snapshotsOf(page);
    await expect.poll(() => snapshots.rows().count()).toBe(5);
    await page.getByTestId('snapshot-list').focus();
    await page.keyboard.press('End');
    await page.keyboard.press(' ');
    await page.keyboard.press('k');
    await page.keyboard.press(' ');
    await page.getByTestId('chosen-bar').getByText('2 snapshots chosen').waitFor();
    const pressButton = (name: RegExp): Promise<void> => press(page, page.getByRole('button', { name }), 'Shift+Tab');
    await pressButton(/^Forget 2…$/);
    await page.getByTestId('keep-sentence').getByText('4 snapshots stay, 1 goes.').waitFor();
    await page.getByText('Pinned snapshots stay. Unpin them first to forget them.').waitFor();
    // Nothing dangerous is chosen beforehand.
    await expect.poll(() => page.getByRole('button', { name: 'Cancel' }).evaluate((element) => element === document.activeElement)).toBe(true);
    await pressButton(/^Forget 1 snapshot in “usb”$/);
    await page.getByTestId('forgotten').getByText('1 snapshot forgotten. 4 stay.').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => snapshots.rows().count()).toBe(4);
    expect(stored()).toBe(4);
    await page.getByTestId('chosen-bar').waitFor({ state: 'detached' });
  });

  it('carries the plan’s rules out after a preview, and not when the snapshots have changed since', async () => {
    const apply = () => page.getByRole('button', { name: 'Carry out the rules of “Thesis data”…' }).click();
    await apply();
    await page.getByTestId('keep-sentence').getByText('Nothing would go; 4 snapshots stay.').waitFor();
    await page.keyboard.press('Escape');
    await runTask(page, 'snapshots/take', { plan: plan.id });
    await apply();
    await page.getByTestId('keep-sentence').getByText('4 snapshots stay, 1 goes.').waitFor();
    await runTask(page, 'snapshots/take', { plan: plan.id });
    await page.getByTestId('forget-now').click();
    await page.locator('[data-testid=error][data-code=PREVIEW_OUTDATED]').waitFor();
    await page.getByRole('button', { name: 'Look again' }).click();
    await page.getByTestId('keep-sentence').getByText('4 snapshots stay, 2 go.').waitFor();
    await page.getByRole('button', { name: 'Forget 2 snapshots of “Thesis data”' }).click();
    await page.getByTestId('forgotten').getByText('2 snapshots forgotten. 4 stay.').waitFor();
    await page.getByTestId('forget-dialog').getByRole('button', { name: 'Close' }).last().click();
    expect(stored()).toBe(4);
  });

  it('speaks Portuguese on the plans and in forgetting', async () => {
    await rpc(page, 'system/settings/set', { language: 'pt-BR' });
    await page.getByRole('button', { name: 'Aplicar as regras de “Thesis data”…' }).click();
    await page.getByTestId('keep-sentence').getByText('Nada sairia; 4 snapshots ficam.').waitFor();
    await page.getByTestId('keep-list').getByText('fica: fixado').waitFor();
    await page.keyboard.press('Escape');
    await goTo(page, `/settings/plans/${plan.id}`);
    await page.getByText('Por quanto tempo', { exact: true }).first().waitFor();
    await page.getByTestId('rule-preview').getByText(/Guardado: \d+ arquivos/).waitFor();
    await page.getByTestId('patterns').fill('[');
    await page.getByText('"[": falta fechar "["').first().waitFor();
    await page.getByRole('button', { name: 'Descartar mudanças' }).click();
  });

  it('gives the plan another repository: the editor says what stays where, and the record from where to where', async () => {
    await rpc(page, 'repositories/add', { name: 'second', path: join(served.folder, 'second'), mode: 'create', password: { kind: 'value', password: 'another of a test' } });
    await page.getByTestId('plan-repository').click();
    await page.getByRole('option', { name: 'second' }).click();
    await page.getByTestId('plan-moves').getByText('Os snapshots já feitos ficam em “usb” e continuam na lista;').waitFor();
    await plansOf(page).save();
    await page.getByTestId('plan-version').first().getByText('usb → second').waitFor();
    expect(await thePlan()).toMatchObject({ repositoryName: 'second' });
    await runTask(page, 'snapshots/take', { plan: plan.id });
    expect((await listed()).map(({ repositoryName }) => repositoryName)).toEqual(['second', 'usb', 'usb', 'usb', 'usb']);
  });

  it('deletes the plan by keyboard after a question that says what stops and what stays; its snapshots are still shown as its own', async () => {
    await press(page, page.getByTestId('plan-delete'), 'Tab');
    const sure = page.getByRole('dialog', { name: 'Excluir o plano “Thesis data”?' });
    await sure.getByText(/O que para: .* “second”/).waitFor();
    await sure.getByText('5 snapshots ficam em second, usb e podem ser abertos e restaurados.').waitFor();
    await expect.poll(() => isFocused(sure.getByRole('button', { name: 'Cancelar' }))).toBe(true);
    await bothSchemes(page, 'delete', async () => {
      const isRed = await page.getByTestId('sure-yes').evaluate((button) => {
        const red = document.createElement('i');
        red.style.color = 'var(--bad)';
        document.body.append(red);
        const wanted = getComputedStyle(red).color;
        red.remove();
        return getComputedStyle(button).backgroundColor === wanted;
      });
      expect(isRed, 'what deletes is red').toBe(true);
    });
    await press(page, page.getByTestId('sure-yes'), 'Shift+Tab');
    await page.getByTestId('plan-deleted').getByText('O plano “Thesis data” foi excluído. Os snapshots dele ficam.').waitFor();
    expect(await rpc(page, 'plans/list', {})).toEqual([]);
    await goTo(page, '/snapshots');
    await expect.poll(() => snapshotsOf(page).rows().filter({ hasText: 'Thesis data (excluído)' }).count()).toBe(5);
    await page.getByRole('combobox', { name: 'Plano' }).click();
    await page.getByRole('option', { name: 'Thesis data (excluído)', exact: true }).click();
    await expect.poll(() => snapshotsOf(page).rows().count()).toBe(5);
    expect(problems.filter((problem) => !/status of 4\d\d/.test(problem))).toEqual([]);
  });
});
