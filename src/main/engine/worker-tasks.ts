// Which tasks a worker thread can run: name -> loader. Each task's module is loaded only in the thread that runs it.
//   'archive.save': async () => (await import('./snapshots/archive/task.ts')).saveTask,
import type { WorkerTask } from './ports.ts';

export type WorkerTasks = Readonly<Record<string, () => Promise<WorkerTask>>>;

export const workerTasks: WorkerTasks = {
  'legacy.copy-out': async () => (await import('./legacy/task.ts')).copyOutTask,
  'legacy.copy-back': async () => (await import('./legacy/task.ts')).copyBackTask,
  'log.verify': async () => (await import('./log/verify/task.ts')).verifyTask,
  'log.verify-range': async () => (await import('./log/verify/range-task.ts')).rangeTask,
  'repository.change-keys': async () => (await import('./repository/passwords/task.ts')).changeKeysTask,
  'repository.check': async () => (await import('./repository/check-task.ts')).checkTask,
  'repository.check-packs': async () => (await import('./repository/check-task.ts')).checkPacksTask,
  'repository.copy': async () => (await import('./repository/copying/task.ts')).copyTask,
  'repository.create': async () => (await import('./repository/key-tasks.ts')).createTask,
  'repository.edit-snapshots': async () => (await import('./repository/edits/task.ts')).editSnapshotsTask,
  'repository.list-keys': async () => (await import('./repository/passwords/task.ts')).listKeysTask,
  'repository.locks': async () => (await import('./repository/unlock/task.ts')).locksTask,
  'repository.open-key': async () => (await import('./repository/key-tasks.ts')).openKeyTask,
  'repository.places': async () => (await import('./repository/place-task.ts')).placesTask,
  'repository.prune': async () => (await import('./repository/prune/task.ts')).pruneTask,
  'repository.repair': async () => (await import('./repository/repair/task.ts')).repairTask,
  'repository.session': async () => (await import('./repository/session-task.ts')).sessionTask,
  'repository.usage': async () => (await import('./repository/usage-task.ts')).usageTask,
  'snapshots.archive': async () => (await import('./snapshots/archive/task.ts')).archiveTask,
  'snapshots.compare': async () => (await import('./snapshots/compare/task.ts')).compareTask,
  'snapshots.compare-page': async () => (await import('./snapshots/compare/page-task.ts')).pageTask,
  'snapshots.find': async () => (await import('./snapshots/names/task.ts')).findTask,
  'snapshots.history': async () => (await import('./snapshots/history/task.ts')).historyTask,
  'snapshots.inside': async () => (await import('./snapshots/inside/task.ts')).insideTask,
  'snapshots.inside-page': async () => (await import('./snapshots/inside/page-task.ts')).pageTask,
  'snapshots.preview': async () => (await import('./snapshots/archive/leave-out/preview-task.ts')).previewTask,
  'snapshots.remove-folder': async () => (await import('./snapshots/remove-folder.ts')).removeFolderTask,
  'snapshots.scan': async () => (await import('./snapshots/archive/scan-task.ts')).scanTask,
  'snapshots.restore': async () => (await import('./snapshots/restore/task.ts')).restoreTask,
  'snapshots.restore-changes': async () => (await import('./snapshots/restore/task.ts')).restoreChangesTask,
  'snapshots.restore-data': async () => (await import('./snapshots/restore/data-task.ts')).restoreDataTask,
  'snapshots.data': async () => (await import('./snapshots/archive/data-task.ts')).dataTask,
  'system.measure': async () => (await import('./system/measure-task.ts')).createMeasureTask((await import('./snapshots/archive/excludes.ts')).compileExcludes)
};
