// What the record in a package is worth: its events read strictly, a log.db grown from them in a temporary folder, and that verified like any other. Whoever made the
// package wrote its public key, too: what the verdict rests on is said in it.
import { join } from 'node:path';
import type { Verdict } from '../../../../contract/log.ts';
import type { PackageCheck } from '../../../../contract/packages.ts';
import { isVarveError, throwIfAborted } from '../../kit/errors.ts';
import { openRebuild, originOf, runVerify, type Rebuild } from '../../log/index.ts';
import type { WorkerContext } from '../../ports.ts';
import type { Passphrase } from '../archive/model.ts';
import { readArchive } from '../archive/read.ts';
import { readRecordPackage, summaryProblems } from '../restore/read-package.ts';
import type { Problem } from './compare.ts';
import { heldBy } from './held.ts';

export interface RecordRequest {
  path: string;
  passphrase: Passphrase | undefined;
  /** Versions of state.db that this program knows. */
  knownState: readonly number[];
  signal: AbortSignal;
  onBytes(count: number): void;
}

/** `lies`: what the manifest says otherwise than the events themselves. The package's files are known to be as its manifest says. */
export async function checkRecord(context: Pick<WorkerContext, 'files' | 'random' | 'machine' | 'workers'>, { path, passphrase, knownState, signal, onBytes }: RecordRequest): Promise<{ log: NonNullable<PackageCheck['log']>; lies: Problem[] }> {
  const { files, random, machine, workers } = context;
  const folder = join(machine.temporaryFolder, `varve-package-${Buffer.from(random.bytes(8)).toString('hex')}`);
  files.mkdir(folder, 0o700);
  try {
    const logPath = join(folder, 'log.db');
    let rebuild: Rebuild | undefined;
    let read = 0;
    const found = await readRecordPackage(readArchive({ files }, path, { passphrase }), {
      begin: (origin) => (rebuild = openRebuild({ files, path: logPath, homeId: origin.slice(originOf('').length) })),
      turn: (bytes) => {
        throwIfAborted(signal);
        onBytes(bytes - read);
        read = bytes;
      }
    }).finally(() => rebuild?.close());
    const { record, manifest } = found;
    const chainValid = record.problemCount === 0;
    const verdict = chainValid && record.origin !== undefined && record.events > 0 ? await verdictOn(record.origin, record.vkey) : null;
    const [first] = record.problems;
    const state = heldBy(found.state, { path, known: knownState });
    const log = {
      events: record.events,
      firstEventId: record.firstEventId,
      lastEventId: record.lastEventId,
      lastHash: record.lastHash,
      segments: record.segments,
      chainValid,
      chainValidAtBackup: manifest?.chain_valid_at_backup === true,
      verdict,
      restorable: chainValid && record.events > 0 && verdict?.kind !== 'broken' && state.refusal === null,
      detail: first?.reason ?? state.refusal,
      holds: state.holds,
      keys: found.keys !== undefined
    };
    return { log, lies: manifest === undefined ? [] : summaryProblems(manifest, record, found.state !== undefined) };

    async function verdictOn(origin: string, vkey: string | undefined): Promise<Verdict | null> {
      try {
        return await runVerify(workers, { path: logPath, origin, mode: 'full', pins: { from: 'none', vkeys: vkey === undefined ? [] : [vkey] } }, { signal });
      } catch (error) {
        if (!isVarveError(error) || error.code !== 'EVIDENCE_MISSING') throw error;
        return null; // nothing in it was ever signed
      }
    }
  } finally {
    files.removeTree(folder);
  }
}
