// The home, settings, long-running tasks, the doctor, and looking around this computer's folders.
import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { procedure } from './base.ts';
import { WireError } from './errors.ts';
import { Count, FilePath, HomeId, Instant, Language, SecretNameText } from './ids.ts';
import { Verdict, VerifyState } from './log.ts';
import { CheckReport, PasswordSource } from './repository.ts';
import { RestoreReport, SnapshotResult } from './snapshots.ts';
import { EngineEvent, TaskState } from './events.ts';

export const Settings = z.strictObject({
  version: z.literal(1).default(1),
  language: Language.or(z.literal('system')).default('system'),
  theme: z.enum(['light', 'dark', 'system']).default('system'),
  /** Desktop only: closing the window keeps Varve in the tray. `system`: on for macOS and Windows, off for Linux. */
  closeToTray: z.enum(['on', 'off', 'system']).default('system'),
  openAtLogin: z.boolean().default(false),
  /** File of job definitions that is followed; `jobs.json` in the home when empty. */
  jobsFile: z.string().max(32_768).default(''),
  packages: z
    .strictObject({
      /** Where packages go; `backups` in the home when empty. */
      folder: z.string().max(32_768).default(''),
      /** Newest ones that stay of each kind. */
      keep: z.number().int().min(1).max(10_000).default(30),
      /** The record is packed before Varve ends, when something happened since the last package. */
      onQuit: z.boolean().default(true),
      /** Named secret that packages made without a passphrase of their own are sealed with; empty: they are not sealed. */
      secret: SecretNameText.or(z.literal('')).default('')
    })
    .default({ folder: '', keep: 30, onQuit: true, secret: '' }),
  gateway: z.strictObject({ host: z.string().max(255).default('127.0.0.1'), port: z.number().int().min(0).max(65_535).default(7340) }).default({ host: '127.0.0.1', port: 7340 })
});
export type Settings = z.infer<typeof Settings>;

/** Only what is to change. Written out without defaults: `Settings.partial()` would fill in every default and so reset what was not named. */
export const SettingsPatch = z.strictObject({
  language: Language.or(z.literal('system')).optional(),
  theme: z.enum(['light', 'dark', 'system']).optional(),
  closeToTray: z.enum(['on', 'off', 'system']).optional(),
  openAtLogin: z.boolean().optional(),
  jobsFile: z.string().max(32_768).optional(),
  packages: z.strictObject({ folder: z.string().max(32_768).optional(), keep: z.number().int().min(1).max(10_000).optional(), onQuit: z.boolean().optional(), secret: SecretNameText.or(z.literal('')).optional() }).optional(),
  gateway: z.strictObject({ host: z.string().min(1).max(255).optional(), port: z.number().int().min(0).max(65_535).optional() }).optional()
});
export type SettingsPatch = z.infer<typeof SettingsPatch>;

export const Status = z.object({
  version: z.string(),
  platform: z.enum(['linux', 'darwin', 'win32']),
  host: z.enum(['desktop', 'serve', 'cli']),
  /** null: no home here yet (first run). */
  home: z.object({ id: HomeId, path: FilePath, createdAt: Instant }).nullable(),
  homePath: FilePath,
  secretStore: z.object({ kind: z.enum(['keyring', 'vault']), state: z.enum(['open', 'locked', 'unavailable']), detail: z.string() }).nullable(),
  verify: VerifyState.nullable(),
  /** Things that were put right at start and that the person should know, as codes of the copy catalogue with their facts. */
  notices: z.array(z.object({ code: z.enum(['settings-set-aside', 'events-drained', 'stale-lock-removed', 'interrupted-snapshot', 'migrated', 'jobs-file-refused', 'record-broken', 'record-behind']), data: z.record(z.string(), z.union([z.string(), z.number()])) })),
  runtime: z.object({ node: z.string(), electron: z.string().nullable() })
});
export type Status = z.infer<typeof Status>;

export const DoctorCheck = z.object({
  id: z.enum(['node', 'home', 'lease', 'log', 'anchors', 'state', 'settings', 'secret-store', 'keys', 'repository', 'plan', 'disk-space', 'native-files', 'clock', 'gateway', 'electron', 'scheduler', 'channel', 'ping', 'service', 'drill', 'test-run']),
  state: z.enum(['well', 'attention', 'broken', 'unknown']),
  /** Facts for the words: the copy catalogue has a sentence per id and state. */
  data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  detail: z.string()
});
export type DoctorCheck = z.infer<typeof DoctorCheck>;

export const FolderEntry = z.object({ name: z.string(), label: z.string(), path: FilePath, hidden: z.boolean(), readable: z.boolean() });

export const system = {
  status: procedure.route({ method: 'GET', path: '/status' }).input(z.object({})).output(Status),
  /** Makes the home: marker, databases, keys. `keyring` is refused with SECRET_STORE_UNAVAILABLE where there is none; `vault` needs a passphrase. */
  init: procedure
    .input(z.object({ secretStore: z.enum(['keyring', 'vault']), passphrase: z.string().min(8).max(1000).optional(), language: Language.optional() }))
    .output(Status),
  /** Which secret stores could be used here, honestly described. */
  secretStores: procedure.input(z.object({})).output(z.object({ keyring: z.object({ available: z.boolean(), backend: z.string(), reason: z.string().nullable() }), vault: z.object({ available: z.literal(true) }) })),
  /** Opens the vault file for this process. */
  unlock: procedure.input(z.object({ passphrase: z.string().max(1000) })).output(Status),
  /** The home's keys, encrypted under a passphrase, as one text file to keep beside the printed sheet. Recorded as an export. */
  exportKeys: procedure.input(z.object({ passphrase: z.string().min(8).max(1000) })).output(z.object({ fileName: z.string(), content: z.string() })),
  settings: {
    get: procedure.input(z.object({})).output(Settings),
    set: procedure.input(SettingsPatch).output(Settings)
  },
  doctor: procedure.route({ method: 'GET', path: '/doctor' }).input(z.object({})).output(z.object({ checks: z.array(DoctorCheck) })),
  tasks: {
    /** Running tasks and those that ended in the last hour. */
    list: procedure.input(z.object({})).output(z.array(TaskState)),
    /** The task's state now, then each change (at most ten a second), until it has ended. */
    watch: procedure.input(z.object({ id: z.string() })).output(eventIterator(TaskState)),
    cancel: procedure.input(z.object({ id: z.string() })).output(z.object({ cancelled: z.boolean() }))
  },
  /** Everything the engine announces, for live screens. */
  events: procedure.input(z.object({})).output(eventIterator(EngineEvent)),
  folders: {
    /** Folders a person probably cares about (documents, desktop, pictures, ...) and the places copies could go. */
    suggest: procedure.input(z.object({})).output(
      z.object({
        folders: z.array(z.object({ path: FilePath, label: z.string(), kind: z.enum(['documents', 'desktop', 'pictures', 'projects', 'home', 'other']) })),
        places: z.array(z.object({ path: FilePath, label: z.string(), kind: z.enum(['drive', 'network', 'this-computer']), freeBytes: Count, totalBytes: Count }))
      })
    ),
    list: procedure.input(z.object({ path: FilePath.optional(), hidden: z.boolean().default(false) })).output(z.object({ path: FilePath, parent: FilePath.nullable(), entries: z.array(FolderEntry), truncated: z.boolean() })),
    create: procedure.input(z.object({ path: FilePath })).output(z.object({ path: FilePath })),
    /** Files and bytes below some folders, counted as it goes; excludes applied. Ends by itself after 60 s. */
    measure: procedure
      .input(z.object({ paths: z.array(FilePath).min(1).max(100), excludes: z.array(z.string()).default([]) }))
      .output(eventIterator(z.object({ files: Count, bytes: Count, unreadable: Count, done: z.boolean() })))
  },
  sample: {
    /** A small made-up research folder to try everything on, with a repository and a plan called `sample`. Removable in one click. */
    create: procedure.input(z.object({})).output(z.object({ path: FilePath, planId: z.string() })),
    remove: procedure.input(z.object({})).output(z.object({ removed: z.boolean() })),
    state: procedure.input(z.object({})).output(z.object({ present: z.boolean(), path: FilePath.nullable() }))
  }
};
export { CheckReport, PasswordSource, RestoreReport, SnapshotResult, Verdict, WireError };
