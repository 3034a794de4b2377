// What must hold before a run begins, one by one.
import { expect, it } from 'vitest';
import { define, own } from '../testing/workshop.ts';
import { unmetCondition, type ConditionDeps } from './conditions.ts';

const signal = new AbortController().signal;
function look(more: Record<string, unknown>, world: { mains?: boolean; absent?: string[]; freeBytes?: number; answers?: string[] } = {}) {
  const asked: string[] = [];
  const deps: ConditionDeps = {
    files: {
      space: () => {
        if (world.freeBytes === undefined) throw Object.assign(new Error('gone'), { code: 'ENOENT' });
        return { freeBytes: world.freeBytes, totalBytes: 1e12 } as never;
      }
    },
    power: { onMains: () => world.mains } as never,
    reaches: async (host, port) => {
      asked.push(`${host} ${port}`);
      return (world.answers ?? []).includes(`${host} ${port}`);
    },
    repositories: { rows: () => [{ name: 'usb', path: '/usb' }] as never, placeOf: async ({ path }: { path: string }) => ({ state: (world.absent ?? []).includes(path) ? 'absent' : 'ready' }) as never },
    repositoryOfPlan: (plan) => (plan === 'photos' ? 'usb' : undefined)
  };
  return unmetCondition(deps, define('job', more), signal).then((unmet) => ({ unmet, asked }));
}

it('nothing is asked of a job without conditions', async () => {
  expect(await look({ work: own })).toEqual({ unmet: undefined, asked: [] });
});

it('mains power: waits on battery; a computer that does not know is not on battery', async () => {
  const wanted = { conditions: { mainsPower: true } };
  expect((await look(wanted, { mains: false })).unmet).toBe('power');
  expect((await look(wanted, { mains: true })).unmet).toBeUndefined();
  expect((await look(wanted)).unmet).toBeUndefined();
});

it('a folder, and the drive of the repository that the work is done at', async () => {
  expect((await look({ conditions: { folder: '/media/stick' } }, { absent: ['/media/stick'] })).unmet).toBe('drive');
  for (const work of [{ kind: 'snapshot', plan: 'photos' }, { kind: 'forget', plan: 'photos' }, { kind: 'drill', plan: 'photos' }, { kind: 'check', repository: 'usb' }, { kind: 'prune', repository: 'usb' }]) {
    expect((await look({ work }, { absent: ['/usb'] })).unmet, work.kind).toBe('drive');
    expect((await look({ work })).unmet, work.kind).toBeUndefined();
  }
});

it('room on a disk; where nobody can tell there is none', async () => {
  const wanted = { conditions: { freeSpace: { path: '/data', bytes: 1_000 } } };
  expect((await look(wanted, { freeBytes: 999 })).unmet).toBe('space');
  expect((await look(wanted, { freeBytes: 1_000 })).unmet).toBeUndefined();
  expect((await look(wanted)).unmet).toBe('space');
});

it('2.7: a host that must answer, also by its number', async () => {
  expect(await look({ conditions: { network: 'nas.local:22' } })).toEqual({ unmet: 'network', asked: ['nas.local 22'] });
  expect(await look({ conditions: { network: '[fe80::1]:445' } }, { answers: ['fe80::1 445'] })).toEqual({ unmet: undefined, asked: ['fe80::1 445'] });
});
