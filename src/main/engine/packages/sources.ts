// What a package can be made of: how it is called, which thread makes it, and what that thread is told.
import type { EngineApi } from '../../../contract/index.ts';
import type { PackageFormat, PackageKind, PackageSource } from '../../../contract/packages.ts';
import type { EventLog } from '../log/index.ts';
import type { Ports } from '../ports.ts';
import type { Secrets } from '../secrets/index.ts';
import type { Outbox } from '../store/index.ts';
import type { LockNote } from '../repository/index.ts';
import type { Snapshots } from '../snapshots/index.ts';
import { fail, isVarveError } from '../kit/errors.ts';
import { homeMarker, pathsOf, requireAbsolute } from '../kit/paths.ts';
import type { PackFolderInput } from './folder/task.ts';
import type { LogTaskInput } from './log/task.ts';
import type { PackSnapshotInput } from './snapshot/task.ts';
import type { MakeInput } from './protocol.ts';

export interface Source {
  kind: PackageKind;
  /** The worker task; its input begins with what `prepare` is given. */
  thread: string;
  /** What the package's name begins with. */
  name: string;
  /** Where none is asked for. */
  format: PackageFormat;
  /** For people. */
  label: string;
  /** Of its events. */
  subject?: string;
  /** No package may be put into this folder. */
  inside?: string;
  /** Waits for its turn, where there is one, and lets others have theirs meanwhile. */
  queued?<R>(signal: AbortSignal, onWaiting: () => void, work: () => Promise<R>): Promise<R>;
  /** Takes a message of the thread that is not about the package. */
  onNote?(message: LockNote, reply: (message: unknown) => void): void;
  /** The input of the thread. */
  prepare(made: MakeInput, actor: string, signal: AbortSignal): Promise<MakeInput>;
}

export interface Sources {
  open(source: PackageSource, name: string | undefined, context: Parameters<EngineApi['packages']['create']>[1]): Promise<Source>;
}

export interface SourceDeps {
  ports: Pick<Ports, 'machine' | 'files' | 'logger'>;
  log: Pick<EventLog, 'append' | 'checkpoints'>;
  outbox: Pick<Outbox, 'drain'>;
  secrets: Pick<Secrets, 'exportKeys' | 'signingKeys'>;
  snapshots: Pick<Snapshots, 'packing'>;
  homePath: string;
  homeId: string;
  homeCreatedAt: string;
}

export function createSources(deps: SourceDeps): Sources {
  const { ports, log, outbox, secrets, snapshots, homePath, homeId, homeCreatedAt } = deps;

  /** So that the tree in the package covers everything. A record that cannot be signed now is packed all the same. */
  const signed = async (): Promise<void> => {
    try {
      outbox.drain(); // what waits would be in no package
      await log.checkpoints.signNow();
    } catch (error) {
      if (!isVarveError(error)) throw error;
      ports.logger.warn('the record was packed without a checkpoint over its end', { code: error.code });
    }
  };

  const record: Source = {
    kind: 'log',
    thread: 'packages.log',
    name: 'backup-eventlog',
    format: 'tar.gz',
    label: homePath,
    async prepare(made, actor) {
      const { passphrase } = made.place;
      let keys: string | undefined;
      if (passphrase !== undefined) {
        keys = await secrets.exportKeys(passphrase);
        // Said before they leave, as for keys that a person exports.
        log.append({ action: 'keys.exported', category: 'access', actor, payload: { fileName: 'backup-eventlog (sealed package)' } });
      }
      await signed();
      return { ...made, homePath, homeId, homeCreatedAt, firstKey: secrets.signingKeys()[0], keys } satisfies LogTaskInput;
    }
  };

  const folder = (path: string, name: string | undefined): Source => {
    const source = existingFolder(ports, path);
    return {
      kind: 'folder',
      thread: 'packages.folder',
      name: name ?? pathsOf(ports.machine.platform).basename(source),
      format: 'zip',
      label: source,
      inside: source,
      prepare: async (made) => ({ ...made, source }) satisfies PackFolderInput
    };
  };

  return {
    async open(source, name, context) {
      if (source.kind === 'log') return record;
      if (source.kind === 'folder') return folder(source.path, name);
      const offer = await snapshots.packing(source.snapshot, context);
      return {
        kind: 'snapshot',
        thread: 'packages.snapshot',
        name: name ?? offer.name,
        format: 'zip',
        label: offer.label,
        subject: offer.subject,
        queued: offer.queued,
        onNote: offer.takeLockNote,
        prepare: async (made, _actor, signal) => ({ ...made, ...(await offer.request(signal)), paths: source.paths, sourceDir: offer.sourceDir, further: { snapshot: offer.facts } }) satisfies PackSnapshotInput
      };
    }
  };
}

/** With links resolved. Throws BAD_INPUT, PATH_MISSING, NOT_A_FOLDER. */
function existingFolder({ files, machine }: SourceDeps['ports'], path: string): string {
  requireAbsolute(path, 'path', machine.platform);
  const type = files.stat(path)?.type;
  if (type === undefined) fail('PATH_MISSING', `${path} is not there`, { path });
  if (type !== 'dir') fail('NOT_A_FOLDER', `${path} is not a folder`, { path });
  const real = files.realpath(path);
  if (files.lstat(pathsOf(machine.platform).join(real, homeMarker)) !== undefined) fail('BAD_INPUT', `${path} is a Varve home`, { field: 'path', reason: 'is a Varve home; homes are kept as cold packages' });
  return real;
}
