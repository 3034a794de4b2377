// The one-shot task `repository.usage`: counts what lies in a repository, by names and sizes alone. A hundred thousand packs are that many questions
// to the file system, so never on the thread that answers others.
import type { WorkerContext } from '../ports.ts';
import { createLocalBackend } from './backend/local.ts';

export interface UsageFacts {
  bytes: number;
  packs: number;
  snapshots: number;
  locks: number;
}

export async function usageTask({ files, random, closing: signal }: WorkerContext, input: unknown): Promise<UsageFacts> {
  const { path } = input as { path: string };
  const backend = createLocalBackend({ files, random, path });
  const facts: UsageFacts = { bytes: 0, packs: 0, snapshots: 0, locks: 0 };
  for await (const { size } of backend.list('data', signal)) {
    facts.packs += 1;
    facts.bytes += size;
  }
  for await (const { size } of backend.list('index', signal)) facts.bytes += size;
  for await (const _ of backend.list('snapshots', signal)) facts.snapshots += 1;
  for await (const _ of backend.list('locks', signal)) facts.locks += 1;
  return facts;
}
