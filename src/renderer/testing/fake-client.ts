// A client without an engine: the contract's calls answered from a made-up world. For tests and the dev page only.
import { leaveOutNothing, noHooks } from '../../contract/snapshots.ts';
import type { TaskResult, TaskState, EngineEvent } from '../../contract/events.ts';
import type { VarveClient } from '../../contract/index.ts';
import type { Schedule } from '../../contract/schedule.ts';
import type { LogEntry, LogFilter, VerifyState } from '../../contract/log.ts';
import type { Plan, PlanPreview, RestorePreview, RestoreReport, Snapshot, TreeEntry } from '../../contract/snapshots.ts';
import type { Settings, Status } from '../../contract/system.ts';
import { previewSchedule } from '../../main/engine/jobs/schedule/index.ts';
import type { World } from './fake-data.ts';
import { createFakeFiles } from './fake-files.ts';
import { createFakeKeeping } from './fake-keeping.ts';
import { createFakeReview } from './fake-review.ts';
import { createFakeSecrets } from './fake-secrets.ts';

interface FakeOptions {
  world: World;
  /** Milliseconds a step of a task takes. */
  stepMs?: number;
}

function failure(code: string, data: unknown): Error {
  return Object.assign(new Error(code), { code, data, defined: true });
}

const texts: Record<string, string> = {
  csv: `session,mean,n,note\n${Array.from({ length: 300 }, (_, row) => `${row + 1},${(0.4 + row / 1000).toFixed(3)},${30 + (row % 12)},"ok, stable"`).join('\n')}`,
  json: JSON.stringify({ model: { layers: 4, width: 256 }, seed: 41, sources: ['a.csv', 'b.csv'], ratio: 0.82 }),
  md: '# Thesis data\n\nSensor runs of the second campaign. See notes/ for the drift of session 9.\n',
  tex: '\\section{Results}\nThe mean over all sessions is $0.412$.\n',
  svg: '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="180"><rect width="320" height="180" fill="#f6f4ef"/><path d="M10 150 L80 90 L150 120 L230 40 L310 70" stroke="#0b6b68" stroke-width="4" fill="none"/></svg>'
};

export function createFakeClient({ world, stepMs = 180 }: FakeOptions): VarveClient {
  const listeners = new Set<(event: EngineEvent) => void>();
  const announce = (event: EngineEvent): void => listeners.forEach((listener) => listener(event));
  const tasks = new Map<string, TaskState>();
  const cancelled = new Set<string>();
  let settings: Settings = { version: 1, language: 'system', theme: 'system', closeToTray: 'system', openAtLogin: false, jobsFile: '', packages: { folder: '', keep: 30, onQuit: true, secret: '' }, gateway: { host: '127.0.0.1', port: 7340 } };
  let verify: VerifyState = { verdict: { kind: 'consistent', entries: Math.max(0, world.entries.length - 4), head: 'f'.repeat(64), payloads: { intact: world.entries.length, locked: 0, erased: 0, none: 0 } }, at: new Date(world.now.getTime() - 3_600_000).toISOString(), entries: world.entries.length, running: false, full: null, newer: null, anchored: null, failure: null };
  const tokens = [{ id: 't1', label: 'lab notebook', scope: 'append' as const, createdAt: world.now.toISOString(), expiresAt: null, lastUsedAt: world.now.toISOString(), revokedAt: null as string | null }];
  const status = (): Status => ({ version: '0.1.0', platform: 'linux', host: 'serve', home: world.hasHome ? { id: 'b'.repeat(32), path: '/home/ana/.local/share/varve', createdAt: world.now.toISOString() } : null, homePath: '/home/ana/.local/share/varve', secretStore: world.hasHome ? { kind: 'keyring', state: 'open', detail: '' } : null, verify: world.hasHome ? verify : null, notices: [], runtime: { node: '24.21.0', electron: null } });

  async function* events(signal: AbortSignal | undefined): AsyncGenerator<EngineEvent> {
    const queue: EngineEvent[] = [{ kind: 'heartbeat', at: new Date().toISOString() }];
    let wake = (): void => {};
    const listener = (event: EngineEvent): void => {
      queue.push(event);
      wake();
    };
    listeners.add(listener);
    try {
      while (!signal?.aborted) {
        const event = queue.shift();
        if (event) yield event;
        else await new Promise<void>((resolve) => {
          wake = resolve;
          signal?.addEventListener('abort', () => resolve(), { once: true });
        });
      }
    } finally {
      listeners.delete(listener);
    }
  }

  function startTask(kind: TaskState['kind'], subject: string, bytesTotal: number, finish: () => TaskResult): { taskId: string } {
    const id = `task-${tasks.size + 1}`;
    let step = 0;
    const steps = 12;
    const put = (change: Partial<TaskState>): void => {
      const before = tasks.get(id);
      const task: TaskState = { id, kind, subject, state: 'running', startedAt: before?.startedAt ?? new Date().toISOString(), endedAt: null, progress: { phase: kind === 'verify' ? 'checking-trees' : kind === 'restore' ? 'restoring' : 'reading', filesDone: Math.floor((step / steps) * 1530), filesTotal: 1530, bytesDone: Math.floor((step / steps) * bytesTotal), bytesTotal, current: null, errors: 0 }, bytesPerSecond: bytesTotal / steps / (stepMs / 1000), secondsLeft: ((steps - step) * stepMs) / 1000, result: null, error: null, ...change };
      tasks.set(id, task);
      announce({ kind: 'task', task });
    };
    put({});
    const timer = setInterval(() => {
      step += 1;
      if (cancelled.has(id)) {
        clearInterval(timer);
        put({ state: 'cancelled', endedAt: new Date().toISOString(), error: { code: 'CANCELLED', message: '' } });
      } else if (step >= steps) {
        clearInterval(timer);
        put({ state: 'done', endedAt: new Date().toISOString(), result: finish() });
      } else put({});
    }, stepMs);
    return { taskId: id };
  }

  function findSnapshot(name: string): Snapshot {
    const found = world.snapshots.find((snapshot) => snapshot.id.startsWith(name));
    if (!found) throw failure('NOT_FOUND', { kind: 'snapshot', name });
    return found;
  }

  function takeSnapshot(planId: string): TaskResult {
    const plan = world.plans.find((candidate) => candidate.id === planId || candidate.name === planId);
    const model = world.snapshots[0];
    const id = Array.from({ length: 64 }, () => Math.floor(Math.random() * 16).toString(16)).join('');
    const at = new Date().toISOString();
    const snapshot: Snapshot = { ...(model ?? ({} as Snapshot)), id, lineage: id, shortId: id.slice(0, 8), planId: plan?.id ?? null, planName: plan?.name ?? null, repositoryId: 'r', repositoryName: plan?.repositoryName ?? 'copies', at, time: at, paths: plan?.paths ?? [], tags: [], incomplete: false, hostname: 'bancada', username: 'ana', program: 'varve 0.1.0', parent: model?.id ?? null, summary: { filesNew: 3, filesChanged: 31, filesUnmodified: 1496, dirsNew: 0, dirsChanged: 2, dirsUnmodified: 80, dataBlobs: 4, treeBlobs: 3, dataAdded: 4_200_000, dataAddedPacked: 2_000_000, totalFiles: 1530, totalBytes: 3_120_000_000 } };
    world.snapshots.unshift(snapshot);
    if (plan) plan.lastSnapshot = { id, time: at, incomplete: false };
    announce({ kind: 'changed', what: 'snapshots' });
    return { kind: 'snapshot', result: { snapshot, gaps: [], gapCount: 0, degraded: [], databases: { copied: 0, sideFiles: 0, raw: [], rawCount: 0 }, metrics: null, hookWarnings: [], durationMs: 2_000 } };
  }

  function report(target: string | null, snapshot: Snapshot, files: number): RestoreReport {
    return { id: 'r1', snapshotId: snapshot.id, snapshotShortId: snapshot.shortId, passedOver: [], target, files, identical: files, folders: 12, links: 1, bytes: 3_120_000_000, kept: 0, replaced: 0, beside: 0, metadata: 0, deleted: 0, conflict: 'keep', choices: 0, deleteExtra: false, safetySnapshotId: null, undoes: null, skipped: [], skippedCount: 0, degraded: [], writeMs: 5_200, verifyMs: 2_100 };
  }

  const fileBytes = (entry: TreeEntry): Uint8Array => new TextEncoder().encode(texts[entry.name.slice(entry.name.lastIndexOf('.') + 1)] ?? 'binary\u0000data');
  const findFile = (path: string): TreeEntry => {
    const folder = path.slice(0, path.lastIndexOf('/')) || '/';
    const entry = world.files.get(folder)?.find((candidate) => candidate.path === path);
    if (!entry) throw failure('NOT_FOUND', { kind: 'file', name: path });
    return entry;
  };
  const fakeReview = createFakeReview(world);
  const filtered = fakeReview.filtered;

  const fake = {
    system: {
      status: async () => status(),
      init: async () => ((world.hasHome = true), announce({ kind: 'changed', what: 'home' }), status()),
      secretStores: async () => ({ keyring: { available: world.keyring, backend: 'Secret Service', reason: world.keyring ? null : 'no D-Bus session' }, vault: { available: true as const } }),
      unlock: async () => status(),
      exportKeys: async () => ({ fileName: 'varve-keys.txt', content: 'VARVE KEYS' }),
      settings: { get: async () => settings, set: async (change: Partial<Settings>) => (settings = { ...settings, ...change }) },
      doctor: async () => ({ checks: [
        { id: 'node' as const, state: 'well' as const, data: {}, detail: '24.21.0' }, { id: 'home' as const, state: 'well' as const, data: {}, detail: '/home/ana/.local/share/varve' },
        { id: 'log' as const, state: 'well' as const, data: {}, detail: '' }, { id: 'repository' as const, state: 'well' as const, data: { name: 't7-drive' }, detail: '' },
        { id: 'keys' as const, state: 'attention' as const, data: {}, detail: 'never exported' }, { id: 'electron' as const, state: 'unknown' as const, data: {}, detail: '' }
      ] }),
      tasks: {
        list: async () => [...tasks.values()],
        watch: async ({ id }: { id: string }) => (async function* () {
          for (;;) {
            const task = tasks.get(id);
            if (!task) throw failure('NOT_FOUND', { kind: 'task', name: id });
            yield task;
            if (task.state !== 'running') return;
            await new Promise((resolve) => setTimeout(resolve, stepMs));
          }
        })(),
        cancel: async ({ id }: { id: string }) => (cancelled.add(id), { cancelled: true })
      },
      events: async (_input: object, options?: { signal?: AbortSignal }) => events(options?.signal),
      folders: {
        suggest: async () => ({
          folders: [
            { path: '/home/ana/Documents', label: '/home/ana/Documents', kind: 'documents' as const }, { path: '/home/ana/Desktop', label: '/home/ana/Desktop', kind: 'desktop' as const },
            { path: '/home/ana/Pictures', label: '/home/ana/Pictures', kind: 'pictures' as const }, { path: '/home/ana/projects', label: '/home/ana/projects', kind: 'projects' as const }
          ],
          places: [
            { path: '/media/ana/T7', label: 'T7', kind: 'drive' as const, freeBytes: 412e9, totalBytes: 1000e9 }, { path: '/home/ana', label: '/home/ana', kind: 'this-computer' as const, freeBytes: 88e9, totalBytes: 500e9 }
          ]
        }),
        list: async ({ path = '/home/ana' }: { path?: string }) => ({ path, parent: path === '/' ? null : path.slice(0, path.lastIndexOf('/')) || '/', entries: ['Documents', 'Desktop', 'Pictures', 'projects', 'thesis'].map((name) => ({ name, label: name, path: `${path}/${name}`, hidden: false, readable: true })), truncated: false }),
        create: async ({ path }: { path: string }) => ({ path }),
        measure: async ({ paths }: { paths: string[] }) => (async function* () {
          for (let step = 1; step <= 5; step += 1) {
            await new Promise((resolve) => setTimeout(resolve, stepMs));
            yield { files: step * 310 * paths.length, bytes: step * 620_000_000 * paths.length, unreadable: 0, done: step === 5 };
          }
        })()
      },
      sample: {
        create: async () => ((world.hasHome = true), (world.sample = true), announce({ kind: 'changed', what: 'sample' }), { path: '/home/ana/.local/share/varve/sample', planId: 'x' }),
        remove: async () => ((world.sample = false), { removed: true }),
        state: async () => ({ present: world.sample, path: null })
      }
    },
    ...createFakeFiles({ world, announce, startTask }),
    review: fakeReview.api,
    log: {
      append: async () => ({ seq: 0, id: '', ts: '', hash: '' }),
      list: async ({ filter = {}, before, after, limit = 100 }: { filter?: LogFilter; before?: number; after?: number; limit?: number }) => {
        const all = filtered(filter);
        const from = all.filter((entry) => (before === undefined || entry.seq < before) && (after === undefined || entry.seq > after));
        const page = from.slice(0, limit);
        return { entries: page, next: from.length > limit ? (page.at(-1)?.seq ?? null) : null, total: all.length };
      },
      show: async ({ seq }: { seq: number }) => {
        const entry = world.entries.find((candidate) => candidate.seq === seq);
        if (!entry) throw failure('NOT_FOUND', { kind: 'entry', name: String(seq) });
        const previous = world.entries.find((candidate) => candidate.seq === seq - 1);
        const header = { v: 1 as const, seq, id: entry.id, ts: entry.ts, actor: entry.actor, session: 'c'.repeat(32), trace: '', category: entry.category, action: entry.action, subject: entry.subject, level: entry.level, prev: previous?.hash ?? '0'.repeat(64), payload: { alg: 'hmac-sha256' as const, commit: 'd'.repeat(64), size: 212, enc: 'none' as const } };
        return { entry, header, leafHash: 'e'.repeat(64), previousHash: previous?.hash ?? '0'.repeat(64), salt: null };
      },
      tail: async (_input: object, options?: { signal?: AbortSignal }) => (async function* (): AsyncGenerator<LogEntry> {
        await new Promise<void>((resolve) => options?.signal?.addEventListener('abort', () => resolve(), { once: true }));
        yield* [];
      })(),
      verify: async () => startTask('verify', 'log', 0, () => {
        const verdict = { kind: 'consistent' as const, entries: world.entries.length, head: 'f'.repeat(64), payloads: { intact: world.entries.length, locked: 0, erased: 0, none: 0 } };
        verify = { verdict, at: new Date().toISOString(), entries: world.entries.length, running: false, full: null, newer: null, anchored: null, failure: null };
        announce({ kind: 'changed', what: 'verify' });
        return { kind: 'verify', verdict };
      }),
      verifyState: async () => verify,
      namespaces: async () => [],
      declareNamespace: async () => ({ prefix: 'lab' })
    },
    repositories: {
      list: async () => world.repositories,
      probe: async ({ path }: { path: string }) => ({ path, kind: path.includes('T7') ? ('other-files' as const) : path.includes('restic') ? ('restic' as const) : ('empty' as const), freeBytes: 412e9, fileSystem: 'ext4', network: false, removable: path.includes('T7') }),
      add: async ({ name, path }: { name: string; path: string }) => {
        const repository = { id: 'r', name, path, resticId: null, version: 2, appendOnly: false, passwordFrom: 'store' as const, addedAt: new Date().toISOString(), state: 'ready' as const, freeBytes: 412e9, lastCheck: null };
        world.repositories.push(repository);
        return { repository, created: true, snapshots: 0 };
      },
      usage: async () => ({ bytes: 61_000_000_000, packs: 3_812, snapshots: world.snapshots.length, locks: 0, freeBytes: 412e9, totalBytes: 1000e9, coverage: { packs: 3_812, never: 3_120, oldestAt: null } }),
      check: async () => startTask('check', 't7-drive', 400_000_000, () => ({ kind: 'check', report: { repositoryId: 'r', ok: true, errors: 0, hints: 0, findings: [], snapshots: 101, trees: 300, packs: 88, blobs: 9000, bytesRead: 0, packsRead: 0, readData: false, coverage: { packs: 12, never: 12, oldestAt: null } } }))
    },
    anchors: {
      status: async () => ({ newest: null, days: null, due: false, uncovered: world.entries.length, refused: null }),
      list: async () => [],
      witnesses: { list: async () => [] }
    },
    checkpoints: { keys: async () => [] },
    plans: {
      list: async () => world.plans,
      add: async ({ name, title, paths, excludes }: { name: string; title?: string; paths: string[]; excludes?: string[] }) => {
        const plan = { id: '019a9000-0000-7000-8000-000000000009', name, title: title ?? name, repositoryId: 'r', repositoryName: 'copies', paths, excludes: excludes ?? [], leaveOut: leaveOutNothing, hooks: noHooks, tags: [], gentle: false, snapshotOnQuit: false, zone: 'UTC', createdAt: new Date().toISOString(), version: 1, lastSnapshot: null };
        world.plans.push(plan);
        return plan;
      },
      edit: async ({ plan: id, version: _version, repository, ...change }: { plan: string; version?: number; repository?: string } & Partial<Plan>) => {
        const plan = world.plans.find((each) => each.id === id);
        if (!plan) throw failure('NOT_FOUND', { kind: 'plan', name: id });
        const edited = Object.assign({ ...plan }, change, { repositoryId: repository ?? plan.repositoryId, version: plan.version + 1 });
        world.plans.splice(world.plans.indexOf(plan), 1, edited);
        announce({ kind: 'changed', what: 'plans' });
        return edited;
      },
      remove: async ({ plan: id }: { plan: string }) => {
        const plan = world.plans.find((each) => each.id === id);
        if (!plan) throw failure('NOT_FOUND', { kind: 'plan', name: id });
        const at = new Date().toISOString();
        world.plans.splice(world.plans.indexOf(plan), 1);
        world.snapshots = world.snapshots.map((snapshot) => (snapshot.planId === id ? { ...snapshot, removedPlan: { title: plan.title, at } } : snapshot));
        announce({ kind: 'changed', what: 'plans' });
        return { id, name: plan.name, version: plan.version, repositoryName: plan.repositoryName, removedAt: at };
      },
      preview: async ({ excludes = [] }: { excludes?: string[] }) => (async function* (): AsyncGenerator<PlanPreview> {
        for (let step = 1; step <= 5; step += 1) {
          await new Promise((resolve) => setTimeout(resolve, stepMs));
          const files = step * 62 * excludes.length;
          yield { kept: { files: step * 306, bytes: step * 624_000_000 }, leftOut: files === 0 ? [] : [{ by: 'pattern', items: excludes.length, files, bytes: files * 31_000 }], items: excludes.map((pattern) => ({ path: `/home/ana/thesis/${pattern}`, by: 'pattern' as const, folder: true, files: step * 62, bytes: step * 62 * 31_000 })), unreadable: 0, done: step === 5 };
        }
      })()
    },
    secrets: createFakeSecrets({ world, announce }),
    keeping: {
      ...createFakeKeeping({ world, announce, startTask }),
      keys: { list: async () => [{ id: 'a1'.repeat(32), current: true, username: 'ana', hostname: 'bancada', createdAt: world.now.toISOString(), damage: null }] },
      locks: { list: async () => [] }
    },
    snapshots: {
      take: async ({ plan }: { plan: string }) => startTask('snapshot', world.plans.find((candidate) => candidate.id === plan)?.title ?? plan, 3_100_000_000, () => takeSnapshot(plan)),
      waiting: async () => [...world.waiting],
      stopWaiting: async ({ id }: { id: string }) => ((world.waiting = world.waiting.filter((wait) => wait.id !== id)), announce({ kind: 'changed', what: 'snapshots' }), { stopped: true }),
      list: async () => ({ snapshots: [...world.snapshots], unreadable: [], absent: [] }),
      get: async ({ snapshot }: { snapshot: string }) => findSnapshot(snapshot),
      tree: async ({ path = '/', offset = 0, limit = 1000, around }: { path?: string; offset?: number; limit?: number; around?: string }) => {
        const all = world.files.get(path) ?? [];
        const from = around === undefined ? offset : Math.floor(Math.max(0, all.findIndex(({ name }) => name === around)) / limit) * limit;
        return { path, entries: all.slice(from, from + limit), offset: from, total: all.length };
      },
      read: async ({ path, offset = 0, length = 1_048_576 }: { path: string; offset?: number; length?: number }) => {
        const entry = findFile(path);
        const bytes = fileBytes(entry);
        const piece = bytes.slice(offset, offset + length);
        return { entry: { ...entry, sizeBytes: bytes.length }, data: btoa(String.fromCharCode(...piece)), end: offset + length >= bytes.length };
      }
    },
    restores: {
      preview: async ({ snapshot, target, include = [], conflict = 'keep' }: { snapshot: string; target: string; include?: string[]; conflict?: string }): Promise<RestorePreview> => {
        const inTheWay = target.includes('thesis');
        return { snapshot: findSnapshot(snapshot), passedOver: [], target, token: 'e'.repeat(64), metadataChanges: 0, deletedEntries: 0, deletedBytes: 0, sparedEntries: 0, newFiles: include.length > 0 ? include.length : 1_530, newBytes: 3_120_000_000, identicalFiles: inTheWay ? 1 : 0, keptFiles: inTheWay && conflict === 'keep' ? 2 : 0, replacedFiles: inTheWay && conflict !== 'keep' ? 2 : 0, besideFiles: 0, folders: 12, links: 1, special: 0, refused: [], conflicts: inTheWay ? [{ path: '/home/ana/thesis/data/summary.csv', action: conflict === 'keep' ? 'keep' : 'replace' }, { path: '/home/ana/thesis/README.md', action: 'identical' }] : [], freeBytes: 412_000_000_000, enoughSpace: true };
      },
      changes: async ({ search = '' }: { search?: string }) => {
        const changes = [
          { path: '/home/ana/thesis/data/summary.csv', action: 'kept' as const, bytes: 0, conflict: true },
          { path: '/home/ana/thesis/draft.tex', action: 'new' as const, bytes: 48_200, conflict: false }
        ].filter(({ path }) => path.includes(search));
        return { changes: changes.map((change) => ({ ...change, label: change.path, type: 'file' as const, into: null, reason: null })), total: changes.length };
      },
      undoable: async () => [],
      start: async ({ snapshot, target, include = [] }: { snapshot: string; target: string; include?: string[] }) => {
        const from = findSnapshot(snapshot);
        return startTask('restore', from.shortId, 3_120_000_000, () => ({ kind: 'restore', report: report(target, from, include.length > 0 ? include.length : 1_530) }));
      },
      reports: async () => world.snapshots[3] ? [{ at: new Date(world.now.getTime() - 86_400_000).toISOString(), report: report('/home/ana/restored', world.snapshots[3], 12) }] : []
    },
    schedules: { preview: async ({ schedule, from, count = 5 }: { schedule: Schedule; from?: string; count?: number }) => previewSchedule(schedule, from === undefined ? Date.now() : Date.parse(from), count) },
    gateway: {
      tokens: {
        create: async ({ label }: { label: string }) => ({ token: { id: 't2', label, scope: 'owner' as const, createdAt: world.now.toISOString(), expiresAt: null, lastUsedAt: null, revokedAt: null }, value: 'varve_7Q2mC1xN8sKfP0aZ4dRwYtL6' }),
        list: async () => tokens,
        revoke: async ({ id }: { id: string }) => {
          const token = tokens.find((candidate) => candidate.id === id);
          if (!token) throw failure('NOT_FOUND', { kind: 'token', name: id });
          token.revokedAt = new Date().toISOString();
          return token;
        }
      }
    },
    desktop: {}
  };
  return fake as unknown as VarveClient;
}
