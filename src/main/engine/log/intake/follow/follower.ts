// Following files: what is followed, a look at all of it, and the timer that looks every second while a program with a home runs.
import { basename, dirname, join, resolve } from 'node:path';
import type { FollowedFile, ImportReport, Mapping } from '../../../../../contract/intake.ts';
import type { Language } from '../../../../../contract/ids.ts';
import { fail, toWire, VarveError } from '../../../kit/errors.ts';
import type { LogContext } from '../../context.ts';
import { importFile, type ImportDeps } from '../import.ts';
import { stamp } from '../intake-files.ts';
import { withKeys } from '../with-keys.ts';
import { legacyMapping } from '../mapping.ts';
import { fingerprint, identityOf } from './fingerprint.ts';
import { lookAt, type LookDeps } from './look.ts';
import type { Followed, FollowStore } from './store.ts';

export interface AddOptions {
  path: string;
  mapping?: Mapping | undefined;
  source?: string | undefined;
  actor: string;
  language?: Language | undefined;
  signal?: AbortSignal | undefined;
}

export interface Follower {
  /** Imports what the file holds now and follows it from there. Throws as an import does, CONFLICT when it is followed already. */
  add(options: AddOptions): Promise<{ file: FollowedFile; report: ImportReport }>;
  list(): FollowedFile[];
  remove(path: string, actor: string): { removed: boolean };
  /** Takes in everything that is there now. What keeps one file from being read is in the answer, the others go on. */
  run(signal?: AbortSignal): Promise<FollowedFile[]>;
  /** Looks every second until the disposer is called. */
  keepLooking(): () => void;
}

const everyMs = 1000;
/** When there was more than one batch: at once, but others get their turn. */
const soonMs = 5;

export function createFollower(deps: ImportDeps & { store: FollowStore }): Follower {
  const { context, store } = deps;
  const { files, clock } = context;
  const look: LookDeps = { ...deps, scanned: new Map() };
  const failures = new Map<number, FollowedFile['failure']>();

  /** True when there is more. */
  function lookAtOne(followed: Followed): boolean {
    try {
      const more = lookAt(look, followed);
      failures.delete(followed.no);
      return more;
    } catch (error) {
      failures.set(followed.no, toWire(error));
      return false;
    }
  }

  function describe(followed: Followed): FollowedFile {
    const { no, path, source, taken, refused, quarantine } = followed;
    const state = { path, source: source.name, taken, refused, quarantine: refused > 0 ? join(dirname(context.path), 'reports', quarantine) : null };
    try {
      return { ...state, pendingBytes: pendingBytes(context, store, followed), failure: failures.get(no) ?? null };
    } catch (error) {
      return { ...state, pendingBytes: 0, failure: toWire(error) };
    }
  }

  /** A log that cannot be read now says so where it is used; the next look tries again. */
  function listOrNone(): Followed[] {
    try {
      return store.list();
    } catch {
      return [];
    }
  }

  const list = (): FollowedFile[] => store.list().map(describe);

  async function add({ path: given, mapping, source, actor, language, signal }: AddOptions): Promise<{ file: FollowedFile; report: ImportReport }> {
    const path = resolve(given);
    if (!path.isWellFormed()) fail('BAD_INPUT', 'the path is not text', { field: 'path', reason: 'the path holds bytes that are not text; follow it under another name' });
    if (store.find(path) !== undefined) fail('CONFLICT', `${path} is followed already`, { kind: 'followed file', name: path });
    let report: ImportReport | undefined;
    const steps = importFile(deps, {
      path, mapping, source, actor, language, signal, completeOnly: true,
      whenDone: ({ source: from, file: { fd }, offset, lines }) => {
        const no = store.add({ source: from, path, mapping: mapping ?? legacyMapping, actor, quarantine: `${stamp(context)}-followed-${from.no}-refused.jsonl` });
        store.addCursor(no, { rotated: false, name: basename(path), ...identityOf(files.fstat(fd)), ...fingerprint(files, fd, offset), offset, line: lines });
        context.append([{ action: 'log.follow-added', category: 'record', actor, subject: `source:${from.name}`, payload: { source: from.name, path } }]);
      }
    });
    for await (const step of steps) if (step.kind === 'done') report = step.report;
    const followed = store.find(path);
    if (followed === undefined || report === undefined) return fail('INTERNAL', 'the file is not followed', { what: path });
    return { file: describe(followed), report };
  }

  return {
    add,
    list,
    remove(given, actor) {
      const followed = store.find(resolve(given));
      if (followed === undefined) return { removed: false };
      const { no, path, source, taken, refused } = followed;
      context.transaction(() => {
        store.remove(no);
        context.append([{ action: 'log.follow-removed', category: 'record', actor, subject: `source:${source.name}`, payload: { source: source.name, path, taken, refused } }]);
      });
      failures.delete(no);
      return { removed: true };
    },
    async run(signal) {
      for (const followed of store.list()) {
        const look = (): boolean => {
          const more = lookAtOne(followed);
          // Locked keys are a reason to load them here, before they are a failure to tell.
          if (failures.get(followed.no)?.code === 'VAULT_LOCKED') throw new VarveError('VAULT_LOCKED', 'the keys are locked', { path: context.path });
          return more;
        };
        while (signal?.aborted !== true && (await withKeys(context.keys, look).catch(() => false))) await new Promise<void>((resume) => setImmediate(resume));
      }
      return list();
    },
    keepLooking() {
      let stopped = false;
      let cancel: () => void = () => undefined;
      const tick = (): void => {
        if (stopped) return;
        let more = false;
        for (const followed of listOrNone()) more = lookAtOne(followed) || more;
        cancel = clock.setTimer(more ? soonMs : everyMs, tick);
      };
      cancel = clock.setTimer(everyMs, tick);
      return () => {
        stopped = true;
        cancel();
      };
    }
  };
}

function pendingBytes({ files }: LogContext, store: FollowStore, { no, path }: Followed): number {
  const current = store.cursors(no).find(({ rotated }) => !rotated);
  const stat = files.stat(path);
  return current === undefined || stat === undefined ? 0 : Math.max(0, stat.size - current.offset);
}
