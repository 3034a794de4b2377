// varve forget
import type { Command } from 'commander';
import { describeKeepReason, describePolicy } from '../../contract/copy/keeping.ts';
import { formatExact } from '../../contract/copy/values.ts';
import type { ForgetInput, ForgetPreview, RetentionGroup } from '../../contract/keeping.ts';
import type { VarveClient } from '../../contract/index.ts';
import type { Snapshot } from '../../contract/snapshots.ts';
import { fail } from '../engine/kit/errors.ts';
import { collect, examples, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import { makeSure } from './make-sure.ts';
import type { Output } from './output.ts';
import { addRetentionOptions, policyOf, type RetentionOptions } from './retention-options.ts';
import { followTask } from './task-follower.ts';

interface ForgetOptions extends RetentionOptions {
  repo?: string;
  snapshot?: string[];
  dryRun?: boolean;
  yes?: boolean;
}

export function addForgetCommand(program: Command, host: Host): void {
  const { say } = host.words;
  const command = program.command('forget [plan]').description(say('forget')).option('--repo <name>', say('optionForgetRepo')).option('--snapshot <id>', say('optionForgetSnapshot'), collect);
  addRetentionOptions(command, host.words)
    .option('-n, --dry-run', say('optionForgetDryRun'))
    .option('--yes', say('optionForgetYes'))
    .addHelpText('after', examples(host.words, ['varve forget thesis --dry-run', 'varve forget thesis --keep-last 3 --keep-daily 7 --keep-weekly 5 --keep-within 1m', 'varve forget --repo old --keep-yearly all --dry-run', 'varve forget --snapshot 8f3c21ab --snapshot 91d0ee72']))
    .action((plan: string | undefined, options: ForgetOptions, self: Command) =>
      host.withClient(self, { long: true }, async ({ client, output, signal }) => {
        const policy = policyOf(options);
        const input: ForgetInput = options.snapshot !== undefined ? await chosen(client, options.snapshot, plan !== undefined || options.repo !== undefined || policy !== undefined) : { ...(plan !== undefined && { plan }), ...(options.repo !== undefined && { repository: options.repo }), ...(policy && { policy }) };
        const preview = await client.keeping.forget.preview(input);
        for (const group of preview.groups) showGroup(group, preview, output);
        for (const name of preview.emptied) output.say(say('forgetEmpties', { name }));
        if (options.dryRun === true || preview.removeCount === 0) {
          // Without --dry-run the answer is what was done, also where that is nothing.
          output.document(options.dryRun === true ? preview : { repositoryId: preview.repositoryId, repositoryName: preview.repositoryName, removed: [], kept: preview.keepCount, durationMs: 0 });
          output.say(preview.removeCount === 0 ? say('forgetNothing', { kept: preview.keepCount }) : say('forgetWould', { kept: preview.keepCount, count: preview.removeCount }));
          if (preview.removeCount > 0) output.say(say('forgetDry'));
          return exitCodes.done;
        }
        output.say(say('forgetWould', { kept: preview.keepCount, count: preview.removeCount }));
        await makeSure(options.yes, output, { question: 'forgetSure', needsYes: 'forgetNeedsYes' });
        const { taskId } = await client.keeping.forget.run({ ...input, token: preview.token });
        const result = await followTask(client, taskId, output, signal);
        if (result.kind !== 'forget') return exitCodes.failed;
        output.document(result.report);
        output.say(say('forgotten', { count: result.report.removed.length, kept: result.report.kept }));
        return exitCodes.done;
      })
    );
}

/** The snapshots a person names, by the repository that holds them all. */
async function chosen(client: VarveClient, names: readonly string[], more: boolean): Promise<ForgetInput> {
  const found: Snapshot[] = [];
  for (const snapshot of names) found.push(await client.snapshots.get({ snapshot }));
  const [first] = found;
  if (first === undefined || more || found.some(({ repositoryId }) => repositoryId !== first.repositoryId)) return fail('BAD_INPUT', 'snapshots go alone', { field: '--snapshot', reason: 'snapshots that are named go alone; they must all be in one repository' });
  return { repository: first.repositoryId, snapshots: [...new Set(found.map(({ id }) => id))] };
}

function showGroup(group: RetentionGroup, { policy, repositoryName }: ForgetPreview, output: Output): void {
  const { language, say } = output.words;
  const name = group.planName ?? `${group.hostname} ${group.paths.join(', ')}`.trim();
  output.say(policy === null ? say('forgetChosen', { name: repositoryName }) : say('forgetGroup', { name, policy: describePolicy(language, policy) }));
  const rows = [
    ...group.keep.map(({ snapshot, reasons }) => ({ snapshot, decision: `+ ${reasons.map((reason) => describeKeepReason(language, reason)).join(', ')}` })),
    ...group.remove.map((snapshot) => ({ snapshot, decision: `x ${say('decisionGoes')}` }))
  ].sort((a, b) => newestFirst(a.snapshot, b.snapshot));
  output.table(
    [say('colId'), say('colTime'), say('colTags'), say('colDecision')],
    rows.map(({ snapshot, decision }) => [snapshot.shortId, formatExact(language, new Date(snapshot.at)), snapshot.tags.filter((tag) => !tag.startsWith('varve-')).join(', '), decision])
  );
}

function newestFirst(a: Snapshot, b: Snapshot): number {
  return a.at === b.at ? (a.id < b.id ? 1 : -1) : a.at < b.at ? 1 : -1;
}
