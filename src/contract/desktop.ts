// What the desktop's main process serves: windows, dialogs and the system around the program, and nothing about data.
// The renderer reaches it through the engine's router (its branch `desktop`), so that a page holds one port only; under `varve serve`
// the same calls answer DESKTOP_UNAVAILABLE.
import { eventIterator } from '@orpc/contract';
import * as z from 'zod';
import { procedure } from './base.ts';
import { WireError } from './errors.ts';
import { FilePath, Instant, Language } from './ids.ts';

export const Theme = z.enum(['system', 'light', 'dark']);
export type Theme = z.infer<typeof Theme>;

const pickInput = z.object({ title: z.string().max(200), defaultPath: FilePath.optional() });
/** `path` is null when the person closed the dialog without choosing. */
const picked = z.object({ path: FilePath.nullable() });
const nothing = z.object({});

export const AppInfo = z.object({
  version: z.string(),
  electron: z.string(),
  chrome: z.string(),
  node: z.string(),
  platform: z.enum(['linux', 'darwin', 'win32']),
  packaged: z.boolean(),
  /** False when no tray icon could be made, so that nothing offers "close to tray". */
  tray: z.boolean(),
  /** BCP 47 tag the operating system prefers, for the first start. */
  systemLanguage: z.string()
});
export type AppInfo = z.infer<typeof AppInfo>;

/** Of a plan, or (`what: 'record'`) the package of the record. */
export const LastSnapshot = z.object({
  what: z.enum(['plan', 'record']),
  planId: z.string(),
  /** Name and title are empty where not even the plans could be asked for. */
  plan: z.string(),
  title: z.string(),
  taskId: z.string().nullable(),
  state: z.enum(['running', 'done', 'gaps', 'failed', 'cancelled']),
  error: WireError.nullable()
});
export type LastSnapshot = z.infer<typeof LastSnapshot>;

/** What becomes of work under way when the program ends. `keep`: it goes on without Varve, which finds it again at its next start. */
export const QuitChoice = z.enum(['wait', 'stop', 'keep']);
export type QuitChoice = z.infer<typeof QuitChoice>;

/** A run of a job, or long work a person began. */
export const QuitWork = z.object({
  id: z.string(),
  of: z.enum(['run', 'task']),
  /** Of a run: what its job is called; of a task: what it is about. */
  title: z.string(),
  /** Of a run: the kind of its work; of a task: its kind. */
  kind: z.string(),
  taskId: z.string().nullable(),
  startedAt: Instant.nullable(),
  /** A process of its own keeps it, so that it can go on without Varve. */
  outlives: z.boolean(),
  choice: QuitChoice,
  state: z.enum(['active', 'stopping', 'ended'])
});
export type QuitWork = z.infer<typeof QuitWork>;

/** What a quit that was asked for waits for: `asking` what becomes of work under way, `waiting` for what was chosen so, `saving` the last snapshots, or for a person's word where one `failed`. */
export const QuitState = z.object({ state: z.enum(['none', 'asking', 'waiting', 'saving', 'failed']), work: z.array(QuitWork), snapshots: z.array(LastSnapshot) });
export type QuitState = z.infer<typeof QuitState>;

export const desktopContract = {
  pickFolder: procedure.input(pickInput).output(picked),
  pickFile: procedure.input(pickInput.extend({ extensions: z.array(z.string().regex(/^[A-Za-z0-9.]{1,16}$/)).max(32).optional() })).output(picked),
  pickSaveFile: procedure.input(pickInput).output(picked),
  /** Shows the entry in the system's file manager. */
  showInFolder: procedure.input(z.object({ path: FilePath })).output(nothing),
  /** Opens a page in the person's browser; only https addresses of hosts on a fixed list. `opened` is false for any other. */
  openExternal: procedure.input(z.object({ url: z.string().max(2_048) })).output(z.object({ opened: z.boolean() })),
  setTheme: procedure.input(z.object({ theme: Theme })).output(nothing),
  /** Language of tray, menus and dialogs. */
  setLanguage: procedure.input(z.object({ language: Language })).output(nothing),
  /** A notice of the operating system: an extra, never the only place something is said. */
  notify: procedure.input(z.object({ title: z.string().max(200), body: z.string().max(1_000) })).output(z.object({ shown: z.boolean() })),
  /** Work in the page that is not saved (`what` it belongs to, or null: none): before the window is closed or the program quits, the person is asked. */
  setUnsaved: procedure.input(z.object({ what: z.string().max(500).nullable() })).output(nothing),
  /** Quits as the menu does: work under way is asked about, and plans with `snapshotOnQuit` get their snapshot first. */
  quit: procedure.input(nothing.optional()).output(nothing),
  /** The state of a quit, and each change of it. */
  quitting: procedure.input(nothing.optional()).output(eventIterator(QuitState)),
  /** `quit`: while `asking`, with what becomes of each; later without waiting any longer, running snapshots are cancelled. `stay`: the program goes on, and so do they. */
  answerQuit: procedure.input(z.object({ answer: z.enum(['quit', 'stay']), choices: z.array(z.object({ id: z.string().max(100), choice: QuitChoice })).max(1000).default([]) })).output(nothing),
  appInfo: procedure.input(nothing.optional()).output(AppInfo)
};
