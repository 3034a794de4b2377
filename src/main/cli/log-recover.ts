// varve log recover: the home's record is damaged, so no engine runs; the home is held meanwhile.
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { verdictLines } from '../../contract/copy/verdict.ts';
import type { LogRecoveryReport } from '../../contract/packages.ts';
import { createNodePorts } from '../adapters/node-ports.ts';
import { fail } from '../engine/kit/errors.ts';
import { homeMarker } from '../engine/kit/paths.ts';
import { readArchive } from '../engine/packages/archive/read.ts';
import { recoverLog } from '../engine/recover-log.ts';
import { passphraseFromEnvironment } from '../engine/secrets/index.ts';
import { takeHome } from '../transport/owner.ts';
import { askHidden, canAsk } from './ask.ts';
import { examples, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import type { Output } from './output.ts';
import { passphraseOf } from './package-passphrase.ts';
import { absolutePath } from './paths.ts';

interface RecoverOptions {
  from?: string;
  withoutPackage?: boolean;
  dryRun?: boolean;
}

export function addRecoverCommand(log: Command, host: Host, workerFile: URL): void {
  const { say } = host.words;
  log
    .command('recover')
    .description(say('logRecover'))
    .option('--from <package>', say('optionRecoverFrom'))
    .option('--without-package', say('optionWithoutPackage'))
    .option('--dry-run', say('optionRecoverDryRun'))
    .addHelpText('after', examples(host.words, ['varve log recover --from backup-eventlog-20261128-031500.tar.gz --dry-run', 'varve log recover --without-package']))
    .action((options: RecoverOptions, command: Command) =>
      host.alone(command, async ({ output, signal, homePath }) => {
        if ((options.from === undefined) !== (options.withoutPackage === true)) fail('BAD_INPUT', 'which package', { field: '--from', reason: say('recoverNeedsPackage') });
        const ports = createNodePorts({ workerFile });
        const { files } = ports;
        if (files.stat(`${homePath}/${homeMarker}`) === undefined) fail('HOME_MISSING', `no home at ${homePath}`, { path: homePath });
        const held = await takeHome({ homePath, kind: 'cli', waitMs: 1000, signal, ...ports });
        try {
          const path = options.from === undefined ? undefined : absolutePath(options.from);
          if (path !== undefined && files.stat(path)?.type !== 'file') fail('PATH_MISSING', `no file ${path}`, { path });
          const passphrase = path === undefined ? undefined : await passphraseOf(ports, path, say('askPackagePassphrase'));
          const vault = files.stat(`${homePath}/vault.json`) !== undefined && passphraseFromEnvironment(files, process.env) === undefined && canAsk();
          const report = await recoverLog({ ports, config: { homePath, session: randomBytes(8).toString('hex'), environment: process.env } }, {
            package: path === undefined ? undefined : { path, members: () => readArchive(ports, path, { passphrase }) }, vaultPassphrase: vault ? await askHidden(say('askPassphrase')) : undefined, dryRun: options.dryRun === true, signal
          });
          output.document(report);
          show(report, output);
          return report.lostCheckpointSize !== null || report.eraseAgain.length > 0 ? exitCodes.gaps : exitCodes.done;
        } finally {
          await held.release();
          await ports.workers.close();
        }
      })
    );
}

function show(report: LogRecoveryReport, output: Output): void {
  const { say, language, reason } = output.words;
  if (report.dryRun) output.say(say('recoverWould'));
  output.say(say('recovered', { entries: report.entries, fromPackage: report.fromPackage, fromFile: report.fromFile }));
  if (report.stopped !== '') output.say(say('recoveredStopped', { reason: reason(report.stopped) }));
  if (report.tail > 0) output.say(say('recoveredTail', { tail: report.tail, imported: report.imported }));
  if (report.lostCheckpointSize !== null) output.say(say('recoveredLost', { size: report.lostCheckpointSize }));
  if (report.eraseAgain.length > 0) output.say(say('recoveredEraseAgain', { seqs: report.eraseAgain.join(', ') }));
  output.say(verdictLines(language, report.verdict).join('\n'));
  if (report.keptAs !== null) output.say(say('recoveredKept', { path: report.keptAs }));
}
