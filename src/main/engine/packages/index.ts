// Cold packages: the public face of the domain. Only this file may be imported by other domains.
import type { EngineApi } from '../../../contract/index.ts';
import type { EngineEvent } from '../../../contract/events.ts';
import type { Settings } from '../../../contract/system.ts';
import type { EventLog } from '../log/index.ts';
import type { Ports } from '../ports.ts';
import type { NamedSecrets, Secrets } from '../secrets/index.ts';
import type { Snapshots } from '../snapshots/index.ts';
import type { Database, Outbox } from '../store/index.ts';
import type { Tasks } from '../system/tasks.ts';
import { createPackageService, type HoldingPackage } from './service.ts';
import { sweepPartials } from './place.ts';
import { createSources } from './sources.ts';
import { createPackageStore } from './store.ts';

export { packageMigrations } from './migrations.ts';
export { createPackageReader, requirePackageFile, type PackageReader } from './reading.ts';
export type { HoldingPackage } from './service.ts';

export interface PackagesDependencies {
  ports: Pick<Ports, 'clock' | 'random' | 'files' | 'workers' | 'machine' | 'logger'>;
  /** state.db with the migrations of this domain applied. */
  db: Database;
  outbox: Outbox;
  log: EventLog;
  tasks: Tasks;
  secrets: Secrets;
  named: NamedSecrets;
  snapshots: Pick<Snapshots, 'packing'>;
  settings(): Settings['packages'];
  /** Finds out, and records, what of the record does not hold. */
  verifyRecord(): Promise<unknown>;
  homePath: string;
  homeId: string;
  homeCreatedAt: string;
  version: string;
  announce(event: EngineEvent): void;
}

export interface Packages {
  api: Pick<EngineApi['packages'], 'place' | 'list' | 'create' | 'createLast'>;
  /** Packages of the record that may be somewhere, for the report of an erasure. */
  ofRecord(): HoldingPackage[];
  /** Start-up: whoever made a package that is not whole has ended. */
  recoverInterrupted(): void;
}

export function createPackages(deps: PackagesDependencies): Packages {
  const { ports } = deps;
  return createPackageService({ ...deps, store: createPackageStore(deps.db), sources: createSources(deps), sweep: (folder) => sweepPartials(ports.files, folder, ports.clock.now()) });
}
