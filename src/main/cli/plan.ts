// varve plan add|edit|preview|list|rm
import type { Command } from 'commander';
import { formatBytes, formatNumber, formatWhen } from '../../contract/copy/values.ts';
import type { LeftOutBy, Plan, PlanPreview } from '../../contract/snapshots.ts';
import type { VarveClient } from '../../contract/index.ts';
import { fail } from '../engine/kit/errors.ts';
import { collect, examples, type Host } from './command.ts';
import { makeSure } from './make-sure.ts';
import { absolutePath } from './paths.ts';
import { addKeepOptions, changeWhatIsKept, sayWhatIsKept, type KeepOptions } from './plan-keep.ts';
import { addHookOptions, hooksFrom, type HookOptions } from './plan-hooks.ts';
import { addRetentionOptions, policyOf, type RetentionOptions } from './retention-options.ts';
import { addRuleOptions, rulesFrom, type RemovedRules, type RuleOptions } from './plan-rules.ts';

/** How its snapshots are taken. */
interface MannerOptions {
  gentle?: boolean;
  snapshotOnQuit?: boolean;
}

interface AddOptions extends RuleOptions, HookOptions, RetentionOptions, MannerOptions {
  repo: string;
  path: string[];
  tag?: string[];
  title?: string;
  tz?: string;
}

interface EditOptions extends RuleOptions, RemovedRules, HookOptions, KeepOptions, MannerOptions {
  repo?: string;
  path?: string[];
  removePath?: string[];
  tag?: string[];
  removeTag?: string[];
  title?: string;
  tz?: string;
}

const listedItems = 20;

export function addPlanCommands(program: Command, host: Host): void {
  const { say, language } = host.words;
  const plan = program.command('plan').description(say('plan'));
  const add = addRuleOptions(
    plan
      .command('add <name>')
      .description(say('planAdd'))
      .requiredOption('--repo <name>', say('optionRepo'))
      .requiredOption('--path <folder>', say('optionPlanPath'), collect),
    host.words,
    false
  );
  addRetentionOptions(addHookOptions(add, host.words, false), host.words)
    .option('--gentle', say('optionGentlePlan'))
    .option('--snapshot-on-quit', say('optionQuitPlan'))
    .option('--tag <tag>', say('optionTag'), collect)
    .option('--title <text>', say('optionTitle'))
    .option('--tz <zone>', say('optionZone'))
    .addHelpText('after', examples(host.words, ["varve plan add thesis --repo usb --path ~/thesis --path ~/data --exclude '*.tmp' --exclude node_modules", 'varve plan add code --repo usb --path ~/code --exclude-gitignore --exclude-caches --exclude-larger-than 2G']))
    .action((name: string, options: AddOptions, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const retention = policyOf(options);
        const added = await client.plans.add({
          name,
          repository: options.repo,
          paths: options.path.map(absolutePath),
          ...rulesFrom(options),
          hooks: hooksFrom(options),
          tags: options.tag ?? [],
          ...mannerOf(options),
          ...(options.title !== undefined && { title: options.title }),
          ...(options.tz !== undefined && { zone: options.tz }),
          ...(retention && { retention })
        });
        output.document(added);
        output.say(say('planAdded', { name }));
        if (added.retention) sayWhatIsKept(added, output);
      })
    );
  const edit = addRuleOptions(plan.command('edit <name>').description(say('planEdit')).option('--repo <name>', say('optionEditRepo')).option('--path <folder>', say('optionAddPath'), collect).option('--remove-path <folder>', say('optionRemovePath'), collect), host.words, true);
  addKeepOptions(addHookOptions(edit, host.words, true), host.words)
    .option('--gentle', say('optionGentlePlan'))
    .option('--no-gentle', say('optionNoLonger'))
    .option('--snapshot-on-quit', say('optionQuitPlan'))
    .option('--no-snapshot-on-quit', say('optionNoLonger'))
    .option('--tag <tag>', say('optionAddTag'), collect)
    .option('--remove-tag <tag>', say('optionRemoveTag'), collect)
    .option('--title <text>', say('optionTitle'))
    .option('--tz <zone>', say('optionZone'))
    .addHelpText('after', examples(host.words, ['varve plan edit thesis --path ~/figures --remove-path ~/old', 'varve plan edit thesis --exclude-caches --no-exclude-larger-than --remove-exclude node_modules', 'varve plan edit thesis --keep-last 3 --keep-daily 7 --keep-weekly 5 --keep-monthly 12', 'varve plan edit thesis --keep-all', 'varve plan edit thesis --repo nas', `varve plan edit lab --before '["/usr/bin/pg_dump", "-f", "/srv/lab/dump.sql", "lab"]' --hook-limit 600 --hook-env PGPASSFILE`]))
    .action((name: string, options: EditOptions, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        if (command.options.every((option) => command.getOptionValueSource(option.attributeName()) !== 'cli')) fail('BAD_INPUT', 'nothing to change', { field: 'plan edit', reason: 'say what to change' });
        const before = await planNamed(client, name);
        const edited = await client.plans.edit({
          plan: before.id,
          version: before.version,
          ...(options.repo !== undefined && { repository: options.repo }),
          ...rulesFrom(options, before),
          hooks: hooksFrom(options, before.hooks),
          paths: joined('path', before.paths, options.path?.map(absolutePath), options.removePath?.map(absolutePath)),
          tags: joined('tag', before.tags, options.tag, options.removeTag),
          ...mannerOf(options),
          ...(options.title !== undefined && { title: options.title }),
          ...(options.tz !== undefined && { zone: options.tz })
        });
        const kept = await changeWhatIsKept(client, before.id, options);
        output.document(kept ?? edited);
        if (edited.version !== before.version) output.say(say('planEdited', { name, version: edited.version }));
        else if (kept === undefined) output.say(say('planSame', { name }));
        if (edited.repositoryId !== before.repositoryId) output.say(say('planMoved', { name, from: before.repositoryName, to: edited.repositoryName }));
        if (kept !== undefined) sayWhatIsKept(kept, output);
      })
    );
  addRuleOptions(plan.command('preview <name>').description(say('planPreview')), host.words, true)
    .addHelpText('after', examples(host.words, ['varve plan preview thesis', "varve plan preview thesis --exclude '*.iso' --exclude-caches"]))
    .action((name: string, options: RuleOptions & RemovedRules, command: Command) =>
      host.withClient(command, {}, async ({ client, output, signal }) => {
        const before = await planNamed(client, name);
        let last: PlanPreview | undefined;
        try {
          for await (const state of await client.plans.preview({ plan: before.id, ...rulesFrom(options, before) }, { signal })) {
            last = state;
            output.progress.show(say('previewCounting', { files: formatNumber(language, state.kept.files), out: formatBytes(language, leftOutBytes(state)) }));
          }
        } finally {
          output.progress.clear();
        }
        if (last === undefined) return;
        output.document(last);
        output.say(say('previewKept', { files: formatNumber(language, last.kept.files), size: formatBytes(language, last.kept.bytes) }));
        if (last.unreadable > 0) output.say(say('previewUnreadable', { count: last.unreadable }));
        if (last.leftOut.length === 0) return output.say(say('previewNothingOut'));
        output.say(say('previewOut'));
        output.table([say('colReason'), say('colMatches'), say('colFiles'), say('colSize')], last.leftOut.map(({ by, items, files, bytes }) => [say(reasonKey(by)), formatNumber(language, items), formatNumber(language, files), formatBytes(language, bytes)]), { right: [1, 2, 3] });
        const largest = [...last.items].sort((a, b) => b.bytes - a.bytes).slice(0, listedItems);
        output.table([say('colSize'), say('colPath')], largest.map(({ path, folder, bytes }) => [formatBytes(language, bytes), folder ? `${path}/` : path]), { right: [0] });
      })
    );
  plan
    .command('list')
    .description(say('planList'))
    .action((_options: object, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const plans = await client.plans.list({});
        output.document(plans);
        if (plans.length === 0) return output.say(say('nothingYet'));
        return output.table(
          [say('colName'), say('colRepo'), say('colLast'), say('colPath')],
          plans.map((one) => [one.name, one.repositoryName, one.lastSnapshot ? formatWhen(language, new Date(one.lastSnapshot.time), new Date()) : say('never'), one.paths.join(', ')])
        );
      })
    );
  plan
    .command('rm <name>')
    .description(say('planRm'))
    .option('--yes', say('optionPlanRmYes'))
    .addHelpText('after', examples(host.words, ['varve plan rm thesis', 'varve plan rm thesis --yes']))
    .action((name: string, options: { yes?: boolean }, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const { id, name: plan, version, repositoryName: repository } = await planNamed(client, name);
        output.say(say('planRmStops', { name: plan, version, repository }));
        output.say(say('planRmStays'));
        await makeSure(options.yes, output, { question: 'planRmSure', needsYes: 'planRmNeedsYes' });
        const removed = await client.plans.remove({ plan: id, version });
        output.document(removed);
        output.say(say('planRemoved', { name: plan, id }));
      })
    );
}

function mannerOf({ gentle, snapshotOnQuit }: MannerOptions): MannerOptions {
  return { ...(gentle !== undefined && { gentle }), ...(snapshotOnQuit !== undefined && { snapshotOnQuit }) };
}

async function planNamed(client: VarveClient, name: string): Promise<Plan> {
  const found = (await client.plans.list({})).find((plan) => plan.name === name || plan.id === name);
  return found ?? fail('NOT_FOUND', `no plan ${name}`, { kind: 'plan', name });
}

function joined(kind: 'path' | 'tag', before: readonly string[], added: readonly string[] | undefined, removed: readonly string[] | undefined): string[] {
  for (const one of removed ?? []) if (!before.includes(one)) fail('NOT_FOUND', `the plan has no ${kind} ${one}`, { kind, name: one });
  return [...new Set([...before.filter((one) => removed?.includes(one) !== true), ...(added ?? [])])];
}

function leftOutBytes(state: PlanPreview): number {
  return state.leftOut.reduce((sum, { bytes }) => sum + bytes, 0);
}

function reasonKey(by: LeftOutBy): `leftOut_${LeftOutBy}` {
  return `leftOut_${by}`;
}
