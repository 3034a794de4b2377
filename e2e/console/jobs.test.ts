// Jobs in a browser: one is made by the editor, runs, fails, is understood in a sentence, mended, run again and green; paused and resumed; its output searched;
// proposals, a day on a line, the overview and the palette; by keyboard alone, in both languages and both schemes, with nothing that axe finds.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Job } from '../../src/contract/jobs.ts';
import { finalStates, type Run } from '../../src/contract/runs.ts';
import { rpc } from '../pages/rpc.ts';
import { openSampleConsole, whatIsMissing, type SampleConsole } from '../pages/sample-console.ts';

const node = process.execPath;

describe.skipIf(whatIsMissing('e2e/console/jobs') !== undefined)('jobs in a browser', () => {
  let at: SampleConsole;
  let input: string;

  const list = (): Promise<Job[]> => rpc<Job[]>(at.page, 'jobs/list', {});
  const job = async (name: string): Promise<Job> => (await list()).find(({ definition }) => definition.name === name) as Job;
  const row = (name: string) => at.page.locator(`[data-testid=job-row][data-job="${name}"]`);
  const sentence = () => at.page.getByTestId('run-sentence');
  const addProgram = (name: string, script: string, more: object = {}): Promise<Job> => rpc<Job>(at.page, 'jobs/add', { definition: { name, work: { kind: 'command', argv: [node, '-e', script] }, schedule: { kind: 'manual' }, retries: { most: 0 }, ...more } });
  const ended = async (id: string): Promise<Run> => {
    for (;;) {
      const { run } = await rpc<{ run: Run }>(at.page, 'runs/get', { run: id });
      if ((finalStates as readonly string[]).includes(run.state)) return run;
      await at.page.waitForTimeout(100);
    }
  };
  const runToEnd = async (name: string): Promise<Run> => ended((await rpc<Run>(at.page, 'jobs/run', { job: name })).id);
  /** Chooses in a select that is in focus reach, by keys. */
  const pick = async (testId: string, option: string): Promise<void> => {
    await at.tabTo(at.page.getByTestId(testId));
    await at.page.keyboard.press('Enter');
    const wanted = at.page.getByRole('option', { name: option, exact: true });
    await wanted.waitFor();
    for (let presses = 0; presses < 20 && !(await wanted.evaluate((element) => element.hasAttribute('data-combobox-selected'))); presses += 1) await at.page.keyboard.press('ArrowDown');
    await at.page.keyboard.press('Enter');
  };

  beforeAll(async () => {
    at = await openSampleConsole();
    input = join(at.work, 'input.csv');
    mkdirSync(at.work, { recursive: true });
  }, 120_000);
  afterAll(() => at?.close());

  it('says what will be here, and adds the usual jobs of the plans with one button', async () => {
    await at.goTo('/jobs');
    await at.page.getByText('Each thing that Varve does by itself will be listed here').waitFor();
    await at.bothSchemes('jobs-empty');
    await at.press(/^Add the \d usual jobs$/);
    await at.page.getByTestId('job-list').waitFor();
    await expect.poll(async () => (await list()).map(({ definition }) => definition.work.kind)).toEqual(expect.arrayContaining(['snapshot', 'check', 'drill']));
    await at.page.getByTestId('job-row').first().getByText(/next (today|tomorrow|\w+) \d\d:\d\d/).waitFor();
  });

  it('a long list has rows only where the eye is and where the focus is, and its end can be reached', async () => {
    const { page } = at;
    const source = { kind: 'file', text: JSON.stringify({ format: 'varve-jobs', version: 1, jobs: Array.from({ length: 120 }, (_, i) => ({ name: `many-${String(i).padStart(3, '0')}`, work: { kind: 'verify-log' }, schedule: { kind: 'manual' } })) }) };
    const { token } = await rpc<{ token: string }>(page, 'jobs/import/preview', { source });
    await rpc(page, 'jobs/import/apply', { source, token });
    const items = page.getByTestId('job-list').getByRole('listitem');
    await expect.poll(() => items.first().getAttribute('aria-setsize')).toMatch(/^12\d$/);
    expect(await items.count()).toBeLessThan(60);
    const first = items.first().getByRole('link').first();
    const name = await first.textContent();
    await first.focus();
    await page.locator('main').evaluate((main) => main.scrollTo(0, main.scrollHeight));
    await row('many-119').waitFor();
    expect(await items.count()).toBeLessThan(60);
    // What has the focus stays, so that the keyboard goes on from there.
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(name);
    expect(await items.first().getAttribute('aria-posinset')).toBe('1');
    expect(await at.findings()).toEqual([]);
    await Promise.all((await list()).filter(({ definition }) => definition.name.startsWith('many-')).map(({ id }) => rpc(page, 'jobs/remove', { job: id })));
    await page.locator('main').evaluate((main) => main.scrollTo(0, 0));
    await row('many-119').waitFor({ state: 'detached' });
  });

  it('a job is made by the editor, by keyboard alone: a program with its arguments, which no shell reads', async () => {
    const { page } = at;
    await at.press('New job');
    await page.getByTestId('job-editor').waitFor();
    await pick('job-kind', 'Run a program');
    await page.getByText('no shell reads them').waitFor();
    await at.press('Add the job');
    await page.getByText('Name the program to run.').waitFor();
    const [program] = await page.getByTestId('job-argv').locator('textarea:not([aria-hidden])').all();
    await at.tabTo(program as NonNullable<typeof program>);
    for (const argument of [node, '-e', "const fs = require('fs'); console.log('\u001b[32mreading\u001b[0m ' + process.argv[1]); const rows = fs.readFileSync(process.argv[1], 'utf8').split('\\n').length; console.log(rows + ' rows'); fs.writeFileSync(process.env.VARVE_RESULT_FILE, JSON.stringify({ items: rows }))"]) {
      await page.keyboard.insertText(argument);
      await page.keyboard.press('Enter');
    }
    await page.keyboard.insertText(input);
    await at.tabTo(page.getByTestId('job-title'));
    await page.keyboard.type('Sensor intake');
    await pick('schedule-kind', 'Only by hand');
    await at.bothSchemes('jobs-editor');
    // A failure is not tried again, so that it is seen at once.
    await at.tabTo(page.getByTestId('job-details').locator('summary'));
    await page.keyboard.press('Enter');
    await page.getByTestId('job-retries').fill('none');
    await at.press('Add the job');
    await page.getByText('Write a number.').waitFor();
    await page.getByTestId('job-retries').fill('0');
    await at.bothSchemes('jobs-editor-details');
    await at.press('Add the job');
    await page.getByTestId('job-page').waitFor();
    expect((await job('sensor-intake')).definition).toMatchObject({ title: 'Sensor intake', work: { kind: 'command', argv: [node, '-e', expect.stringContaining('reading'), input] }, retries: { most: 0 }, schedule: { kind: 'manual' } });
  });

  it('it runs, fails, and one sentence says what happened, since when and what to do; the output is opened at the first error', async () => {
    const { page } = at;
    await at.press(/^Run now/);
    await sentence().and(page.locator('[data-state=failed]')).waitFor();
    expect(await sentence().textContent()).toMatch(/It failed: the program reported a problem \(ended with 1\)\..*It has not gone well yet\. Look at what it said, mend that, and run it again\./s);
    await page.locator('[data-testid=output-lines] [data-first-error]').getByText(/no such file/).waitFor();
    await page.locator('[data-testid=output-lines] [data-ink=green]').getByText('reading').waitFor();
    expect(await page.getByTestId('output-lines').textContent()).not.toContain('\u001b');
    await at.bothSchemes('jobs-run-failed');
  });

  it('mended, it is run again as it is now, and is green; the number is held against the usual', async () => {
    const { page } = at;
    writeFileSync(input, 'a,b\n1,2\n3,4\n');
    await at.press('Run again');
    await page.getByRole('menuitem', { name: 'As the job is now' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await sentence().and(page.locator('[data-state=succeeded]')).waitFor();
    expect(await sentence().textContent()).toMatch(/^Done in /);
    await page.getByRole('link', { name: 'The run it repeats' }).waitFor();
    await page.getByTestId('run-numbers').getByRole('row', { name: /^Items 4/ }).waitFor();
    expect(await page.locator('[data-first-error]').count()).toBe(0);
    expect(await job('sensor-intake')).toMatchObject({ failures: 0, lastRun: { state: 'succeeded', trigger: 'replay' } });
    await at.goTo('/jobs');
    await row('sensor-intake').and(page.locator('[data-state=succeeded]')).getByText('done', { exact: true }).waitFor();
    expect(await row('sensor-intake').getByRole('img').getAttribute('aria-label')).toBe('Last 2 runs: 1 failed, 1 done');
  });

  it('what failed stands first, and does not move away under the focus', async () => {
    const { page } = at;
    await addProgram('upload', 'console.error("connection refused"); process.exitCode = 7', { title: 'Upload', retries: { most: 1, baseSeconds: 1, capSeconds: 1 } });
    await row('upload').waitFor();
    await page.mouse.move(2, 2);
    await at.tabTo(row('upload').getByRole('button', { name: 'Run now: Upload' }));
    const before = await page.getByTestId('job-row').evaluateAll((rows) => rows.map((each) => each.getAttribute('data-job')));
    await page.keyboard.press('Enter');
    await row('upload').and(page.locator('[data-state=failed]')).waitFor();
    await page.getByText('The order has changed; it is sorted anew when you leave the list.').waitFor();
    expect(await page.getByTestId('job-row').evaluateAll((rows) => rows.map((each) => each.getAttribute('data-job')))).toEqual(before);
    await page.getByRole('link', { name: 'A day on a line' }).focus();
    await expect.poll(() => page.getByTestId('job-row').first().getAttribute('data-job')).toBe('upload');
    await at.bothSchemes('jobs-list');
    await row('upload').getByRole('link', { name: 'Upload' }).click();
    await page.getByTestId('job-state').getByText('It failed: the program reported a problem').waitFor();
    await page.getByTestId('run-list').locator('[data-name=failed]').click();
    await page.getByRole('tab', { name: 'Try 1: failed' }).click();
    await page.getByTestId('output-lines').getByText('connection refused').waitFor();
  });

  it('a run gets a note and another judgement; what was recorded stays', async () => {
    const { page } = at;
    await at.press('Write a note');
    await page.getByTestId('note-field').fill('The lab moved its server.');
    await at.press('Save the note');
    await page.getByTestId('run-note').getByText('The lab moved its server.').waitFor();
    await at.press('Judge anew…');
    await page.getByRole('radio', { name: 'done', exact: true }).check();
    await page.getByTestId('judge-why').fill('It had arrived after all.');
    await at.bothSchemes('jobs-judge');
    await page.getByTestId('judge-save').click();
    await page.getByTestId('run-judged').getByText(/Judged anew as “done” by .*: It had arrived after all\./).waitFor();
    expect(await page.getByTestId('run-page').getAttribute('data-state')).toBe('failed');
  });

  it('follows what is printed while it runs, searches all of it, and stops it', async () => {
    const { page } = at;
    await addProgram('render', 'let n = 0; setInterval(() => console.log("frame " + n++), 20)', { title: 'Render' });
    await at.goTo(`/jobs/${(await job('render')).id}`);
    await at.press(/^Run now/);
    const lines = page.getByTestId('output-lines');
    await lines.getByText(/^frame \d\d\d$/).first().waitFor();
    const seen = Number(/\d+/.exec((await lines.locator('code').last().textContent()) ?? '')?.[0]);
    await expect.poll(async () => Number(/\d+/.exec((await lines.locator('code').last().textContent()) ?? '')?.[0])).toBeGreaterThan(seen + 40);
    await page.getByTestId('output-search').fill('frame 7');
    await page.keyboard.press('Enter');
    await page.getByTestId('output-hits').getByText(/^1 of \d+/).waitFor();
    await lines.locator('[data-hit]').getByText('frame 7').waitFor();
    await page.keyboard.press('Enter');
    await page.getByTestId('output-hits').getByText(/^2 of \d+/).waitFor();
    await lines.locator('[data-hit]').getByText('frame 70').waitFor();
    await at.press('Stop by force…');
    await page.getByTestId('sure').getByText('Files it was writing may be left half written.').waitFor();
    await at.bothSchemes('jobs-kill');
    await page.keyboard.press('Escape');
    await page.getByTestId('sure').waitFor({ state: 'detached' });
    await at.press(/^Stop$/);
    await sentence().and(page.locator('[data-state=stopped]')).getByText('It was stopped by you.').waitFor();
    await page.getByRole('heading', { name: 'Render: stopped by you' }).waitFor();
  });

  it('opens a long output at its error, with few rows in the page, and finds its last line', async () => {
    const { page } = at;
    await addProgram('big', 'const line = "x".repeat(90); for (let i = 0; i < 60000; i++) console.log(i + " " + line + (i === 41000 ? " fatal error: no room" : "")); process.exitCode = 1', { title: 'Big' });
    const run = await runToEnd('big');
    await at.goTo(`/jobs/runs/${run.id}`);
    await page.locator('[data-first-error]').getByText(/^41000 x+ fatal error: no room$/).waitFor();
    expect(await page.getByTestId('output-lines').locator('code').count()).toBeLessThan(2_000);
    await page.getByTestId('output-search').fill('59999 x');
    await page.keyboard.press('Enter');
    await page.getByTestId('output-hits').getByText('1 of 1', { exact: true }).waitFor();
    await page.locator('[data-hit]').getByText(/^59999 x/).waitFor();
    const lines = page.getByTestId('output-lines');
    await lines.focus();
    await page.keyboard.press('Home');
    await lines.getByText(/^0 x+$/).waitFor();
  });

  it('asks before a job is left half changed, and does not overwrite what somebody else saved', async () => {
    const { page } = at;
    const { id } = await job('sensor-intake');
    await at.goTo(`/jobs/${id}/edit`);
    await page.getByTestId('job-title').fill('Mine');
    await page.getByRole('link', { name: '← Sensor intake' }).click();
    await page.getByRole('dialog', { name: 'Discard changes?' }).waitFor();
    await page.keyboard.press('Escape');
    const theirs = (await job('sensor-intake')).definition;
    await rpc(page, 'jobs/edit', { job: id, definition: { ...theirs, title: 'Theirs' } });
    await page.getByTestId('job-save').click();
    await page.getByTestId('job-outdated').waitFor();
    await at.press('Load the newer one');
    await expect.poll(() => page.getByTestId('job-title').inputValue()).toBe('Theirs');
    await page.getByTestId('job-title').fill('Sensor intake');
    await page.getByTestId('job-save').click();
    await page.getByTestId('job-page').waitFor();
    expect((await job('sensor-intake')).version).toBe(3);
  });

  it('pauses one job and all of them, says until when, and goes on', async () => {
    const { page } = at;
    await at.goTo('/jobs');
    await at.tabTo(row('upload').getByTestId('pause'));
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Until I resume it' }).click();
    await row('upload').getByText('Paused until you resume it.').waitFor();
    expect((await job('upload')).paused).not.toBeNull();
    await row('upload').getByTestId('resume').click();
    await row('upload').getByTestId('pause').waitFor();
    await at.press('Pause all');
    await page.getByRole('menuitem', { name: 'For 1 hour' }).click();
    await page.getByTestId('all-paused').getByText(/Paused until (today|tomorrow) \d\d:\d\d\. What is running goes on to its end\./).waitFor();
    await at.bothSchemes('jobs-paused');
    expect((await rpc<{ paused: unknown }>(page, 'jobs/scheduler', {})).paused).not.toBeNull();
    await page.getByTestId('resume-all').click();
    await page.getByTestId('all-paused').waitFor({ state: 'detached' });
  });

  it('draws the day, tells the overview what is next, and is found by the palette', async () => {
    const { page } = at;
    await at.goTo('/jobs/day');
    await page.getByTestId('day-row').getByRole('link', { name: /^Upload, \d\d:\d\d: failed/ }).waitFor();
    await at.bothSchemes('jobs-day');
    await at.goTo('/');
    await page.getByTestId('next-runs').getByRole('link').nth(3).waitFor();
    await page.locator('[data-testid=overview-job][data-job=sensor-intake]').getByRole('img', { name: '0 good days, 1 with failures of 14' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByTestId('palette').getByRole('combobox').fill('run now sensor');
    await page.getByRole('option', { name: 'Run now: Sensor intake' }).waitFor();
    await page.keyboard.press('Enter');
    await sentence().and(page.locator('[data-state=succeeded]')).waitFor();
  });

  it('Varve’s own work leads to its report', async () => {
    const { page } = at;
    const snapshot = (await list()).find(({ definition }) => definition.work.kind === 'snapshot') as Job;
    const run = await runToEnd(snapshot.definition.name);
    expect(run.state).toBe('succeeded');
    await at.goTo(`/jobs/runs/${run.id}`);
    await page.getByTestId('run-numbers').getByRole('row', { name: /^Files in all/ }).waitFor();
    await page.getByTestId('own-work').getByRole('link').click();
    await page.getByTestId('snapshot-panel').waitFor();
  });

  it('says all of it in Portuguese, too', async () => {
    const { page } = at;
    await rpc(page, 'system/settings/set', { language: 'pt-BR' });
    await at.goTo('/jobs');
    await page.getByRole('heading', { name: 'Tarefas', level: 1 }).waitFor();
    await row('upload').getByText('falhou', { exact: true }).waitFor();
    await at.bothSchemes('jobs-list.pt');
    const [last] = await rpc<Run[]>(page, 'runs/list', { job: 'upload' });
    await at.goTo(`/jobs/runs/${last?.id ?? ''}`);
    await page.getByRole('heading', { name: 'Upload: falhou' }).waitFor();
    expect(await sentence().textContent()).toMatch(/Falhou: o programa relatou um problema \(.*\)\. Última linha: “connection refused”\. Ainda não deu certo\. Veja o que ele disse, corrija e execute de novo\./);
    await at.bothSchemes('jobs-run.pt');
    await at.goTo(`/jobs/${(await job('upload')).id}/edit`);
    await page.getByText('Executar uma vez, pouco depois de voltar').or(page.getByText('Só à mão')).first().waitFor();
    await at.press('Excluir esta tarefa…');
    await page.getByRole('dialog', { name: 'Excluir a tarefa “Upload”?' }).waitFor();
    await at.bothSchemes('jobs-delete.pt');
    await page.getByTestId('sure-yes').click();
    await page.getByTestId('job-list').waitFor();
    expect(await job('upload')).toBeUndefined();
    expect(at.problems.filter((problem) => !/status of 4\d\d/.test(problem))).toEqual([]);
  });
});
