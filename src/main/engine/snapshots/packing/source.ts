// A snapshot that is to be packed: what it is, what a thread needs to read it, and its place in the repository's queue.
import type { CallContext } from '../../../../contract/index.ts';
import type { Ports } from '../../ports.ts';
import { lockIdentity, shortId, type LockIdentity, type LockNote, type MasterKey, type Repositories } from '../../repository/index.ts';
import type { BrowseService } from '../browse/service.ts';

/** What a thread needs to read it. */
export interface PackingRequest {
  repositoryPath: string;
  masterKey: MasterKey;
  indexCache: string;
  identity: LockIdentity;
  treeId: string;
}

export interface PackingOffer {
  /** `thesis 1a2b3c4d`, for people. */
  label: string;
  /** What a package of it is called when nobody says. */
  name: string;
  /** Of its events. */
  subject: string;
  /** Where the repository is, and the snapshot in it. */
  sourceDir: string;
  /** For the manifest. */
  facts: Readonly<Record<string, unknown>>;
  request(signal: AbortSignal): Promise<PackingRequest>;
  /** In the repository's queue, beside others that only read. */
  queued<R>(signal: AbortSignal, onWaiting: () => void, work: () => Promise<R>): Promise<R>;
  takeLockNote(note: LockNote, reply: (message: unknown) => void): void;
}

export type PackingOf = (name: string, context: Pick<CallContext, 'signal' | 'actor'>) => Promise<PackingOffer>;

export function createPackingOf({ ports, browse, repositories }: { ports: Pick<Ports, 'machine'>; browse: BrowseService; repositories: Repositories }): PackingOf {
  return async (name, { signal, actor }) => {
    const found = await browse.find(name, signal);
    const { repository, file, id } = found;
    const { planName, time, incomplete } = browse.view(found);
    return {
      label: planName === null ? shortId(id) : `${planName} ${shortId(id)}`,
      name: planName ?? repository.name,
      subject: planName === null ? `repository:${repository.name}` : `plan:${planName}`,
      sourceDir: `${repository.path}#${id}`,
      facts: { id, original: file.original ?? id, time, plan: planName, repository: repository.name, paths: file.paths, hostname: file.hostname, tags: file.tags ?? [], incomplete },
      async request(stop) {
        const unlocked = await repositories.unlockKey(repository.id, stop);
        browse.noteOpened(found, actor);
        return { repositoryPath: unlocked.path, masterKey: unlocked.masterKey, indexCache: unlocked.indexCache, identity: lockIdentity(ports.machine), treeId: file.tree };
      },
      queued: (stop, onWaiting, work) => repositories.queue(repository.id).run({ exclusive: false, what: 'restore', signal: stop, onWaiting }, work),
      takeLockNote: (note, reply) => void repositories.takeLockNote(repository.id, note, reply)
    };
  };
}
