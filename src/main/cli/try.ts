// varve try: a folder of a snapshot on trial, before it takes the place of the original.
import { spawn } from 'node:child_process';
import type { Command } from 'commander';
import { formatBytes, formatExact } from '../../contract/copy/values.ts';
import type { VarveClient } from '../../contract/index.ts';
import type { Trial } from '../../contract/trials.ts';
import { errnoOf, fail } from '../engine/kit/errors.ts';
import { examples, repositoryThreads, type Host } from './command.ts';
import { printChanges } from './diff.ts';
import { exitCodes } from './failure.ts';
import { makeSure } from './make-sure.ts';
import type { Output } from './output.ts';
import { absolutePath } from './paths.ts';
import { showGaps } from './snapshot.ts';
import { withoutSecrets } from './spool.ts';
import { followTask } from './task-follower.ts';

const threads = [...repositoryThreads('repository.session'), ['snapshots.restore']] as const;
const shownChanges = 200;

export function addTryCommand(program: Command, host: Host): void {
  const { say } = host.words;
  const group = program.command('try').description(say('try'));
  group
    .command('start <snapshot> [folder]')
    .description(say('tryStart'))
    .option('--in <folder>', say('optionTryIn'))
    .addHelpText('after', examples(host.words, ['varve try start thesis@latest', 'varve try start 1a2b3c4d ~/thesis/analysis --in /mnt/scratch']))
    .action((snapshot: string, folder: string | undefined, options: { in?: string }, command: Command) =>
      host.withClient(command, { long: true, threads: [...threads] }, async ({ client, output, signal }) => {
        const { taskId } = await client.trials.start({ snapshot, ...(folder !== undefined && { path: absolutePath(folder) }), ...(options.in !== undefined && { folder: absolutePath(options.in) }) });
        const result = await followTask(client, taskId, output, signal);
        if (result.kind !== 'trial') return exitCodes.failed;
        const { trial, skipped, skippedCount } = result;
        output.document({ trial, skipped, skippedCount });
        output.say(say('tryReady', { copy: trial.copy }));
        if (skippedCount > 0) showGaps(output, say('restoreSkipped', { count: skippedCount }), skipped, skippedCount);
        output.say(say('tryNext', { id: trial.id }));
        return skippedCount > 0 ? exitCodes.gaps : exitCodes.done;
      })
    );
  group
    .command('list')
    .description(say('tryList'))
    .action((_options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        list(output, await client.trials.list({}));
        return exitCodes.done;
      })
    );
  group
    .command('run <trial> <program...>')
    .description(say('tryRun'))
    .addHelpText('after', examples(host.words, ['varve try run 01932b6e-5a1c -- make test', 'varve try run 01932b6e-5a1c -- python3 -m pytest']))
    .action((trial: string, argv: string[], _options: object, command: Command) => host.withClient(command, { long: true }, ({ client, output, signal }) => run(client, output, trial, argv, signal)));
  group
    .command('diff <trial>')
    .description(say('tryDiff'))
    .action((trial: string, _options: object, command: Command) =>
      host.withClient(command, { long: true }, async ({ client, output, signal }) => {
        const { id, snapshotId } = await one(client, trial);
        const { taskId } = await client.compare.start({ from: snapshotId, to: null, trial: id });
        const result = await followTask(client, taskId, output, signal);
        if (result.kind !== 'compare') return exitCodes.failed;
        output.document(result.comparison);
        await printChanges(client, output, result.comparison, ['added', 'removed', 'content', 'type', 'moved', 'metadata'], shownChanges);
        return result.comparison.gapCount > 0 ? exitCodes.gaps : exitCodes.done;
      })
    );
  group
    .command('promote <trial> [check...]')
    .description(say('tryPromote'))
    .addHelpText('after', examples(host.words, ['varve try promote 01932b6e-5a1c', 'varve try promote 01932b6e-5a1c -- make test']))
    .action((trial: string, check: string[], _options: object, command: Command) =>
      host.withClient(command, { long: true }, async ({ client, output, signal }) => {
        const { taskId } = await client.trials.promote({ trial, ...(check.length > 0 && { check }) });
        const result = await followTask(client, taskId, output, signal);
        if (result.kind !== 'promotion') return exitCodes.failed;
        const { promotion } = result;
        output.document(promotion);
        if (promotion.check !== null) output.say(promotion.check.ok ? say('drillCheckDone', { program: promotion.check.program }) : say('drillCheckFailed', { program: promotion.check.program, reason: host.words.reason(promotion.check.reason ?? '') }));
        output.say(promotion.undone ? say('tryTakenBack', { original: promotion.trial.original }) : say('tryPromoted', { original: promotion.trial.original, id: promotion.trial.id, folder: promotion.trial.folder }));
        return promotion.undone ? exitCodes.failed : exitCodes.done;
      })
    );
  group
    .command('undo <trial>')
    .description(say('tryUndo'))
    .action((trial: string, _options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const back = await client.trials.undo({ trial });
        output.document(back);
        output.say(say('tryUndone', { original: back.original, copy: back.copy }));
        return exitCodes.done;
      })
    );
  group
    .command('discard <trial>')
    .description(say('tryDiscard'))
    .option('--yes', say('optionYes'))
    .action((trial: string, options: { yes?: true }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const { id, state, folder, original } = await one(client, trial);
        // What is removed then is the person's own former folder, not a copy of what the repository has.
        if (state === 'promoted') await makeSure(options.yes, output, { question: 'tryDiscardSure', needsYes: 'tryDiscardNeedsYes' });
        output.document(await client.trials.discard({ trial: id }));
        output.say(say(state === 'promoted' ? 'tryFormerRemoved' : 'tryDiscarded', { folder, original }));
        return exitCodes.done;
      })
    );
}

async function one(client: VarveClient, name: string): Promise<Trial> {
  const matches = (await client.trials.list({})).filter(({ id }) => id.startsWith(name.toLowerCase()));
  if (matches.length > 1) fail('AMBIGUOUS', 'several trials', { kind: 'trial', name, matches: matches.map(({ id }) => id) });
  return matches[0] ?? fail('NOT_FOUND', 'no such trial', { kind: 'trial', name });
}

/** The person's own program, in the copy, with their terminal; its exit code becomes ours. */
async function run(client: VarveClient, output: Output, name: string, argv: readonly string[], signal: AbortSignal): Promise<number> {
  const trial = await one(client, name);
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { cwd: trial.copy, stdio: ['inherit', output.json ? 2 : 'inherit', 'inherit'], shell: false, windowsHide: true, env: { ...withoutSecrets(process.env), VARVE_RESTORED: trial.copy } });
  const stop = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code));
  })
    .catch((error: unknown) => fail('BAD_INPUT', `${program} could not be started`, { field: program, reason: `could not be started (${errnoOf(error) ?? String(error)})` }))
    .finally(() => signal.removeEventListener('abort', stop));
  const noted = await client.trials.ran({ trial: trial.id, program, exitCode });
  output.document(noted);
  output.note(output.words.say(exitCode === 0 ? 'tryRanWell' : 'tryRanBadly', { program, code: String(exitCode ?? 'signal') }));
  return exitCode ?? exitCodes.failed;
}

function list(output: Output, trials: readonly Trial[]): void {
  const { say, language } = output.words;
  output.document(trials);
  if (trials.length === 0) return output.say(say('nothingYet'));
  output.table(
    [say('colTrial'), say('colTime'), say('colState'), say('colSize'), say('colId'), say('colOriginal'), say('colCopy')],
    trials.map(({ id, at, state, bytes, snapshotShortId, original, copy, folder }) => [id, formatExact(language, new Date(at)), say(`tryState_${state}`), bytes === null ? '' : formatBytes(language, bytes), snapshotShortId, original, state === 'promoted' ? folder : copy])
  );
}
