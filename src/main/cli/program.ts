// The whole command line: its commands, the frame they run in, and how an exit code comes about.
import { Command, CommanderError } from 'commander';
import { varveVersion } from '../../contract/version.ts';
import { createMachine } from '../adapters/machine.ts';
import type { AskedToEnd, GlobalOptions, Host } from './command.ts';
import { exitCodes, reportFailure } from './failure.ts';
import { addAlertCommands } from './alert.ts';
import { addChannelCommands } from './channel.ts';
import { addForgetCommand } from './forget.ts';
import { addHomeCommands } from './home.ts';
import { addJobCommands } from './job.ts';
import { addLogCommands } from './log.ts';
import { addVerifyBundleCommand } from './verify-bundle.ts';
import { createOutput, type Output } from './output.ts';
import { addCronCommands } from './cron.ts';
import { addBackupFrioCommand } from './backup-frio.ts';
import { addPackageCommands } from './package.ts';
import { addPingCommand } from './ping.ts';
import { addPlanCommands } from './plan.ts';
import { addRetryCommand } from './run-with-retry.ts';
import { addCheckCommand } from './check.ts';
import { addDiffCommand } from './diff.ts';
import { addMetricsCommand } from './metrics.ts';
import { addDrillCommand } from './drill.ts';
import { addFindCommand } from './find.ts';
import { addHistoryCommand } from './history.ts';
import { addPruneCommand } from './prune.ts';
import { addRepoCommands } from './repo.ts';
import { addRestoreCommand } from './restore.ts';
import { addLegacyCommands } from './legacy.ts';
import { addSecretCommands } from './secret.ts';
import { addServeCommand, type ServeFiles } from './serve.ts';
import { homePathOf, openSession } from './session.ts';
import { addSnapshotCommands } from './snapshot.ts';
import { addTagCommands } from './tags.ts';
import { addTokenCommands } from './token.ts';
import { addUndoCommand } from './undo.ts';
import { addRollbackCommand } from './rollback.ts';
import { addTryCommand } from './try.ts';
import { helpIn, reportUsage } from './usage.ts';
import { addWitnessCommands } from './witness.ts';
import { chooseLanguage, createWords } from './words.ts';

const sameSignalMs = 300;

/** Runs one command line and returns the exit code. */
export async function runCommandLine(argv: readonly string[], files: ServeFiles): Promise<number> {
  const words = createWords(chooseLanguage(process.env));
  const stop = stopOnSignals();
  let exitCode: number = exitCodes.done;
  const guarded = async (command: Command, body: (output: Output, homePath: string) => Promise<number | void>): Promise<void> => {
    const options = command.optsWithGlobals<GlobalOptions>();
    const output = createOutput({ json: options.json === true, quiet: options.quiet === true, words, stdout: process.stdout, stderr: process.stderr });
    try {
      exitCode = (await body(output, homePathOf(options.home, { machine: createMachine() }))) ?? exitCodes.done;
    } catch (error) {
      exitCode = stop.exitCode() ?? reportFailure(output, error);
    }
  };
  const host: Host = {
    words,
    withClient: (command, { long = false, mayBeMissing = false, mayBeBroken = false, threads = [] }, body) =>
      guarded(command, async (output, homePath) => {
        const session = await openSession({ homePath, output, workerFile: files.worker, long, mayBeMissing, mayBeBroken, threads, signal: stop.signal });
        try {
          return await body({ client: session.client, output, signal: stop.signal, failure: session.failure });
        } finally {
          await session.end();
        }
      }),
    alone: (command, body) => guarded(command, (output, homePath) => body({ output, signal: stop.signal, homePath, asked: stop.asked }))
  };
  const program = createProgram(host, files);
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    exitCode = error instanceof CommanderError && error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    const output = createOutput({ json: argv.includes('--json'), quiet: true, words, stdout: process.stdout, stderr: process.stderr });
    if (error instanceof CommanderError) reportUsage(output, error);
    else exitCode = reportFailure(output, error);
  }
  return exitCode;
}

/** All commands, ready to parse. `host` runs them. */
export function createProgram(host: Host, files: ServeFiles): Command {
  const { say } = host.words;
  const program = new Command('varve')
    .description(say('program'))
    .version(varveVersion, '-V, --version', say('optionVersion'))
    .option('--home <folder>', say('optionHome'))
    .option('--json', say('optionJson'))
    .option('-q, --quiet', say('optionQuiet'))
    .helpOption('-h, --help', say('optionHelp'))
    .helpCommand('help [command]', say('helpCommand'))
    .addHelpText('after', `\n${say('more')}`)
    .showHelpAfterError(false)
    .configureHelp(helpIn(host.words))
    .configureOutput({ outputError: () => undefined });
  addHomeCommands(program, host);
  addRepoCommands(program, host);
  addCheckCommand(program, host);
  addPlanCommands(program, host);
  addSnapshotCommands(program, host);
  addDiffCommand(program, host);
  addMetricsCommand(program, host);
  addHistoryCommand(program, host);
  addFindCommand(program, host);
  addRollbackCommand(program, host);
  addLegacyCommands(program, host);
  addDrillCommand(program, host);
  addTryCommand(program, host);
  addRestoreCommand(program, host);
  addUndoCommand(program, host);
  addPruneCommand(program, host);
  addTagCommands(program, host);
  addForgetCommand(program, host);
  addLogCommands(program, host, files.worker);
  addPackageCommands(program, host, files.worker);
  addBackupFrioCommand(program, host, files.worker);
  addWitnessCommands(program, host, files.worker);
  addVerifyBundleCommand(program, host);
  addCronCommands(program, host);
  addSecretCommands(program, host);
  addAlertCommands(program, host);
  addChannelCommands(program, host);
  addJobCommands(program, host);
  addPingCommand(program, host);
  addRetryCommand(program, host);
  addTokenCommands(program, host);
  addServeCommand(program, host, files);
  settle(program, say('optionHelp'));
  return program;
}

/** Every command throws instead of ending the process, takes the global options, and speaks the chosen language. */
function settle(command: Command, help: string): void {
  command.exitOverride().helpOption('-h, --help', help);
  for (const child of command.commands) settle(child, help);
}

/** First Ctrl+C or TERM, or a closed pipe: stop cleanly. A second signal ends the process at once. */
function stopOnSignals(): { signal: AbortSignal; exitCode(): number | undefined; asked: AskedToEnd } {
  const abort = new AbortController();
  let skip: AbortController | undefined;
  let code: number | undefined;
  let firstAtMs = Number.NEGATIVE_INFINITY;
  const onSignal = (exitCode: number) => () => {
    // A terminal's signal arrives twice where bin/varve.mjs passes on what it got.
    if (performance.now() - firstAtMs < sameSignalMs) return;
    if (code !== undefined && (skip === undefined || skip.signal.aborted)) process.exit(exitCode);
    firstAtMs = performance.now();
    skip?.abort();
    code ??= exitCode;
    abort.abort();
  };
  process.on('SIGINT', onSignal(exitCodes.interrupted));
  process.on('SIGTERM', onSignal(exitCodes.terminated));
  // A reader that closed the pipe (`varve ls | head`) is no failure, and no reason to leave a lock behind.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    code ??= error.code === 'EPIPE' ? exitCodes.done : exitCodes.failed;
    abort.abort();
  });
  const patiently: AskedToEnd['patiently'] = async (work) => {
    skip = new AbortController();
    try {
      await work(skip.signal);
    } finally {
      skip = undefined;
    }
  };
  return { signal: abort.signal, exitCode: () => code, asked: { byHand: () => code === exitCodes.interrupted, patiently } };
}
