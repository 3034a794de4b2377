// varve restore
import { join } from 'node:path';
import type { Command } from 'commander';
import type { VarveClient } from '../../contract/index.ts';
import { Conflict, type ConflictChoice, type RestoreInput, type RestoreReport } from '../../contract/snapshots.ts';
import { fail, isVarveError } from '../engine/kit/errors.ts';
import { collect, examples, repositoryThreads, wholeNumber, type Host } from './command.ts';
import { exitCodes, reportFailure } from './failure.ts';
import type { Output } from './output.ts';
import { absolutePath } from './paths.ts';
import { showPassedOver, showPreview } from './restore-preview.ts';
import { showGaps } from './snapshot.ts';
import { followTask } from './task-follower.ts';
import { fromTyped } from '../transport/router.ts';

interface RestoreOptions {
  at?: string;
  plan?: string[];
  all?: boolean;
  target?: string;
  inPlace?: boolean;
  include?: string[];
  exclude?: string[];
  conflict: string;
  choose?: string[];
  deleteExtra?: boolean;
  preview?: boolean;
  dryRun?: boolean;
  limit: number;
  token?: string;
  owners?: boolean;
  mode: boolean;
}

export function addRestoreCommand(program: Command, host: Host): void {
  const { say } = host.words;
  program
    .command('restore [snapshot]')
    .description(say('restore'))
    .option('--at <time>', say('optionAt'))
    .option('--plan <name>', say('optionRestorePlan'), collect)
    .option('--all', say('optionRestoreAll'))
    .option('--target <folder>', say('optionTarget'))
    .option('--in-place', say('optionInPlace'))
    .option('--include <path>', say('optionInclude'), collect)
    .option('--exclude <path>', say('optionRestoreExclude'), collect)
    .option('--conflict <keep|replace|newer|both>', say('optionConflict'), 'keep')
    .option('--choose <path=policy>', say('optionChoose'), collect)
    .option('--delete-extra', say('optionDeleteExtra'))
    .option('--owners', say('optionOwners'))
    .option('--no-owners', say('optionNoOwners'))
    .option('--no-mode', say('optionNoMode'))
    .option('--preview', say('optionPreview'))
    .option('--dry-run', say('optionPreview'))
    .option('--limit <count>', say('optionPreviewLimit'), wholeNumber('--limit'), 1000)
    .option('--token <token>', say('optionToken'))
    .addHelpText(
      'after',
      examples(host.words, [
        'varve restore latest --target ~/restored',
        'varve restore --at 2026-11-20T10:00 --plan thesis --include /home/me/thesis/figures --target /tmp/figures',
        'varve restore thesis@latest --in-place --conflict replace --preview',
        'varve restore thesis@last-valid --in-place --conflict replace --delete-extra',
        'varve restore --at 2026-11-20 --all --target ~/everything'
      ])
    )
    .action((snapshot: string | undefined, options: RestoreOptions, command: Command) =>
      host.withClient(command, { long: true, threads: [...repositoryThreads('repository.session'), ['snapshots.restore']] }, async ({ client, output, signal }) => {
        const target = targetOf(options, host);
        const common = commonInput(options, host);
        const plans = options.all === true || (options.plan?.length ?? 0) > 1 ? await plansOf(client, snapshot, options, host) : undefined;
        const one = (input: RestoreInput): Promise<number> => (options.preview || options.dryRun ? showPreview(client, output, input, options.limit) : restoreOne(client, output, input, signal));
        if (plans === undefined) return one({ ...common, snapshot: nameOf(snapshot, options, host), target });
        const codes = new Set<number>();
        for (const plan of plans) {
          output.say(say('restoreSetPlan', { plan }));
          const input = { ...common, snapshot: `${plan}@${options.at}`, target: target === null ? null : join(target, plan) };
          codes.add(await one(input).catch((error: unknown) => nothingThere(output, error)));
        }
        const [code = exitCodes.done] = codes;
        return codes.size > 1 ? exitCodes.gaps : code;
      })
    );
}

/** A plan that has no snapshot of that time does not keep the others from coming back. */
function nothingThere(output: Output, error: unknown): number {
  const typed = isVarveError(error) ? error : fromTyped(error);
  if (typed.code !== 'NOT_FOUND') throw error;
  return reportFailure(output, typed);
}

export async function restoreOne(client: VarveClient, output: Output, input: RestoreInput, signal: AbortSignal): Promise<number> {
  const { say } = output.words;
  const { taskId } = await client.restores.start(input);
  const before = input.target === null ? new Set((await client.restores.undoable({})).map(({ id }) => id)) : undefined;
  try {
    const result = await followTask(client, taskId, output, signal);
    return result.kind === 'restore' ? showReport(output, result.report) : exitCodes.failed;
  } catch (error) {
    const cut = before && (await client.restores.undoable({}).catch(() => [])).find(({ id, finished }) => !finished && !before.has(id));
    if (cut) output.note(say('restoreCut', { id: cut.id }));
    throw error;
  }
}

function showReport(output: Output, report: RestoreReport): number {
  const { say, reason } = output.words;
  output.document(report);
  showPassedOver(output, report.passedOver);
  output.say(say('restoreDone', { count: report.files, identical: report.identical }));
  if (report.kept > 0) output.say(say('restoreKept', { count: report.kept }));
  if (report.replaced > 0) output.say(say('restoreReplaced', { count: report.replaced }));
  if (report.beside > 0) output.say(say('restoreBeside', { count: report.beside }));
  if (report.metadata > 0) output.say(say('restoreMetadata', { count: report.metadata }));
  if (report.deleted > 0) output.say(say('restoreDeleted', { count: report.deleted }));
  if (report.degraded.length > 0) output.say(say('degraded', { list: report.degraded.map(({ what, count }) => `${reason(what)} (${count})`).join(', ') }));
  if (report.skippedCount > 0) showGaps(output, say('restoreSkipped', { count: report.skippedCount }), report.skipped, report.skippedCount);
  if (report.safetySnapshotId !== null) output.say(say('restoreSafety', { id: report.safetySnapshotId.slice(0, 8) }));
  if (report.target === null) output.say(say('restoreUndo', { id: report.id }));
  return report.skippedCount > 0 || report.identical < report.files ? exitCodes.gaps : exitCodes.done;
}

function targetOf({ target, inPlace }: RestoreOptions, { words: { say } }: Host): string | null {
  if (inPlace !== true) return absolutePath(target ?? fail('BAD_INPUT', 'no target', { field: '--target', reason: say('restoreTargetNeeded') }));
  if (target !== undefined) fail('BAD_INPUT', 'two targets', { field: '--target', reason: say('restoreTwoTargets') });
  return null;
}

function commonInput(options: RestoreOptions, { words: { say } }: Host): Omit<RestoreInput, 'snapshot' | 'target'> {
  const conflict = Conflict.safeParse(options.conflict);
  if (!conflict.success) return fail('BAD_INPUT', 'unknown policy', { field: '--conflict', reason: 'must be keep, replace, newer or both' });
  const choices = (options.choose ?? []).map((text): ConflictChoice => {
    const at = text.lastIndexOf('=');
    const policy = Conflict.safeParse(text.slice(at + 1));
    if (at < 1 || !policy.success) return fail('BAD_INPUT', 'unknown choice', { field: '--choose', reason: say('restoreChooseForm') });
    return { path: text.slice(0, at), conflict: policy.data };
  });
  return {
    include: options.include ?? [],
    exclude: options.exclude ?? [],
    conflict: conflict.data,
    choices,
    deleteExtra: options.deleteExtra ?? false,
    modes: options.mode,
    ...(options.owners !== undefined && { owners: options.owners }),
    ...(options.token !== undefined && { token: options.token })
  };
}

async function plansOf(client: VarveClient, snapshot: string | undefined, options: RestoreOptions, { words: { say } }: Host): Promise<string[]> {
  const { at, include, exclude, choose, token, all, plan = [] } = options;
  if (at === undefined || snapshot !== undefined || include !== undefined || exclude !== undefined || choose !== undefined || token !== undefined || (all === true && plan.length > 0)) fail('BAD_INPUT', 'not for a set', { field: all === true ? '--all' : '--plan', reason: say('restoreSetForm') });
  return all === true ? (await client.plans.list({})).map(({ name }) => name) : [...new Set(plan)];
}

function nameOf(snapshot: string | undefined, { at, plan }: RestoreOptions, host: Host): string {
  if (snapshot !== undefined) return snapshot;
  if (at === undefined) return fail('BAD_INPUT', 'no snapshot', { field: 'snapshot', reason: host.words.say('snapshotNeeded') });
  const [name] = plan ?? [];
  if (name === undefined) return fail('BAD_INPUT', 'no plan', { field: '--plan', reason: host.words.say('atNeedsPlan') });
  return `${name}@${at}`;
}
