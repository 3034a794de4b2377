// Fills the record of a home that is being served with made-up work of some weeks, as another program would: nobody has to stop for it.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSystemClock } from '../../src/main/adapters/clock.ts';
import { createNodeFiles } from '../../src/main/adapters/files.ts';
import { createSystemRandom } from '../../src/main/adapters/random.ts';
import { openLog, type EventLog, type NewEvent } from '../../src/main/engine/log/index.ts';
import { createInlineWorkers } from '../../src/main/engine/log/testing.ts';

export interface Filler {
  /** Events at that moment, in one transaction; their entries. */
  at(atMs: number, events: readonly NewEvent[]): number[];
  close(): void;
}

export function openFiller(homePath: string): Filler {
  const marker = JSON.parse(readFileSync(join(homePath, 'varve-home.json'), 'utf8')) as { id: string };
  let nowMs = Date.now();
  const ports = { files: createNodeFiles(), clock: { ...createSystemClock(), now: () => nowMs }, random: createSystemRandom() };
  const log: EventLog = openLog({ ...ports, workers: createInlineWorkers(ports, {}), path: join(homePath, 'log.db'), homeId: marker.id, session: 'filler', actorName: 'train.py' });
  return {
    at(atMs, events) {
      nowMs = atMs;
      return log.appendMany(events).map(({ seq }) => seq);
    },
    close: () => log.close()
  };
}

const actions = ['app.epoch', 'app.sensor', 'app.checkpoint', 'app.saved'] as const;

/** Ordinary work: `count` events spread over the time from `fromMs` to `toMs`. */
export function fillWork(filler: Filler, { count, fromMs, toMs }: { count: number; fromMs: number; toMs: number }): void {
  const batch = 1000;
  for (let n = 0; n < count; n += batch) {
    filler.at(
      fromMs + Math.floor(((toMs - fromMs) * n) / count),
      Array.from({ length: Math.min(batch, count - n) }, (_, k): NewEvent => {
        const i = n + k;
        return { action: actions[i % 4] ?? 'app.epoch', category: i % 4 === 1 ? 'ingest' : 'experiment', level: i % 500 === 0 ? 'warn' : 'info', subject: `run:${i % 40}`, payload: { step: i, loss: 1 / (1 + (i % 300)), message: `ordinary step ${i}` } };
      })
    );
  }
}

/** Twenty past ten in the morning of the last Tuesday that is over. */
export function lastTuesday(): number {
  const at = new Date();
  at.setHours(10, 20, 0, 0);
  do at.setDate(at.getDate() - 1);
  while (at.getDay() !== 2);
  return at.getTime();
}

const day = 86_400_000;

/** `total` ordinary events of two months and more, and among them one of last Tuesday that somebody will look for. Returns its entry. */
export function fillAroundTuesday(filler: Filler, total: number): number {
  const tuesday = lastTuesday();
  fillWork(filler, { count: total / 2, fromMs: tuesday - 60 * day, toMs: tuesday });
  const [event = -1] = filler.at(tuesday, [{ action: 'app.incident', category: 'experiment', level: 'warn', subject: 'core:B', payload: { message: 'Calibração: the core slipped out of the clamp', depth: 41.5 } }]);
  fillWork(filler, { count: total / 2, fromMs: tuesday + 60_000, toMs: Date.now() - 60_000 });
  return event;
}

/** Changes an entry as anybody with the file could, with plain sqlite3. */
export function editEntry(homePath: string, seq: number): void {
  execFileSync('sqlite3', [join(homePath, 'log.db'), `DROP TRIGGER entries_are_not_changed; UPDATE entries SET header = replace(header, '"level":"info"', '"level":"error"') WHERE seq = ${seq};`]);
}
