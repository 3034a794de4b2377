// Looking into repositories: which snapshots there are, their folders, their files. The work happens in the repository's session thread;
// lists are kept as long as the names of the snapshot files stay the same.
import type { Tested } from '../../../../contract/drills.ts';
import type { EngineApi } from '../../../../contract/index.ts';
import type { Snapshot } from '../../../../contract/snapshots.ts';
import { fail, isVarveError, type VarveError } from '../../kit/errors.ts';
import type { EventLog } from '../../log/index.ts';
import type { Ports } from '../../ports.ts';
import { refuseAbsent, type BrowseSession, type PlaceFacts, type PlaceWait, type Repositories, type RepositoryRow, type SnapshotFile } from '../../repository/index.ts';
import type { PlanService } from '../plans/service.ts';
import { carriedName, isCarried } from '../carried.ts';
import { isSafety, safetyTag } from '../model.ts';
import type { SnapshotsStore } from '../store.ts';
import { readCheckpoints, type CheckpointsIn } from './checkpoints.ts';
import { newest, parsePersonalTime, parseSnapshotName, pickSnapshot, type Candidate } from './snapshot-name.ts';
import { entryView, namesOf, snapshotView } from './view.ts';

export interface BrowseServiceDeps {
  ports: Pick<Ports, 'clock' | 'files'>;
  log: Pick<EventLog, 'append'>;
  repositories: Repositories;
  plans: PlanService;
  store: Pick<SnapshotsStore, 'note' | 'knownPlan' | 'neverMoved'>;
  homePath: string;
  testedOf(lineage: string): Tested | undefined;
}

export interface FoundSnapshot extends Candidate {
  repository: RepositoryRow;
  file: SnapshotFile;
}

export interface BrowseService {
  list: EngineApi['snapshots']['list'];
  get: EngineApi['snapshots']['get'];
  tree: EngineApi['snapshots']['tree'];
  read: EngineApi['snapshots']['read'];
  /** Without safety snapshots of restores, unless they are wanted, too. Snapshots of a plan (by its id), of a repository, or both, newest first; what could not be looked into is named. */
  select(wanted: { planId?: string | undefined; repository?: string | undefined; safety?: boolean }, wait: PlaceWait): Promise<Selected>;
  /** The snapshot a person names; NOT_FOUND, AMBIGUOUS. */
  find(name: string, signal: AbortSignal | undefined): Promise<FoundSnapshot>;
  view(found: Pick<FoundSnapshot, 'repository' | 'id' | 'file'>): Snapshot;
  /** Who looked is evidence: recorded once per run of the program and snapshot. */
  noteOpened(found: FoundSnapshot, actor: string): void;
  /** The same for whoever looked through many at once: one entry for the repository, or for the plan's snapshots in it, once per run of the program. */
  noteSearched(repository: RepositoryRow, plan: { id: string; name: string } | undefined, actor: string): void;
  checkpointsIn: CheckpointsIn;
}

interface Listing {
  names: string;
  snapshots: FoundSnapshot[];
  unreadable: { repositoryId: string; id: string; reason: string }[];
}

export interface Selected {
  /** Newest first. */
  snapshots: FoundSnapshot[];
  unreadable: Listing['unreadable'];
  /** Names of repositories that are not there now. */
  absent: string[];
  /** By repository: why it could not be looked into at all. Those of `absent`, too. */
  failures: ReadonlyMap<string, VarveError>;
}

interface Loaded {
  snapshots: FoundSnapshot[];
  unreadable: Listing['unreadable'];
  /** By repository: why it could not be looked into at all. */
  failures: Map<string, VarveError>;
}

/** For a snapshot that a person named, a disk may take this long to wake up. */
const patientLimitMs = 15_000;

export function createBrowseService(deps: BrowseServiceDeps): BrowseService {
  const { ports, log, repositories, plans, store } = deps;
  const listings = new Map<string, Listing>();
  const opened = new Set<string>();

  const view: BrowseService['view'] = ({ repository, id, file }) => snapshotView(repository, id, file, store.knownPlan, store.note, deps.testedOf);

  const load = async (repository: RepositoryRow, wait: PlaceWait): Promise<Listing> => {
    const names = (await repositories.snapshotNames(repository, wait)).sort().join();
    const known = listings.get(repository.id);
    if (known !== undefined && known.names === names) return known;
    const session = await repositories.withBrowser(repository.id, wait.signal);
    const loaded = await session.loadSnapshots(wait.signal);
    const listing: Listing = {
      names,
      snapshots: loaded.snapshots.map(({ id, file }) => ({ id, file, repository, ns: file.time.ns, planId: view({ repository, id, file }).planId })),
      unreadable: loaded.unreadable.map(({ id, reason }) => ({ repositoryId: repository.id, id, reason }))
    };
    listings.set(repository.id, listing);
    noteLatest(listing.snapshots);
    return listing;
  };

  const noteLatest = (snapshots: readonly FoundSnapshot[]): void => {
    for (const plan of plans.rows()) {
      const latest = newest(snapshots.filter((snapshot) => snapshot.planId === plan.id && snapshot.repository.id === plan.repositoryId));
      if (latest === undefined) continue;
      const { id, time, incomplete } = view(latest);
      plans.noteLatest(plan.id, { id, time, incomplete });
    }
  };

  /** What is in these repositories, and why those that could not be looked into could not. Places are looked at side by side: several may be slow. */
  const loadAll = async (rows: readonly RepositoryRow[], wait: PlaceWait): Promise<Loaded> => {
    const places = await Promise.all(rows.map((row) => repositories.placeOf(row, wait)));
    const all: Loaded = { snapshots: [], unreadable: [], failures: new Map() };
    for (const [i, row] of rows.entries()) {
      try {
        refuseAbsent(places[i] as PlaceFacts);
        const listing = await load(row, wait);
        all.snapshots.push(...listing.snapshots);
        all.unreadable.push(...listing.unreadable);
      } catch (error) {
        if (!isVarveError(error) || error.code === 'CANCELLED') throw error;
        all.failures.set(row.id, error);
      }
    }
    return all;
  };

  const select: BrowseService['select'] = async (wanted, wait) => {
    const rows = wanted.repository === undefined ? repositories.rows() : [repositories.find(wanted.repository)];
    const { snapshots, unreadable, failures } = await loadAll(rows, wait);
    const absent: string[] = [];
    for (const row of rows) {
      const failure = failures.get(row.id);
      if (failure === undefined) continue;
      if (failure.code === 'REPOSITORY_MISSING') absent.push(row.name);
      else if (wanted.repository !== undefined) throw failure;
      else unreadable.push({ repositoryId: row.id, id: '', reason: whyOf(failure) });
    }
    const chosen = snapshots.filter((snapshot) => (wanted.planId === undefined || snapshot.planId === wanted.planId) && (wanted.safety === true || !isSafety(snapshot.file.tags)));
    return { snapshots: chosen.sort((a, b) => (a.ns === b.ns ? (a.id < b.id ? 1 : -1) : a.ns < b.ns ? 1 : -1)), unreadable, absent, failures };
  };

  const find: BrowseService['find'] = async (name, signal) => {
    const query = parseSnapshotName(name);
    const plan = query.kind === 'plan' ? plans.known(query.plan) : undefined;
    const beforeNs = plan && query.kind === 'plan' && query.at !== undefined ? parsePersonalTime(query.at, plan.zone) : undefined;
    const wait: PlaceWait = { fresh: true, limitMs: patientLimitMs, signal };
    // Of a plan that was always kept in one place the newest is there, whatever copies of its snapshots lie elsewhere: nobody waits for another drive.
    if (plan && beforeNs === undefined && store.neverMoved(plan.id)) {
      const own = await loadAll(repositories.rows().filter(({ id }) => id === plan.repositoryId), wait);
      const [failure] = own.failures.values();
      if (failure) throw failure;
      const latest = newest(own.snapshots.filter(({ planId }) => planId === plan.id));
      if (latest !== undefined) return latest;
    }
    const { snapshots, failures } = await loadAll(repositories.rows(), wait);
    const [someFailure] = failures.values();
    // A repository that cannot be looked into is not an empty one: its snapshot may be the newer one.
    const inTheWay = query.kind === 'latest' ? someFailure : plan && failures.get(plan.repositoryId);
    if (inTheWay) throw inTheWay;
    try {
      return pickSnapshot(name, query, query.kind === 'latest' ? snapshots.filter(({ file }) => !isSafety(file.tags)) : snapshots, plan && { id: plan.id, beforeNs });
    } catch (error) {
      // What is nowhere else may be where nobody could look.
      if (query.kind !== 'latest' && someFailure && isVarveError(error) && error.code === 'NOT_FOUND') throw someFailure;
      throw error;
    }
  };

  const noteOpened: BrowseService['noteOpened'] = (found, actor) => {
    if (opened.has(found.id)) return;
    const { planName, planId } = view(found);
    log.append({
      action: 'access.snapshot-opened',
      category: 'access',
      actor,
      subject: planName === null ? `repository:${found.repository.name}` : `plan:${planName}`,
      payload: { repository: found.repository.name, repositoryId: found.repository.id, snapshot: found.id, plan: planName, planId }
    });
    opened.add(found.id);
  };

  const noteSearched: BrowseService['noteSearched'] = (repository, plan, actor) => {
    const once = `${repository.id} ${plan?.id ?? ''}`;
    if (opened.has(once)) return;
    log.append({
      action: 'access.snapshot-opened',
      category: 'access',
      actor,
      subject: plan === undefined ? `repository:${repository.name}` : `plan:${plan.name}`,
      payload: { repository: repository.name, repositoryId: repository.id, plan: plan?.name ?? null, planId: plan?.id ?? null }
    });
    opened.add(once);
  };

  /** Is what Varve carries along at the top of that tree? */
  const carriesSomething = async (session: BrowseSession, treeId: string, signal: AbortSignal | undefined): Promise<boolean> => {
    try {
      const { node } = await session.resolvePath(treeId, [carriedName], signal);
      return node !== undefined && isCarried(node);
    } catch (error) {
      if (isVarveError(error) && error.code === 'NOT_FOUND') return false; // a tree that is lost is told of by whoever reads it
      throw error;
    }
  };

  return {
    view,
    select,
    noteOpened,
    noteSearched,
    checkpointsIn: (name, origin, limit, signal) => readCheckpoints({ ...deps, load, view }, name, origin, limit, signal),
    find,
    list: async (input, context) => {
      const plan = input.plan === undefined ? undefined : plans.known(input.plan);
      const beforeNs = input.at === undefined ? undefined : parsePersonalTime(input.at, plan?.zone ?? ports.clock.zone());
      const { snapshots, unreadable, absent } = await select({ planId: plan?.id, repository: input.repository, safety: input.tag?.startsWith(safetyTag) === true }, { signal: context.signal });
      const wanted = snapshots.filter((snapshot) => (input.tag === undefined || snapshot.file.tags?.includes(input.tag)) && (beforeNs === undefined || snapshot.ns <= beforeNs));
      return { snapshots: wanted.slice(0, input.limit).map(view), unreadable, absent };
    },
    get: async ({ snapshot }, context) => view(await find(snapshot, context.signal)),
    tree: async ({ snapshot, path, offset, limit, around }, context) => {
      const found = await find(snapshot, context.signal);
      const session = await repositories.withBrowser(found.repository.id, context.signal);
      const names = namesOf(path);
      const { subtree } = await session.resolvePath(found.file.tree, names, context.signal);
      const where = `/${names.join('/')}`;
      if (subtree === undefined) fail('NOT_A_FOLDER', `${where} is no folder in the snapshot`, { path: where });
      noteOpened(found, context.actor);
      // What Varve carries along shows only to who asks for it by name.
      const without = names.length === 0 && (await carriesSomething(session, subtree, context.signal)) ? carriedName : undefined;
      const page = await session.folder(subtree, { limit, from: around === undefined ? { offset } : { around }, without }, context.signal);
      return { path: where, entries: page.nodes.map((node) => entryView(where, node)), offset: page.offset, total: page.total };
    },
    read: async ({ snapshot, path, offset, length }, context) => {
      const found = await find(snapshot, context.signal);
      const session = await repositories.withBrowser(found.repository.id, context.signal);
      const names = namesOf(path);
      const { node } = await session.resolvePath(found.file.tree, names, context.signal);
      if (node === undefined || node.type !== 'file') fail('BAD_INPUT', `${path} is no file in the snapshot`, { field: 'path', reason: 'is no file of the snapshot' });
      noteOpened(found, context.actor);
      const { bytes, end } = await session.readFile(node.content ?? [], { offset, length }, context.signal);
      return { entry: entryView(`/${names.slice(0, -1).join('/')}`, node), data: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64'), end };
    }
  };
}

/** What stands in the way, where the failure says more than its code does. */
function whyOf({ code, data }: VarveError): string {
  const { reason, what } = data as { reason?: string; what?: string };
  return reason ?? what ?? code;
}
