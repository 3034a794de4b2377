// varve package create|list; verify, unpack and restore have files of their own
import { Option, type Command } from 'commander';
import { formatBytes, formatExact, formatNumber } from '../../contract/copy/values.ts';
import { PackageFormat, PackageKind, type PackageReport, type PackageRow, type PackageSource } from '../../contract/packages.ts';
import { createNodeFiles } from '../adapters/files.ts';
import { fail } from '../engine/kit/errors.ts';
import { collect, examples, wholeNumber, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import type { Output } from './output.ts';
import { newPassphrase } from './package-passphrase.ts';
import { addPackageRestoreCommand } from './package-restore.ts';
import { addPackageUnpack } from './package-unpack.ts';
import { addPackageVerify } from './package-verify.ts';
import { absolutePath } from './paths.ts';
import { showGaps } from './snapshot.ts';
import { followTask } from './task-follower.ts';
import type { Words } from './words.ts';

interface CreateOptions {
  snapshot?: string;
  path?: string[];
  folder?: string;
  format?: PackageFormat;
  to?: string;
  name?: string;
  keep?: number;
  seal?: true;
  sealWith?: string;
}

export function addPackageCommands(program: Command, host: Host, workerFile: URL): void {
  const { words } = host;
  const { say } = words;
  const group = program.command('package').description(say('package'));
  group
    .command('create')
    .description(say('packageCreate'))
    .option('--snapshot <snapshot>', say('optionPackageSnapshot'))
    .option('--path <path>', say('optionPackagePath'), collect)
    .option('--folder <folder>', say('optionPackageFolder'))
    .addOption(new Option('--format <format>', say('optionPackageFormat')).choices(PackageFormat.options))
    .option('--to <folder>', say('optionPackageTo'))
    .option('--name <name>', say('optionPackageName'))
    .option('--keep <number>', say('optionPackageKeep'), wholeNumber('--keep'))
    .option('--seal', say('optionPackageSeal'))
    .option('--seal-with <secret>', say('optionPackageSealWith'))
    .addHelpText('after', examples(words, ['varve package create', 'varve package create --to /media/stick --seal', 'varve package create --snapshot thesis@latest --path thesis/data --format zip', 'varve package create --folder ~/papers --name papers']))
    .action((options: CreateOptions, command: Command) =>
      host.withClient(command, { long: true }, async ({ client, output, signal }) => {
        const source = sourceOf(options, words);
        const key = options.sealWith !== undefined ? { secret: options.sealWith } : options.seal ? { passphrase: await newPassphrase({ files: createNodeFiles() }, words) } : undefined;
        const { format, to, name, keep } = options;
        const { taskId } = await client.packages.create({ source, ...(format && { format }), ...(to !== undefined && { folder: absolutePath(to) }), ...(name !== undefined && { name }), ...(keep !== undefined && { keep }), ...(key && { key }) });
        const result = await followTask(client, taskId, output, signal);
        if (result.kind !== 'package') return exitCodes.failed;
        output.document(result.report);
        show(output, result.report);
        return result.report.package.chainValid === false ? exitCodes.integrity : result.report.skippedCount > 0 ? exitCodes.gaps : exitCodes.done;
      })
    );
  group
    .command('list')
    .description(say('packageList'))
    .addOption(new Option('--kind <kind>', say('optionPackageKind')).choices(PackageKind.options))
    .action(({ kind }: { kind?: PackageKind }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const rows = await client.packages.list(kind === undefined ? {} : { kind });
        output.document(rows);
        list(output, rows);
      })
    );
  addPackageVerify(group, host);
  addPackageUnpack(group, host);
  addPackageRestoreCommand(group, host, workerFile);
}

function sourceOf({ snapshot, path, folder }: CreateOptions, { say }: Words): PackageSource {
  if (snapshot !== undefined && folder !== undefined) fail('BAD_INPUT', 'two things to pack', { field: '--snapshot --folder', reason: say('packageTwoSources') });
  if (path !== undefined && snapshot === undefined) fail('BAD_INPUT', 'paths without a snapshot', { field: '--path', reason: say('packagePathAlone') });
  if (snapshot !== undefined) return { kind: 'snapshot', snapshot, paths: path ?? [] };
  return folder === undefined ? { kind: 'log' } : { kind: 'folder', path: absolutePath(folder) };
}

function show(output: Output, { package: made, manifestPath, removed, skipped, skippedCount }: PackageReport): void {
  const { say, language } = output.words;
  output.say(say('packageMade', { path: made.path }));
  output.say(say('packageMadeFacts', { count: made.files, size: formatBytes(language, made.bytes), sha256: made.sha256 ?? '' }));
  if (made.events !== null) output.say(say(made.chainValid === false ? 'packageChainBroken' : 'packageChainHeld', { count: made.events }));
  output.say(say('packageManifest', { path: manifestPath }));
  if (removed.length > 0) output.say(say('packageRemoved', { count: removed.length }));
  if (skippedCount > 0) showGaps(output, say('packageSkipped', { count: skippedCount }), skipped, skippedCount);
}

function list(output: Output, rows: readonly PackageRow[]): void {
  const { say, language } = output.words;
  if (rows.length === 0) return output.say(say('nothingYet'));
  output.table(
    [say('colTime'), say('colPackage'), say('colState'), say('colEvents'), say('colSize'), say('colPath')],
    rows.map(({ createdAt, kind, source, state, events, bytes, path, sealed, chainValid }) => [
      formatExact(language, new Date(createdAt)),
      kind === 'log' ? say('packageRecord') : source,
      [say(`packageState_${state}`), ...(sealed ? [say('packageSealed')] : []), ...(chainValid === false ? [say('packageBroken')] : [])].join(', '),
      events === null ? '' : formatNumber(language, events),
      state === 'making' ? '' : formatBytes(language, bytes),
      path
    ]),
    { right: [3, 4] }
  );
}
