// Made-up research work for tests and the dev page: forty days of snapshots, a record, folders and files. Seeded, never in a release.
import type { LogEntry } from '../../contract/log.ts';
import type { Repository } from '../../contract/repository.ts';
import { leaveOutNothing, noHooks, type Plan, type Snapshot, type TreeEntry, type WaitingSnapshot } from '../../contract/snapshots.ts';

export interface World {
  now: Date;
  hasHome: boolean;
  keyring: boolean;
  plans: Plan[];
  repositories: Repository[];
  snapshots: Snapshot[];
  waiting: WaitingSnapshot[];
  entries: LogEntry[];
  files: Map<string, TreeEntry[]>;
  sample: boolean;
}

export function createChance(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

function hex(chance: () => number, length: number): string {
  return Array.from({ length }, () => Math.floor(chance() * 16).toString(16)).join('');
}

const repositoryId = '019a9000-0000-7000-8000-00000000000a';
export const planIds = ['019a9000-0000-7000-8000-000000000001', '019a9000-0000-7000-8000-000000000002'] as const;

function makeRepository(now: Date): Repository {
  return { id: repositoryId, name: 't7-drive', path: '/media/ana/T7/varve', resticId: 'a'.repeat(64), version: 2, appendOnly: false, passwordFrom: 'store', addedAt: new Date(now.getTime() - 41 * 86_400_000).toISOString(), state: 'ready', freeBytes: 412_000_000_000, lastCheck: { at: new Date(now.getTime() - 2 * 86_400_000).toISOString(), ok: true, errors: 0, readData: false } };
}

function makeSnapshots(chance: () => number, now: Date, plans: readonly Plan[]): Snapshot[] {
  const list: Snapshot[] = [];
  const parents = new Map<string, string>();
  for (let hour = 40 * 24; hour > 0; hour -= 5 + Math.floor(chance() * 9)) {
    const plan = plans[chance() < 0.72 ? 0 : 1];
    if (!plan) continue;
    const at = new Date(now.getTime() - hour * 3_600_000 + 48 * 60_000);
    const id = hex(chance, 64);
    const kind = chance();
    const filesNew = kind < 0.16 ? 0 : Math.floor(chance() ** 3 * 60);
    const filesChanged = kind < 0.16 ? 0 : 1 + Math.floor(chance() ** 2 * 40);
    const added = kind < 0.16 ? 4_000 : Math.floor(60_000 + chance() ** 5 * 900_000_000);
    const first = !parents.has(plan.id);
    const tags = [`varve-plan:${plan.id}`, ...(chance() < 0.07 ? [['v1.2', 'experiment:alpha', 'before-review', 'submitted'][Math.floor(chance() * 4)] ?? 'v1.2'] : [])];
    list.push({
      id, lineage: id, shortId: id.slice(0, 8), repositoryId, repositoryName: 't7-drive', planId: plan.id, planName: plan.name, time: at.toISOString(), at: at.toISOString(), paths: plan.paths,
      hostname: 'bancada', username: 'ana', tags, incomplete: chance() < 0.03, parent: parents.get(plan.id) ?? null, program: 'varve 0.1.0',
      summary: { filesNew: first ? 1480 : filesNew, filesChanged: first ? 0 : filesChanged, filesUnmodified: 1490, dirsNew: 0, dirsChanged: 3, dirsUnmodified: 88, dataBlobs: 40, treeBlobs: 5, dataAdded: first ? 2_900_000_000 : added, dataAddedPacked: Math.floor((first ? 2_900_000_000 : added) * 0.62), totalFiles: 1530, totalBytes: 3_120_000_000 }
    });
    parents.set(plan.id, id);
  }
  return list.reverse();
}

function makeEntries(chance: () => number, snapshots: readonly Snapshot[]): LogEntry[] {
  const rows: { ts: string; action: string; category: LogEntry['category']; level?: LogEntry['level']; actorName: string; subjectName: string | null; payload: unknown }[] = [];
  for (const snapshot of snapshots) {
    const at = Date.parse(snapshot.at);
    rows.push({ ts: new Date(at - 9_000).toISOString(), action: 'snapshot.started', category: 'snapshot', actorName: 'ana', subjectName: `plan:${snapshot.planName}`, payload: { plan: snapshot.planName } });
    rows.push({ ts: snapshot.at, action: 'snapshot.finished', category: 'snapshot', level: snapshot.incomplete ? 'warn' : 'notice', actorName: 'ana', subjectName: `plan:${snapshot.planName}`, payload: { snapshotId: snapshot.id, plan: snapshot.planName, summary: snapshot.summary, durationMs: 9_000 } });
    if (chance() < 0.5) for (let epoch = 1; epoch < 14; epoch += 1) rows.push({ ts: new Date(at + epoch * 131_000).toISOString(), action: 'train.epoch', category: 'experiment', actorName: 'train.py', subjectName: 'run-12', payload: { epoch, loss: Number((0.09 / epoch).toFixed(4)), accuracy: Number((0.9 + epoch / 300).toFixed(3)) } });
    if (chance() < 0.12) rows.push({ ts: new Date(at + 3_600_000).toISOString(), action: 'lab.decision', category: 'decision', actorName: 'ana', subjectName: 'session-9', payload: { text: 'Exclude session 9: sensor drift, see note', reason: 'drift > 0.4' } });
    if (chance() < 0.1) rows.push({ ts: new Date(at + 4_600_000).toISOString(), action: 'restore.finished', category: 'restore', level: 'notice', actorName: 'ana', subjectName: `snapshot:${snapshot.id}`, payload: { snapshotId: snapshot.id, target: '/home/ana/restored', files: 12, identical: 12 } });
    if (chance() < 0.06) rows.push({ ts: new Date(at + 5_600_000).toISOString(), action: 'gateway.refused', category: 'gateway', level: 'warn', actorName: 'varve', subjectName: null, payload: { error: 'UNAUTHORIZED' } });
  }
  rows.sort((a, b) => a.ts.localeCompare(b.ts));
  return rows.map((row, index): LogEntry => ({ seq: index, id: `019a9000-0000-7000-8000-${index.toString(16).padStart(12, '0')}`, ts: row.ts, actor: hex(chance, 16), actorName: row.actorName, category: row.category, action: row.action, subject: hex(chance, 16), subjectName: row.subjectName, level: row.level ?? 'info', payloadState: 'intact', payload: row.payload, hash: hex(chance, 64) })).reverse();
}

function entry(path: string, type: TreeEntry['type'], sizeBytes: number): TreeEntry {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return { name, label: name.replace('\u202e', '\\u202e'), path, type, sizeBytes, modifiedAt: '2026-11-17T17:40:12Z', mode: type === 'dir' ? 'drwxr-xr-x' : '-rw-r--r--', user: 'ana', group: 'ana', linkTarget: type === 'symlink' ? 'data/summary.csv' : null };
}

function makeFiles(): Map<string, TreeEntry[]> {
  const base = '/home/ana/thesis';
  const many = Array.from({ length: 2_400 }, (_, index) => entry(`${base}/data/raw/session-${String(index).padStart(4, '0')}.csv`, 'file', 12_000 + index * 37));
  return new Map([
    ['/', [entry('/home', 'dir', 0)]],
    ['/home', [entry('/home/ana', 'dir', 0)]],
    ['/home/ana', [entry(base, 'dir', 0)]],
    [base, [entry(`${base}/chapters`, 'dir', 0), entry(`${base}/data`, 'dir', 0), entry(`${base}/figures`, 'dir', 0), entry(`${base}/notes`, 'dir', 0), entry(`${base}/config.json`, 'file', 412), entry(`${base}/latest.csv`, 'symlink', 0), entry(`${base}/README.md`, 'file', 2_310)]],
    [`${base}/chapters`, [entry(`${base}/chapters/03-methods.tex`, 'file', 54_000), entry(`${base}/chapters/04-results.tex`, 'file', 61_200)]],
    [`${base}/data`, [entry(`${base}/data/raw`, 'dir', 0), entry(`${base}/data/model.bin`, 'file', 1_240_000_000), entry(`${base}/data/summary.csv`, 'file', 18_000)]],
    [`${base}/data/raw`, many],
    [`${base}/figures`, [entry(`${base}/figures/fig-2.svg`, 'file', 84_000), entry(`${base}/figures/fig-3-final.png`, 'file', 212_000), entry(`${base}/figures/\u202egnp.exe`, 'file', 9_000)]],
    [`${base}/notes`, []]
  ]);
}

/** Ten years of snapshots, and a folder of a hundred thousand files. */
export function enlarge(world: World): void {
  const model = world.snapshots.filter(({ planId }) => planId === planIds[0]);
  world.snapshots = Array.from({ length: 4_000 }, (_, index): Snapshot => {
    const like = model[index % model.length] as Snapshot;
    const id = index.toString(16).padStart(8, '0').repeat(8);
    const at = new Date(world.now.getTime() - index * 79_000_000).toISOString();
    return { ...like, id, lineage: id, shortId: id.slice(0, 8), at, time: at };
  });
  const folder = '/home/ana/thesis/data/raw';
  world.files.set(folder, Array.from({ length: 100_000 }, (_, index) => entry(`${folder}/session-${String(index).padStart(6, '0')}.csv`, 'file', 12_000 + index)));
}

export function createWorld(now: Date, options: Partial<Pick<World, 'hasHome' | 'keyring'>> = {}): World {
  const chance = createChance(7);
  const plan = (index: 0 | 1, name: string, title: string, paths: string[]): Plan => ({ id: planIds[index], name, title, repositoryId, repositoryName: 't7-drive', paths, excludes: ['node_modules', '.cache', '__pycache__'], leaveOut: leaveOutNothing, hooks: noHooks, tags: [], gentle: false, snapshotOnQuit: false, zone: 'America/Sao_Paulo', createdAt: new Date(now.getTime() - 41 * 86_400_000).toISOString(), version: 1, lastSnapshot: null });
  const plans = [plan(0, 'thesis', 'Thesis data', ['/home/ana/thesis']), plan(1, 'notebooks', 'Notebooks and instruments', ['/home/ana/notebooks', '/srv/instruments'])];
  const snapshots = makeSnapshots(chance, now, plans);
  for (const item of plans) {
    const last = snapshots.find((snapshot) => snapshot.planId === item.id);
    item.lastSnapshot = last ? { id: last.id, time: last.time, incomplete: last.incomplete } : null;
  }
  const hasHome = options.hasHome ?? true;
  return { waiting: [], now, hasHome, keyring: options.keyring ?? true, plans: hasHome ? plans : [], repositories: hasHome ? [makeRepository(now)] : [], snapshots: hasHome ? snapshots : [], entries: hasHome ? makeEntries(chance, snapshots) : [], files: makeFiles(), sample: false };
}
