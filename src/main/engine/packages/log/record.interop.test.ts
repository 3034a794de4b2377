// Judge: a page of Python that shares nothing with Varve and knows only docs/formats/log-package.md, behind an ordinary tar.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSystemClock } from '../../../adapters/clock.ts';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createArchive } from '../archive/write.ts';
import { createPackedHome, type TestHome } from './testing/packed-home.ts';

interface Read {
  states: Record<string, number>;
  wrong: [unknown, string][];
  events: number;
  lastHash: string;
  lastId: string;
  origin: string;
  size: number;
  erased: [number, number][];
  rootFits: boolean;
  tilesFit: boolean;
}

let home: TestHome;
beforeEach(() => {
  home = createPackedHome();
});
afterEach(() => home.remove());

const read = (folder: string): Read => JSON.parse(execFileSync('python3', [join(import.meta.dirname, 'testing', 'read_package.py'), folder], { encoding: 'utf8' })) as Read;

it('a stranger reads the segments, recomputes chain, commitments and root, and finds what was changed', async () => {
  const { log } = home;
  log.appendMany(Array.from({ length: 700 }, (_, i) => ({ action: 'app.noted', category: i % 50 === 0 ? 'metrics' as const : 'note' as const, ...(i % 9 > 0 && { payload: { text: `Ação, "payload":${i}, \u2028\n`, value: 1e30, deep: [{ ',"payload":': -0.5e-7 }] } }) })));
  const [by] = (await log.erasures.erase({ reason: 'own-wish', basis: 'none', seqs: [40] })).events as [number];
  log.checkpoints.sign();
  log.append({ action: 'app.noted', category: 'note', payload: 'behind the checkpoint' });
  const archivePath = home.folder.at('record.tar.gz');
  const archive = createArchive({ files: createNodeFiles(), clock: createSystemClock() }, archivePath, { format: 'tar.gz', sealed: false });
  const { eventlogSummary } = await home.pack({ archive });
  await archive.end();
  const folder = home.folder.at('unpacked');
  mkdirSync(folder);
  execFileSync('tar', ['-xzf', 'record.tar.gz', '-C', 'unpacked'], { cwd: home.folder.path });
  const found = read(folder);
  expect(found).toMatchObject({ wrong: [], events: eventlogSummary.total_events, lastHash: eventlogSummary.last_current_hash, lastId: eventlogSummary.last_event_id, origin: log.origin, size: by + 1, erased: [[40, by]], rootFits: true, tilesFit: true });
  expect(found.states).toMatchObject({ sealed: expect.any(Number), none: expect.any(Number), erased: 1 });

  const segment = join(folder, 'event-log', 'segment-000001.json');
  const text = readFileSync(segment, 'utf8');
  writeFileSync(segment, text.replace('\\"payload\\":7,', '\\"payload\\":8,'));
  expect(read(folder).wrong).toEqual([[9, 'payload']]);
  writeFileSync(segment, text.replace('"level":"info"', '"level":"warn"'));
  expect(read(folder)).toMatchObject({ rootFits: false, wrong: expect.arrayContaining([[0, 'chain']]) });
});
