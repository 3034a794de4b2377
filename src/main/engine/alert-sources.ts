// Where the alerts get their facts: the domains of an open home, each asked for the little that a rule needs.
import type { Language } from '../../contract/ids.ts';
import type { JobsFacts, RepositoryFacts, Sources } from './alerts/index.ts';
import type { EventLog } from './log/index.ts';
import type { Ports } from './ports.ts';
import type { Repositories } from './repository/index.ts';
import type { NamedSecrets } from './secrets/index.ts';
import type { Snapshots } from './snapshots/index.ts';

export interface AlertSourcesDeps {
  ports: Pick<Ports, 'files' | 'machine' | 'volumes'>;
  homePath: string;
  log: Pick<EventLog, 'verifyState'>;
  repositories: Pick<Repositories, 'rows' | 'placeOf'>;
  snapshots: Pick<Snapshots, 'planFacts'>;
  jobs: JobsFacts;
  named: Pick<NamedSecrets, 'expiring'>;
}

export function alertSources({ ports, homePath, log, repositories, snapshots, jobs, named }: AlertSourcesDeps): Sources {
  /** Of a place that is away nobody can tell any more. */
  const networks = new Map<string, boolean>();
  const look = async (row: ReturnType<Repositories['rows']>[number]): Promise<RepositoryFacts> => {
    const { name, path, lastCheck } = row;
    const place = await repositories.placeOf(row);
    if (place.state === 'ready') networks.set(path, ports.volumes.kindOf(path).network);
    return { name, path, state: place.state, network: networks.get(path) ?? false, lastCheck, freeBytes: place.freeBytes, totalBytes: place.totalBytes };
  };
  return {
    jobs,
    record: () => log.verifyState(),
    repositories: () => Promise.all(repositories.rows().map(look)),
    repositoryOfPlan: (plan) => snapshots.planFacts().find(({ name }) => name === plan)?.repository,
    homeSpace: () => ({ path: homePath, ...ports.files.space(homePath) }),
    secrets: { expiring: (nowMs) => named.expiring(nowMs) },
    online: () => ports.machine.online()
  };
}

/** As the person chose; else as the system of whoever runs the program. */
export function languageOf(chosen: Language | 'system', environment: Readonly<Record<string, string | undefined>>): Language {
  if (chosen !== 'system') return chosen;
  const system = environment['VARVE_LANGUAGE'] ?? environment['LC_ALL'] ?? environment['LC_MESSAGES'] ?? environment['LANG'] ?? Intl.DateTimeFormat().resolvedOptions().locale;
  return /^pt/i.test(system) ? 'pt-BR' : 'en';
}
