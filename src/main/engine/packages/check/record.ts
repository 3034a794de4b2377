// What the record in a package is worth: its events read strictly while the package is checked, a log.db grown from them in a temporary folder, and that verified like
// any other. Whoever made the package wrote its public key, too: what the verdict rests on is said in it.
import { join } from 'node:path';
import type { Verdict } from '../../../../contract/log.ts';
import type { PackageCheck } from '../../../../contract/packages.ts';
import { isVarveError } from '../../kit/errors.ts';
import { openRebuild, originOf, runVerify, type Rebuild } from '../../log/index.ts';
import type { WorkerContext } from '../../ports.ts';
import type { Manifest } from '../manifest.ts';
import { summaryProblems, watchRecord } from '../restore/read-package.ts';
import { heldBy, type StateWhere } from './held.ts';
import type { Problem } from './problems.ts';
import type { ReadingOptions } from './read-members.ts';

export interface RecordCheck {
  /** Given to whoever reads the members. */
  take: NonNullable<ReadingOptions['take']>;
  /** Once the package's files are known to be as its manifest says. `lies`: what the manifest says otherwise than the events themselves. */
  judge(manifest: Manifest, where: StateWhere, signal: AbortSignal): Promise<{ log: NonNullable<PackageCheck['log']>; lies: Problem[] }>;
  /** Removes what was made for it; needed in any case. */
  end(): void;
}

export function createRecordCheck({ files, random, machine, workers }: Pick<WorkerContext, 'files' | 'random' | 'machine' | 'workers'>): RecordCheck {
  const folder = join(machine.temporaryFolder, `varve-package-${Buffer.from(random.bytes(8)).toString('hex')}`);
  const logPath = join(folder, 'log.db');
  let rebuild: Rebuild | undefined;
  const watch = watchRecord({
    // Only now: most packages hold no record.
    begin: (origin) => {
      files.mkdir(folder, 0o700);
      return (rebuild = openRebuild({ files, path: logPath, homeId: origin.slice(originOf('').length) }));
    }
  });
  const close = (): void => {
    rebuild?.close();
    rebuild = undefined;
  };

  async function verdictOn(origin: string, vkey: string | undefined, signal: AbortSignal): Promise<Verdict | null> {
    try {
      return await runVerify(workers, { path: logPath, origin, mode: 'full', pins: { from: 'none', vkeys: vkey === undefined ? [] : [vkey] } }, { signal });
    } catch (error) {
      if (!isVarveError(error) || error.code !== 'EVIDENCE_MISSING') throw error;
      return null; // nothing in it was ever signed
    }
  }

  return {
    take: watch.take,
    async judge(manifest, where, signal) {
      const { record, state, keys } = watch.end();
      close();
      const chainValid = record.problemCount === 0;
      const verdict = chainValid && record.origin !== undefined && record.events > 0 ? await verdictOn(record.origin, record.vkey, signal) : null;
      const held = heldBy(state, where);
      const log = {
        events: record.events,
        firstEventId: record.firstEventId,
        lastEventId: record.lastEventId,
        lastHash: record.lastHash,
        segments: record.segments,
        chainValid,
        chainValidAtBackup: manifest.chain_valid_at_backup === true,
        verdict,
        restorable: chainValid && record.events > 0 && verdict?.kind !== 'broken' && held.refusal === null,
        detail: record.problems[0]?.reason ?? held.refusal,
        holds: held.holds,
        keys: keys !== undefined
      };
      return { log, lies: summaryProblems(manifest, record, state !== undefined) };
    },
    end() {
      close();
      if (files.lstat(folder) !== undefined) files.removeTree(folder);
    }
  };
}
