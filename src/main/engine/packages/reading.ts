// Checking and unpacking a package, as tasks. Needs no home; a passphrase that is kept as a secret needs an open one.
import type { EngineApi } from '../../../contract/index.ts';
import type { PackageCheck, UnpackReport } from '../../../contract/packages.ts';
import { fail } from '../kit/errors.ts';
import { pathsOf, requireAbsolute } from '../kit/paths.ts';
import { runTask } from '../kit/task-line.ts';
import type { Ports } from '../ports.ts';
import type { NamedSecrets } from '../secrets/index.ts';
import type { Tasks } from '../system/tasks.ts';
import type { CheckInput } from './check/task.ts';
import { passphraseOf } from './key.ts';
import type { UnpackInput } from './unpack/task.ts';

export interface PackageReaderDeps {
  ports: Pick<Ports, 'files' | 'workers' | 'machine'>;
  tasks: Pick<Tasks, 'start'>;
  /** Of the open home; throws HOME_MISSING where there is none. */
  named(): Pick<NamedSecrets, 'use'>;
  /** Versions of state.db that this program knows. */
  knownState: readonly number[];
}

export type PackageReader = Pick<EngineApi['packages'], 'verify' | 'unpack'>;

/** Throws what says that there is no file to open at `path`. */
export function requirePackageFile({ files, machine }: Pick<Ports, 'files' | 'machine'>, path: string): string {
  requireAbsolute(path, 'path', machine.platform);
  const type = files.stat(path)?.type;
  if (type === undefined) fail('PATH_MISSING', `${path} is not there`, { path });
  if (type !== 'file') fail('BAD_INPUT', `${path} is not a file`, { field: 'path', reason: 'is not a file' });
  return path;
}

export function createPackageReader({ ports, tasks, named, knownState }: PackageReaderDeps): PackageReader {
  const { machine, workers } = ports;
  return {
    verify: (input) => {
      const path = requirePackageFile(ports, input.path);
      return tasks.start({
        kind: 'package-check',
        subject: pathsOf(machine.platform).basename(path),
        run: async (task) => ({ kind: 'package-check', check: await runTask<PackageCheck>(workers, 'packages.check', { path, passphrase: await passphraseOf(named, input.key, path), knownState } satisfies CheckInput, task) })
      });
    },
    unpack: (input) => {
      const path = requirePackageFile(ports, input.path);
      const { target, existing: inTheWay, paths } = input;
      requireAbsolute(target, 'target', machine.platform);
      return tasks.start({
        kind: 'unpack',
        subject: pathsOf(machine.platform).basename(path),
        run: async (task) => ({ kind: 'unpack', report: await runTask<UnpackReport>(workers, 'packages.unpack', { path, passphrase: await passphraseOf(named, input.key, path), target, existing: inTheWay, paths } satisfies UnpackInput, task) })
      });
    }
  };
}
