// Which repositories are asked for the newest snapshot of a plan: a drive that sleeps or hangs should keep nobody waiting for what is not on it.
import { expect, it } from 'vitest';
import type { RepositoryRow, SnapshotFile } from '../../repository/index.ts';
import { createBrowseService, type BrowseServiceDeps } from './service.ts';

const plan = { id: '01890000-0000-7000-8000-000000000001', repositoryId: 'own', zone: 'UTC' };
const idOf = (digit: string): string => digit.repeat(64);

/** Repositories by name, each with its snapshots (id and time); and whom `asked` names afterwards. */
function world(snapshots: Readonly<Record<string, readonly { id: string; ns: bigint }[]>>, neverMoved: boolean) {
  const asked = new Set<string>();
  const rows = Object.keys(snapshots).map((id) => ({ id, name: id, path: `/${id}` })) as unknown as RepositoryRow[];
  const fileAt = (ns: bigint): SnapshotFile => ({ time: { ns, offsetMinutes: 0 }, tree: idOf('0'), paths: ['/work'], tags: [`varve-plan:${plan.id}`] }) as unknown as SnapshotFile;
  const deps = {
    repositories: {
      rows: () => rows,
      placeOf: async ({ id }: RepositoryRow) => {
        asked.add(id);
        return { path: `/${id}`, state: 'ready' };
      },
      snapshotNames: async ({ path }: Pick<RepositoryRow, 'path'>) => (snapshots[path.slice(1)] ?? []).map(({ id }) => id),
      withBrowser: async (id: string) => ({ loadSnapshots: async () => ({ snapshots: (snapshots[id] ?? []).map((one) => ({ id: one.id, file: fileAt(one.ns) })), unreadable: [] }) })
    },
    plans: { known: () => plan, rows: () => [] },
    store: { note: () => undefined, knownPlan: () => undefined, neverMoved: () => neverMoved },
    testedOf: () => undefined
  } as unknown as BrowseServiceDeps;
  return { asked, find: async (name: string) => (await createBrowseService(deps).find(name, undefined)).id };
}

it('only the repository of a plan is asked for its newest snapshot', async () => {
  const { asked, find } = world({ other: [{ id: idOf('a'), ns: 900n }], own: [{ id: idOf('b'), ns: 100n }, { id: idOf('c'), ns: 200n }] }, true);
  expect(await find('thesis@latest')).toBe(idOf('c'));
  expect([...asked]).toEqual(['own']);
});

it('all are asked where a plan has nothing at its place, and where it was once kept elsewhere', async () => {
  const empty = world({ other: [{ id: idOf('a'), ns: 900n }], own: [] }, true);
  expect(await empty.find('thesis@latest')).toBe(idOf('a'));
  const moved = world({ other: [{ id: idOf('a'), ns: 900n }], own: [{ id: idOf('b'), ns: 100n }] }, false);
  expect(await moved.find('thesis@latest')).toBe(idOf('a'));
  expect([...moved.asked]).toEqual(['other', 'own']);
});

it('copies elsewhere count for a moment in the past: they may be kept for longer', async () => {
  const { find } = world({ other: [{ id: idOf('a'), ns: 150n }], own: [{ id: idOf('b'), ns: 100n }] }, true);
  expect(await find('thesis@1970-01-01')).toBe(idOf('a'));
});
