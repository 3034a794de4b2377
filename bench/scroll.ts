// How smooth a list of a million rows is: a folder of a million entries, a tree of as many in 2,000 folders, the record, a comparison with 100,000 changes and
// the preview of a restore of a million, each scrolled from top to bottom in the console in Chromium.
//   npm run build && npx node bench/scroll.ts [--entries 1000000] [--folders 2000] [--only folder,tree,record,compare,restore] [--work FOLDER] [--keep]
// With --keep what was made stays in FOLDER and is used again the next time. Linux (memory and its peak are read from /proc).
import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Locator, Page } from 'playwright-core';
import type { SnapshotResult } from '../src/contract/snapshots.ts';
import { fillWork, openFiller } from '../e2e/harness/fill-log.ts';
import { openBrowser, openConsole } from '../e2e/pages/serve.ts';

const { values } = parseArgs({
  options: { entries: { type: 'string', default: '1000000' }, folders: { type: 'string', default: '2000' }, only: { type: 'string', default: 'folder,tree,record,compare,restore' }, work: { type: 'string', default: tmpdir() }, keep: { type: 'boolean', default: false } }
});
const entries = Number(values.entries);
const folders = Number(values.folders);
const only = new Set(values.only.split(','));
const root = join(import.meta.dirname, '..');
const cli = join(root, 'out/main/cli.js');
if (!existsSync(cli)) {
  console.error('not built: run "npm run build" first');
  process.exit(2);
}
const top = values.keep ? join(values.work, `varve-scroll-${entries}`) : mkdtempSync(join(values.work, 'varve-scroll-'));
const path = (...names: string[]): string => join(top, ...names);
const env: NodeJS.ProcessEnv = { ...process.env, HOME: path('person'), VARVE_HOME: path('home'), VARVE_VAULT_PASSPHRASE: 'bench of scrolling', VARVE_START: '1' };
for (const name of ['DBUS_SESSION_BUS_ADDRESS', 'VARVE_TOKEN']) delete env[name];
const varve = (...args: string[]): string => execFileSync(process.execPath, [cli, ...args], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28 });
const snapshot = (plan: string): string => (JSON.parse(varve('snapshot', plan, '--json')) as SnapshotResult).snapshot.id;
const inEach = Math.ceil(entries / folders);

interface Made {
  one: string;
  many: string;
  changed: string;
}

function make(): Made {
  const known = path('made.json');
  if (existsSync(known)) return JSON.parse(readFileSync(known, 'utf8')) as Made;
  const digits = (value: number, length: number): string => String(value).padStart(length, '0');
  mkdirSync(path('person'), { recursive: true });
  mkdirSync(path('one'));
  for (let i = 0; i < entries; i++) writeFileSync(path('one', `reading-${digits(i, 7)}.txt`), '');
  for (let folder = 0; folder < folders; folder++) {
    mkdirSync(path('many', `day-${digits(folder, 4)}`), { recursive: true });
    for (let i = 0; i < inEach; i++) writeFileSync(path('many', `day-${digits(folder, 4)}`, `reading-${digits(i, 4)}.txt`), '');
  }
  writeFileSync(path('password'), 'bench\n', { mode: 0o600 });
  varve('init', '--store', 'vault');
  varve('repo', 'add', 'drive', '--path', path('copies'), '--password-file', path('password'));
  for (const plan of ['one', 'many']) varve('plan', 'add', plan, '--repo', 'drive', '--path', path(plan));
  const made = { one: snapshot('one'), many: snapshot('many'), changed: '' };
  // One in ten is another file.
  for (const folder of readdirSync(path('many'))) for (const name of readdirSync(path('many', folder))) if (name.endsWith('7.txt')) appendFileSync(path('many', folder, name), 'changed\n');
  made.changed = snapshot('many');
  const filler = openFiller(path('home'));
  fillWork(filler, { count: entries, fromMs: Date.now() - 300 * 86_400_000, toMs: Date.now() });
  filler.close();
  writeFileSync(known, JSON.stringify(made));
  return made;
}

const mib = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MiB`;
const ms = (value: number): string => `${Math.round(value)} ms`;
const share = (sorted: readonly number[], part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;

/** Processor time of the longest task of the page's main thread: what other programs take meanwhile is not in it. */
function longestTask(trace: Buffer): number {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: { name: string; ph: string; pid: number; tid: number; tdur?: number; args?: { name?: string } }[] };
  const main = new Set(traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`));
  return traceEvents.reduce((longest, { ph, pid, tid, tdur = 0 }) => (ph === 'X' && main.has(`${pid} ${tid}`) ? Math.max(longest, tdur / 1000) : longest), 0);
}

/** In the page: long tasks, and how long each frame took while somebody looks. */
interface Watched {
  tasks: number[];
  frames: number[];
}

function watch(): void {
  const watched: Watched & { on: boolean } = { tasks: [], frames: [], on: false };
  Object.assign(globalThis, { watched });
  new PerformanceObserver((list) => watched.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
  let before = 0;
  const frame = (now: number): void => {
    if (watched.on && before > 0) watched.frames.push(now - before);
    before = watched.on ? now : 0;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

class Engine {
  readonly #pid: number;
  answers: { name: string; ms: number }[] = [];

  constructor(pid: number, page: Page) {
    this.#pid = pid;
    page.on('requestfinished', (request) => {
      const { pathname } = new URL(request.url());
      if (/tree|rows|changes|folder|list/.test(pathname)) this.answers.push({ name: pathname.split('/').slice(-2).join('.'), ms: request.timing().responseEnd });
    });
  }

  get peakBytes(): number {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${this.#pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  }

  /** The peak begins anew. */
  forgetPeak(): void {
    writeFileSync(`/proc/${this.#pid}/clear_refs`, '5');
  }
}

const { one, many, changed } = make();
const serving = spawn(process.execPath, [cli, 'serve', '--port', '0'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
const address = await new Promise<string>((resolve, reject) => {
  let output = '';
  for (const stream of [serving.stdout, serving.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const shown = /http:\/\/\S+#code=\S+/.exec(output)?.[0];
      if (shown !== undefined) resolve(shown);
    });
  }
  serving.on('exit', () => reject(new Error(output)));
});
const browser = await openBrowser();
try {
  const { page, context, problems } = await openConsole(browser, address);
  await context.addInitScript(watch);
  await page.reload();
  await page.locator('h1').first().waitFor();
  const engine = new Engine(serving.pid ?? 0, page);
  const debug = await context.newCDPSession(page);

  const heapBytes = async (): Promise<number> => {
    await debug.send('HeapProfiler.collectGarbage');
    return page.evaluate(() => (performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize);
  };

  /** Does something while the page is watched, and prints one line. */
  async function measured(what: string, work: () => Promise<unknown>): Promise<void> {
    engine.answers = [];
    await page.evaluate(() => Object.assign((globalThis as never as { watched: object }).watched, { tasks: [], frames: [], on: true }));
    await browser.startTracing(page, { categories: ['toplevel'] });
    const from = performance.now();
    await work();
    const took = performance.now() - from;
    const processor = longestTask(await browser.stopTracing());
    const { tasks, frames } = await page.evaluate(() => {
      const { watched } = globalThis as never as { watched: Watched & { on: boolean } };
      watched.on = false;
      return watched;
    });
    const gaps = frames.toSorted((a, b) => a - b);
    const answers = engine.answers.map((answer) => answer.ms).toSorted((a, b) => a - b);
    console.log(
      `  ${what.padEnd(40)} ${ms(took).padStart(9)}   longest task ${ms(Math.max(0, ...tasks)).padStart(7)} (processor ${ms(processor)}), over 50 ms: ${tasks.length}   frames ${ms(share(gaps, 0.5))}, p95 ${ms(share(gaps, 0.95))}, longest ${ms(gaps.at(-1) ?? 0)}   answers ${answers.length}: ${ms(share(answers, 0.5))}, longest ${ms(answers.at(-1) ?? 0)}`
    );
  }

  const stands = (list: Locator): Promise<void> => list.getByText('Loading…').first().waitFor({ state: 'detached' });
  const still = (list: Locator): Promise<unknown> => stands(list).then(() => list.locator('[aria-busy=true]').first().waitFor({ state: 'detached' }));

  /** Wheel, bar, keys: from the top to the end and back, as somebody would. */
  async function scrolled(list: Locator, rows: Locator): Promise<void> {
    await list.hover();
    await measured('wheel, 200 turns of 400 pixels', async () => {
      for (let i = 0; i < 200; i++) await page.mouse.wheel(0, 400);
      await still(list);
    });
    await measured('bar, top to bottom in 400 frames', async () => {
      await list.evaluate(
        (element) =>
          new Promise<void>((resolve) => {
            let step = 0;
            const next = (): void => {
              element.scrollTop = (element.scrollHeight * step) / 400;
              if (step++ < 400) requestAnimationFrame(next);
              else resolve();
            };
            next();
          })
      );
      await still(list);
    });
    await list.focus();
    for (const key of ['Home', 'End', 'Home'] as const) {
      await measured(`key ${key}`, async () => {
        await page.keyboard.press(key);
        await still(list);
      });
    }
    await measured('PageDown, 200 times', async () => {
      for (let i = 0; i < 200; i++) await page.keyboard.press('PageDown');
      await still(list);
    });
    await page.keyboard.press('Home');
    console.log(`  rows in the page ${await rows.count()}, elements ${await page.evaluate(() => document.querySelectorAll('*').length)}, heap ${mib(await heapBytes())}, the engine's peak ${mib(engine.peakBytes)}, load ${(loadavg()[0] ?? 0).toFixed(1)}`);
  }

  const goTo = (hash: string): Promise<unknown> => page.evaluate((to) => (location.hash = to), hash);
  const tree = page.getByTestId('tree');
  const treeRows = tree.getByRole('treeitem');
  // The page's own script, and all that is loaded before it shows anything.
  const scripts = [...readFileSync(join(root, 'out/renderer/index.html'), 'utf8').matchAll(/assets\/[^"]+\.js/g)].map(([name]) => name);
  const kilobytes = (names: readonly string[]): string => (names.reduce((sum, name) => sum + gzipSync(readFileSync(join(root, 'out/renderer', name))).length, 0) / 1000).toFixed(0);
  console.log(`main script ${kilobytes(scripts.slice(0, 1))} KB gzip, with everything it loads at once ${kilobytes(scripts)} KB`);

  if (only.has('folder')) {
    console.log(`a folder of ${entries} entries`);
    engine.forgetPeak();
    await measured('opened, first rows', async () => {
      await goTo(`/snapshots/${one}${path('one')}/reading-0000000.txt`);
      await treeRows.filter({ hasText: 'reading-0000000' }).waitFor();
    });
    await scrolled(tree, treeRows);
    await measured('one in the middle, by its address', async () => {
      await goTo(`/snapshots/${one}${path('one')}/reading-${String(Math.floor(entries / 2)).padStart(7, '0')}.txt`);
      await treeRows.filter({ hasText: `reading-${String(Math.floor(entries / 2)).padStart(7, '0')}` }).waitFor();
    });
    await measured('a look into one', async () => {
      await treeRows.filter({ hasText: `reading-${String(Math.floor(entries / 2)).padStart(7, '0')}` }).click();
      await page.getByRole('dialog').waitFor();
    });
    await goTo('/');
  }
  if (only.has('tree')) {
    console.log(`a tree of ${entries} entries in ${folders} folders`);
    engine.forgetPeak();
    await measured('opened, first rows', async () => {
      await goTo(`/snapshots/${many}${path('many')}/day-0000`);
      await treeRows.filter({ hasText: 'day-0000' }).waitFor();
    });
    await tree.focus();
    await page.keyboard.press('End');
    await measured(`every folder unfolded by keyboard`, async () => {
      for (let i = 0; i < folders; i++) {
        await page.keyboard.press('ArrowRight');
        await page.keyboard.press('ArrowUp');
      }
      await still(tree);
    });
    await page.keyboard.press('Home');
    await scrolled(tree, treeRows);
    await measured('folded and unfolded, 20 times', async () => {
      const first = treeRows.filter({ hasText: 'day-0000' });
      for (let i = 0; i < 20; i++) await first.click();
    });
    await goTo('/');
  }
  if (only.has('record')) {
    console.log(`the record of ${entries} entries`);
    engine.forgetPeak();
    const list = page.getByTestId('log-list');
    await measured('opened, first rows', async () => {
      await goTo('/log');
      await list.getByRole('option').first().waitFor();
      await still(list);
    });
    await scrolled(list, list.getByRole('option'));
    await goTo('/');
  }
  if (only.has('compare')) {
    console.log(`a comparison with ${Math.floor(entries / 10)} changes`);
    engine.forgetPeak();
    const list = page.getByTestId('compare-list');
    await measured('compared, first rows', async () => {
      await goTo(`/compare/${many}/${changed}`);
      await list.getByRole('option').first().waitFor();
      await still(list);
    });
    await measured('as one list', async () => {
      await page.getByRole('searchbox').fill('reading');
      await list.getByRole('option').filter({ hasText: 'reading' }).first().waitFor();
    });
    await scrolled(list, list.getByRole('option'));
    await goTo('/');
  }
  if (only.has('restore')) {
    console.log(`the preview of a restore of ${entries} entries`);
    engine.forgetPeak();
    const list = page.getByTestId('restore-changes');
    await goTo(`/restore/${one}`);
    const next = page.getByRole('button', { name: 'Continue' });
    await next.click();
    await next.click();
    await page.getByLabel('Folder', { exact: true }).fill(path('out'));
    await measured('previewed, first rows', async () => {
      await next.click();
      await list.getByRole('option').first().waitFor();
      await still(list);
    });
    await scrolled(list, list.getByRole('option'));
  }
  if (problems.length > 0) console.error(`the page said: ${problems.join('\n')}`);
} finally {
  await browser.close();
  serving.kill('SIGTERM');
  await new Promise((resolve) => serving.on('exit', resolve));
  if (!values.keep) rmSync(top, { recursive: true, force: true });
}
