// Worker task `packages.log`: the record into a package under its name.
import type { WorkerTask } from '../../ports.ts';
import { stateMigrations } from '../../state-migrations.ts';
import { placePackage } from '../place.ts';
import type { MakeInput, MakeMessage } from '../protocol.ts';
import { createProgress, stopSignal } from '../../kit/task-line.ts';
import { packLog } from './pack.ts';

export interface LogTaskInput extends MakeInput {
  homePath: string;
  homeId: string;
  homeCreatedAt: string;
  firstKey: Uint8Array | undefined;
  /** The exported keys, for a sealed package. */
  keys: string | undefined;
}

const progressMs = 100;

/** Spawned: tells how many events go along, its progress, and last what was made. */
export const logTask: WorkerTask = async (context, input) => {
  const { files, clock, random, machine } = context;
  const { place, generator, homePath, homeId, homeCreatedAt, firstKey, keys } = input as LogTaskInput;
  const say = (message: MakeMessage): void => context.post(message);
  const signal = stopSignal(context);
  const progress = createProgress(context, 'verifying');
  let told: number | undefined;
  let shownMs = Number.NEGATIVE_INFINITY;
  const onProgress = (filesDone: number, filesTotal: number): void => {
    if (told !== filesTotal) say({ kind: 'events', count: (told = filesTotal) });
    const nowMs = clock.monotonicMs();
    if (nowMs - shownMs < progressMs) return;
    shownMs = nowMs;
    say({ kind: 'progress', update: { phase: 'writing', filesDone, filesTotal } });
  };
  let found = { events: 0, chainValid: true };
  const placed = await placePackage({ files, clock, random }, { ...place, kind: 'log', signal, onReadBack: progress.bytes }, async (archive) => {
    const packed = await packLog({ files, random, archive, homePath, homeId, homeCreatedAt, firstKey, stateMigrations, keys, temporaryFolder: machine.temporaryFolder, signal, onProgress });
    for (const { table, reason } of packed.problems) archive.skip(table, reason);
    found = { events: packed.eventlogSummary.total_events, chainValid: packed.chainValidAtBackup };
    return { sourceDir: homePath, generator, homeId, eventlogSummary: packed.eventlogSummary, chainValidAtBackup: packed.chainValidAtBackup, further: packed.further };
  });
  say({ kind: 'done', facts: { ...placed, ...found } });
};
