// varve package restore: a home out of a package of the record. There may be no home yet, and the one that is there may be damaged, so no engine runs.
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { verdictLines } from '../../contract/copy/verdict.ts';
import type { HomeRestoreReport } from '../../contract/packages.ts';
import { varveVersion } from '../../contract/version.ts';
import { acquireLease } from '../adapters/lease.ts';
import { createNodePorts } from '../adapters/node-ports.ts';
import { fail, isVarveError } from '../engine/kit/errors.ts';
import { homeMarker } from '../engine/kit/paths.ts';
import { readArchive } from '../engine/packages/archive/read.ts';
import { restoreHome, type RestoreHomeInput } from '../engine/restore-home.ts';
import { passphraseFromEnvironment } from '../engine/secrets/index.ts';
import type { Ports } from '../engine/ports.ts';
import { askHidden, askYes, canAsk } from './ask.ts';
import { collect, examples, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import { readAnchors } from './log-verify.ts';
import type { Output } from './output.ts';
import { passphraseOf } from './package-passphrase.ts';
import { absolutePath } from './paths.ts';
import { readSmallFile } from './small-file.ts';

interface RestoreOptions {
  to?: string;
  oldHomeGone?: boolean;
  oldHomeUnsure?: boolean;
  keys?: string;
  store?: string;
  replace?: boolean;
  anchor?: string[];
  key?: string[];
}

const keysLimitBytes = 64 * 1024 * 1024;

export function addPackageRestoreCommand(group: Command, host: Host, workerFile: URL): void {
  const { say } = host.words;
  group
    .command('restore <package>')
    .description(say('packageRestore'))
    .option('--to <folder>', say('optionRestoreTo'))
    .option('--old-home-gone', say('optionOldHomeGone'))
    .option('--old-home-unsure', say('optionOldHomeUnsure'))
    .option('--keys <file|folder>', say('optionRestoreKeys'))
    .option('--store <keyring|vault>', say('optionStore'))
    .option('--replace', say('optionRestoreReplace'))
    .option('--anchor <file|-|text>', say('optionAnchor'), collect)
    .option('--key <vkey|@file>', say('optionVerifyKey'), collect)
    .addHelpText('after', examples(host.words, ['varve package restore backup-eventlog-20261128-031500.tar.gz --old-home-gone --keys varve-keys-1a2b3c.json', 'varve package restore backup-eventlog-20261128-031500.tar.gz.age --to ~/restored --old-home-unsure']))
    .action((file: string, options: RestoreOptions, command: Command) =>
      host.alone(command, async ({ output, signal, homePath }) => {
        const ports = createNodePorts({ workerFile });
        try {
          const report = await restore({ ports, file: absolutePath(file), options, target: options.to === undefined ? homePath : absolutePath(options.to), output, signal });
          output.document(report);
          show(report, output);
          return report.verdict === null || report.verdict.kind === 'behind' ? exitCodes.evidence : exitCodes.done;
        } catch (error) {
          if (isVarveError(error) && error.code === 'SECRET_MISSING') output.note(say('nextRestoreKeys'));
          throw error;
        } finally {
          await ports.workers.close();
        }
      })
    );
}

interface Restoring {
  ports: Ports;
  file: string;
  options: RestoreOptions;
  target: string;
  output: Output;
  signal: AbortSignal;
}

async function restore({ ports, file, options, target, output, signal }: Restoring): Promise<HomeRestoreReport> {
  const { say, language } = output.words;
  const { files, clock } = ports;
  if (files.stat(file)?.type !== 'file') fail('PATH_MISSING', `no file ${file}`, { path: file });
  const oldHome = await askOldHome(options, output);
  const passphrase = await passphraseOf(ports, file, say('askPackagePassphrase'));
  const keys = await keysOf(ports, options.keys, say('askKeysPassphrase'));
  const store = options.store ?? ((await ports.keyring.probe()).available ? 'keyring' : 'vault');
  if (store !== 'keyring' && store !== 'vault') return fail('BAD_INPUT', 'unknown store', { field: '--store', reason: 'must be keyring or vault' });
  const vaultPassphrase = store === 'vault' && passphraseFromEnvironment(files, process.env) === undefined && canAsk() ? await askHidden(say('askNewPassphrase')) : undefined;
  const input: RestoreHomeInput = {
    packagePath: file, members: () => readArchive(ports, file, { passphrase }), passphrase, oldHome, keys, secretStore: store, vaultPassphrase, replace: options.replace === true, language, signal,
    anchors: await readAnchors(options.anchor ?? [], output.words, {}), vkeys: (options.key ?? []).flatMap((value) => (value.startsWith('@') ? readSmallFile(value.slice(1), 1_000_000).split('\n').filter((line) => line.trim() !== '') : [value])),
    onProgress: (bytes) => output.progress.show(`${Math.floor(bytes / 1_000_000)} MB`)
  };
  const make = (): Promise<HomeRestoreReport> => restoreHome({ ports, config: { homePath: target, version: varveVersion, session: randomBytes(8).toString('hex'), environment: process.env } }, input);
  const isHome = files.stat(join(target, homeMarker)) !== undefined;
  if (files.stat(join(target, 'run')) === undefined || (isHome && options.replace !== true)) return make();
  // A home that somebody works with is not moved away under them, nor made where a program waits for one.
  const lease = await acquireLease(target, { waitMs: 1000, clock, signal, files });
  if (isHome) lease.release(); // what is to be moved must not be held
  try {
    return await make();
  } finally {
    lease.release();
  }
}

async function askOldHome({ oldHomeGone, oldHomeUnsure }: RestoreOptions, { json, words: { say } }: Output): Promise<'gone' | 'unsure'> {
  if (oldHomeGone && oldHomeUnsure) fail('BAD_INPUT', 'both', { field: '--old-home-gone', reason: say('notBothOldHomes') });
  if (oldHomeGone) return 'gone';
  if (oldHomeUnsure) return 'unsure';
  if (json || !canAsk()) fail('BAD_INPUT', 'nobody can be asked', { field: '--old-home-gone', reason: say('needsOldHome') });
  return (await askYes(say('askOldHomeGone'), say('answersYes').split(' '))) ? 'gone' : 'unsure';
}

async function keysOf({ files }: Ports, given: string | undefined, question: string): Promise<RestoreHomeInput['keys']> {
  if (given === undefined) return undefined;
  const path = absolutePath(given);
  const found = statSync(path, { throwIfNoEntry: false }) ?? fail('PATH_MISSING', `no file ${path}`, { path });
  if (found.isDirectory()) return { folder: path };
  const text = readSmallFile(path, keysLimitBytes);
  const passphrase = passphraseFromEnvironment(files, process.env, 'VARVE_KEYS_PASSPHRASE') ?? (canAsk() ? await askHidden(question) : fail('BAD_INPUT', 'no passphrase', { field: 'VARVE_KEYS_PASSPHRASE_FILE', reason: 'the exported keys are sealed with a passphrase: give it in a terminal, or through VARVE_KEYS_PASSPHRASE_FILE or VARVE_KEYS_PASSPHRASE' }));
  return { text, passphrase };
}

function show(report: HomeRestoreReport, output: Output): void {
  const { say, language } = output.words;
  const list = (key: Parameters<typeof say>[0], names: readonly string[]): void => {
    if (names.length > 0) output.say(say(key, { names: names.join(', ') }));
  };
  output.say(say('homeRestored', { path: report.homePath }));
  if (report.movedAside !== null) output.say(say('homeMovedAside', { path: report.movedAside }));
  const { earlier } = report;
  output.say(earlier === null ? say('recordGoesOn', { events: report.events }) : say('recordBeginsAnew', { events: report.events, folder: earlier.folder, id: earlier.id }));
  output.say(report.verdict === null ? say('recordNeverSealed') : verdictLines(language, report.verdict).join('\n'));
  if (!report.stateThere) output.say(say('restoreNoState'));
  list('restoredJobs', report.jobs);
  list('restoredHooks', report.hooks);
  list('restoredChannels', report.channels);
  if (report.ping) output.say(say('restoredPing'));
  list('restoredSettings', report.settingsReset);
  list('restoredFollowed', report.followed);
  list('restoredIncomplete', report.incomplete);
  const words = { repository: 'missingRepositoryPassword', channel: 'missingChannelPassword', secret: 'missingSecretValue' } as const;
  for (const { kind, name } of report.missing) output.say(say(words[kind], { name }));
}
