// Files that another program appends to: every whole line is taken in exactly once, whatever is done to the file and whenever Varve is stopped.
import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FollowedFile } from '../../../../../contract/intake.ts';
import { createNodeFiles } from '../../../../adapters/files.ts';
import type { Files } from '../../../ports.ts';
import { createTestFolder, type TestFolder } from '../../../store/testing.ts';
import type { EventLog } from '../../index.ts';
import { createSeededRandom, openTestLog } from '../../testing.ts';
import { makeTokens } from '../mask/testing.ts';

const files = createNodeFiles();
let folder: TestFolder;
let log: EventLog;
let clock: ReturnType<typeof openTestLog>['clock'];
let path: string;

const open = (over: Files = files): void => {
  ({ log, clock } = openTestLog({ files: over, path: folder.at('home/log.db') }));
};
beforeEach(() => {
  folder = createTestFolder();
  mkdirSync(folder.at('home'));
  mkdirSync(folder.at('logs'));
  path = folder.at('logs/app.jsonl');
  writeFileSync(path, '');
  open();
});
afterEach(() => {
  log.close();
  folder.remove();
});

let next = 0;
beforeEach(() => {
  next = 0;
});
const line = (i: number): string => `${JSON.stringify({ action: 'app.step', payload: { i, text: 'x'.repeat(i % 90) } })}\n`;
/** The program that writes: appends so many more lines. */
const write = (count: number, to = path): void => {
  appendFileSync(to, Array.from({ length: count }, () => line(next++)).join(''));
};
const add = () => log.intake.follow.add({ path, actor: 'ada' });
const run = async (): Promise<FollowedFile> => (await log.intake.follow.run())[0] as FollowedFile;
const taken = (): number[] => {
  const numbers: number[] = [];
  for (let after = -1; ; ) {
    const page = log.list({ filter: { action: 'app.step' }, order: 'oldest', limit: 1000, after });
    numbers.push(...page.entries.map(({ payload }) => (payload as { data: { i: number } }).data.i));
    if (page.next === null) return numbers;
    after = page.next;
  }
};
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const events = (action: string) => log.list({ filter: { action } }).entries;

describe('a followed file', () => {
  it('brings in what it holds and then each new whole line, with its number in the file', async () => {
    write(3);
    const { file, report } = await add();
    expect(report).toMatchObject({ imported: 3 });
    expect(file).toMatchObject({ path, taken: 0, refused: 0, pendingBytes: 0, failure: null });
    write(2);
    appendFileSync(path, '{"action":"app.st');
    expect(await run()).toMatchObject({ taken: 2, pendingBytes: 17 });
    appendFileSync(path, 'ep","payload":{"i":5}}\n');
    next = 6;
    write(1);
    expect(await run()).toMatchObject({ taken: 4, pendingBytes: 0 });
    expect(taken()).toEqual(upTo(7));
    expect(log.list({ filter: { action: 'app.step' } }).entries[0]?.payload).toMatchObject({ line: 7, source: path });
    expect(events('log.follow-added')).toHaveLength(1);
    log.checkpoints.sign();
    expect((await log.verify({})).kind).toBe('consistent');
  });

  it('takes the same line as often as it is written', async () => {
    await add();
    appendFileSync(path, line(1).repeat(3));
    await run();
    appendFileSync(path, line(1));
    await run();
    expect(taken()).toEqual([1, 1, 1, 1]);
  });

  it('is looked at every second while a program runs, and no longer after that', async () => {
    await add();
    const stop = log.intake.follow.keepLooking();
    write(2);
    clock.advance(1000);
    expect(taken()).toEqual(upTo(2));
    write(450);
    // More than a batch: it goes on soon, not a second later.
    for (let i = 0; i < 3; i++) clock.advance(i === 0 ? 1000 : 10);
    expect(taken()).toEqual(upTo(452));
    stop();
    write(1);
    clock.advance(5000);
    expect(taken()).toEqual(upTo(452));
  });

  it('keeps bad lines in a file, masks keys, and goes on', async () => {
    const [token = ''] = makeTokens('follow')['npm-token'] ?? [];
    await add();
    appendFileSync(path, `not json\n${line(0)}\n{"action":"app.step","payload":{"i":1,"t":"${token}"}}\n`);
    const first = await run();
    appendFileSync(path, '{"no":"action"}\n');
    const second = await run();
    expect([first.refused, second.refused]).toEqual([1, 2]);
    expect(readFileSync(second.quarantine ?? '', 'utf8').trimEnd().split('\n').map((each) => JSON.parse(each) as unknown)).toMatchObject([{ line: 1, text: 'not json' }, { line: 5, text: '{"no":"action"}' }]);
    expect(taken()).toEqual([0, 1]);
    expect(events('log.masked')).toHaveLength(1);
  });

  it('cannot be followed twice, nor imported beside; followed no longer, it can, and what was taken is known', async () => {
    write(2);
    await add();
    write(2);
    await run();
    await expect(add()).rejects.toMatchObject({ code: 'CONFLICT' });
    const importing = async (): Promise<unknown> => {
      for await (const step of log.intake.import({ path, actor: 'ada' })) if (step.kind === 'done') return step.report;
      return undefined;
    };
    await expect(importing()).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(log.intake.follow.remove(path, 'ada')).toEqual({ removed: true });
    expect(log.intake.follow.remove(path, 'ada')).toEqual({ removed: false });
    expect(await importing()).toMatchObject({ imported: 0, present: 4 });
    write(1);
    expect((await add()).report).toMatchObject({ imported: 1, present: 4 });
    expect(taken()).toEqual(upTo(5));
  });

  it('that cannot be read says why, and the others go on', async () => {
    const other = folder.at('logs/other.jsonl');
    writeFileSync(other, '');
    await add();
    await log.intake.follow.add({ path: other, actor: 'ada' });
    unlinkSync(path);
    mkdirSync(path);
    write(1, other);
    const [first, second] = await log.intake.follow.run();
    expect(first?.failure).not.toBeNull();
    expect(second).toMatchObject({ taken: 1, failure: null });
  });
});

describe('rotation', () => {
  it('by renaming: the rest of the old file first, then the new one', async () => {
    write(2);
    await add();
    write(3);
    renameSync(path, `${path}.1`);
    write(2);
    await run();
    expect(taken()).toEqual(upTo(7));
    expect(events('log.follow-gap')).toEqual([]);
  });

  it('by renaming while the program still writes to the old file', async () => {
    await add();
    write(1);
    await run();
    renameSync(path, `${path}.1`);
    write(2, `${path}.1`);
    await run();
    expect(taken()).toEqual(upTo(3));
    writeFileSync(path, '');
    write(1, `${path}.1`);
    await run();
    write(1);
    await run();
    // Even after the next rotation has moved it further.
    renameSync(`${path}.1`, `${path}.2`);
    renameSync(path, `${path}.1`);
    writeFileSync(path, '');
    write(1, `${path}.2`);
    write(1, `${path}.1`);
    write(1);
    await run();
    expect(taken()).toEqual(upTo(8));
    expect(events('log.follow-gap')).toEqual([]);
  });

  it('by copying and cutting: what was not read yet is read from the copy', async () => {
    write(5);
    await add();
    write(3);
    copyFileSync(path, `${path}.1`);
    truncateSync(path, 0);
    write(2);
    await run();
    expect(taken()).toEqual(upTo(10));
    // And again, with a new file that grew past the old offset before it was looked at.
    write(1);
    copyFileSync(path, `${path}.2`);
    truncateSync(path, 0);
    write(40);
    await run();
    expect(taken()).toEqual(upTo(51));
    expect(events('log.follow-gap')).toEqual([]);
  });

  it('by copying and cutting, when every file begins with the same line', async () => {
    const header = `${JSON.stringify({ action: 'app.began', payload: 'x'.repeat(2000) })}\n`;
    writeFileSync(path, header);
    await add();
    for (let round = 0; round < 4; round++) {
      write(3);
      if (round % 2 === 0) await run();
      write(2);
      copyFileSync(path, `${path}.${round}`);
      truncateSync(path, 0);
      appendFileSync(path, header);
      write(3);
      await run();
    }
    expect(taken()).toEqual(upTo(32));
    expect(events('log.follow-gap')).toEqual([]);
  });

  it('without a trace of the old file is taken on from the new one, and the gap is recorded', async () => {
    write(2);
    await add();
    await run();
    truncateSync(path, 0);
    write(1);
    await run();
    expect(taken()).toEqual(upTo(3));
    expect(events('log.follow-gap')[0]).toMatchObject({ level: 'warn', payload: { what: 'truncated', line: 2 } });
    unlinkSync(path);
    await run();
    writeFileSync(path, '');
    write(1);
    await run();
    expect(taken()).toEqual(upTo(4));
    // A file system may give the new file the inode of the old one: then it was cut, for all that can be told.
    expect(events('log.follow-gap')).toHaveLength(2);
  });

  const names: [string, (round: number) => string][] = [
    ['a number', (round) => `app.jsonl.${round}`],
    ['a date behind', (round) => `app.jsonl-2026112${round}`],
    ['a date before the end', (round) => `app-2026-11-2${round}.jsonl`]
  ];
  it.each(names)('several times while nobody looked: every file in between is taken, in order (%s)', async (_name, nameOf) => {
    write(2);
    await add();
    await run();
    for (let round = 1; round <= 6; round++) {
      write(2 + round);
      renameSync(path, folder.at(`logs/${nameOf(round)}`));
      writeFileSync(path, '');
      await new Promise((resume) => setTimeout(resume, 12));
    }
    write(1);
    await run();
    expect(taken()).toEqual(upTo(next));
    // And again later, when those are done, beside files of other programs and one that was copied back.
    writeFileSync(folder.at('logs/app-other.jsonl'), line(99_990));
    writeFileSync(folder.at('logs/app.jsonl.bak'), line(99_991));
    copyFileSync(folder.at(`logs/${nameOf(2)}`), folder.at(`logs/${nameOf(9)}`));
    for (const round of [7, 8]) {
      write(3);
      renameSync(path, folder.at(`logs/${nameOf(round)}`));
      writeFileSync(path, '');
      await new Promise((resume) => setTimeout(resume, 12));
    }
    write(1);
    await run();
    expect(taken()).toEqual(upTo(next));
    expect(events('log.follow-gap')).toEqual([]);
  });

  it('several times by copying and cutting while nobody looked, the last copy not cut yet', async () => {
    write(4);
    await add();
    for (let round = 1; round <= 3; round++) {
      write(5);
      copyFileSync(path, `${path}.${round}`);
      truncateSync(path, 0);
      await new Promise((resume) => setTimeout(resume, 12));
    }
    write(6);
    copyFileSync(path, `${path}.4`);
    await run();
    expect(taken()).toEqual(upTo(next));
    truncateSync(path, 0);
    write(2);
    await run();
    expect(taken()).toEqual(upTo(next));
    expect(events('log.follow-gap')).toEqual([]);
  });

  it('several times, with more in each file than one look takes, all beginning with one line', async () => {
    const header = `${JSON.stringify({ action: 'app.began', payload: 'x'.repeat(2000) })}\n`;
    writeFileSync(path, header);
    await add();
    for (let round = 1; round <= 5; round++) {
      if (round !== 2) write(700);
      renameSync(path, `${path}.${round}`);
      writeFileSync(path, header);
      await new Promise((resume) => setTimeout(resume, 12));
      if (round === 3) await run();
    }
    write(1);
    await run();
    expect(taken()).toEqual(upTo(next));
    // The file of the second round holds byte for byte what the first held when it was read: it counts as a copy of that.
    expect(events('app.began')).toHaveLength(5);
  });

  it('through a link that is turned to the next file', async () => {
    const at = (name: string): string => folder.at(`logs/${name}`);
    rmSync(path);
    writeFileSync(at('day-1.jsonl'), '');
    files.symlink('day-1.jsonl', path);
    await add();
    write(2, at('day-1.jsonl'));
    unlinkSync(path);
    writeFileSync(at('day-2.jsonl'), '');
    files.symlink('day-2.jsonl', path);
    write(2, at('day-2.jsonl'));
    await run();
    expect(taken()).toEqual(upTo(4));
  });

  it.each([1, 2, 3])('in any order and at any moment, seeded (%s)', async (seed) => {
    const random = createSeededRandom(seed * 7919);
    const draw = (below: number): number => (random.bytes(4).reduce((sum, byte) => sum * 256 + byte, 0) >>> 0) % below;
    let rotated = 0;
    write(draw(5));
    await add();
    for (let step = 0; step < 60; step++) {
      const what = draw(6);
      if (what <= 1) write(draw(300));
      else if (what === 2) {
        renameSync(path, `${path}.r${rotated++}`);
        writeFileSync(path, '');
      } else if (what === 3) {
        // A file of which nothing was read yet is known by nothing; one that fills and is cut within a second of its beginning is lost.
        write(1);
        await run();
        write(draw(20));
        copyFileSync(path, `${path}.c${rotated++}`);
        truncateSync(path, 0);
        await run();
      } else if (what === 4) {
        log.close();
        open();
      } else await run();
      // Only so many rotated files are watched; a look comes more often than a rotation.
      if (what === 2) await run();
    }
    await run();
    expect(taken()).toEqual(upTo(next));
    expect(events('log.follow-gap')).toEqual([]);
  });
});

/** `npm test` kills a few times, the long campaign many. */
const rounds = process.env['VARVE_LONG'] === '1' ? 40 : 4;

describe('a stop', () => {
  it('at any step of the disk neither loses nor doubles a line, nor a refused one', async () => {
    write(2);
    await add();
    let refused = 0;
    for (let fails = 1; fails < 400; fails++) {
      write(3);
      appendFileSync(path, `bad ${refused++}\n`);
      if (fails % 3 === 0) {
        renameSync(path, `${path}.${fails}`);
        write(2);
      }
      log.close();
      let left = Number.POSITIVE_INFINITY;
      open(
        new Proxy(files, {
          get(target, name: keyof Files) {
            const real = target[name] as (...args: unknown[]) => unknown;
            return (...args: unknown[]) => {
              left -= 1;
              if (left <= 0) throw Object.assign(new Error('faulty'), { code: 'EIO' });
              return real.apply(target, args);
            };
          }
        })
      );
      left = fails;
      const { failure } = await run();
      log.close();
      open();
      const done = await run();
      expect(taken(), `stop at ${fails}`).toEqual(upTo(next));
      expect(done.refused).toBe(refused);
      expect(readFileSync(done.quarantine ?? '', 'utf8').trimEnd().split('\n').map((each) => (JSON.parse(each) as { text: string }).text)).toEqual(Array.from({ length: refused }, (_, i) => `bad ${i}`));
      if (failure === null) {
        expect(fails).toBeGreaterThan(10);
        return;
      }
    }
    throw new Error('no look came through');
  }, 120_000);

  it('by kill -9 at any moment, with two programs looking at once, neither loses nor doubles a line', async () => {
    write(5);
    await add();
    log.close();
    const random = createSeededRandom(20261121);
    const children: ChildProcess[] = [];
    const start = (): Promise<ChildProcess> =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [new URL('follow.child.ts', import.meta.url).pathname, folder.at('home/log.db')], { stdio: ['ignore', 'pipe', 'inherit'] });
        children.push(child);
        child.once('error', reject);
        child.stdout.once('data', () => resolve(child));
      });
    const kill = (child: ChildProcess): Promise<void> =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGKILL');
      });
    try {
      for (let round = 0; round < rounds; round++) {
        const pair = await Promise.all([start(), start()]);
        for (let burst = 0; burst < 4; burst++) {
          write(random.bytes(1)[0] as number);
          if (burst === 2) renameSync(path, `${path}.${round}`);
          await new Promise((resume) => setTimeout(resume, (random.bytes(1)[0] as number) / 8));
        }
        await Promise.all(pair.map(kill));
        if (!existsSync(path)) writeFileSync(path, '');
      }
    } finally {
      await Promise.all(children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null).map(kill));
    }
    open();
    await run();
    expect(taken()).toEqual(upTo(next));
    expect(events('log.follow-gap')).toEqual([]);
    log.checkpoints.sign();
    expect((await log.verify({})).kind).toBe('consistent');
  }, 600_000);
});
