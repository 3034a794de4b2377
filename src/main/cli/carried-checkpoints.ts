// Checkpoints that snapshots carried into a repository, brought to a verification that itself needs no engine.
import type { AnchorInput } from '../../contract/verify.ts';
import { fail } from '../engine/kit/errors.ts';
import type { Output } from './output.ts';
import { openSession } from './session.ts';

const mostCheckpoints = 50;

/** Newest first. Throws EVIDENCE_MISSING when no snapshot there carries one of this record. */
export async function checkpointsInRepository(name: string, { homePath, workerFile, output, signal }: { homePath: string; workerFile: URL; output: Output; signal: AbortSignal }): Promise<AnchorInput[]> {
  const session = await openSession({ homePath, output, workerFile, long: true, signal });
  try {
    const carried = await session.client.anchors.inRepository({ repository: name, limit: mostCheckpoints }, { signal });
    if (carried.length === 0) fail('EVIDENCE_MISSING', `no checkpoint in ${name}`, { what: `repository:${name}` });
    return carried.map(({ snapshot, time, note }) => ({ source: `repository:${name} ${snapshot.slice(0, 8)} ${time.slice(0, 10)}`, text: note }));
  } finally {
    await session.end();
  }
}
