// varve repo repair index|packs|snapshots
import type { Command } from 'commander';
import type { RepairReport, RepairStep, RepairWhat } from '../../contract/maintenance.ts';
import { examples, type Host } from './command.ts';
import { exitCodes } from './failure.ts';
import type { Output } from './output.ts';
import { followTask } from './task-follower.ts';

interface RepairOptions {
  dryRun?: boolean;
  forget?: boolean;
}

/** `repo`: the group the commands belong to. */
export function addRepoRepairCommands(repo: Command, host: Host): void {
  const { say } = host.words;
  const repair = repo.command('repair').description(say('repoRepair'));
  const run = (what: RepairWhat) => (repository: string, options: RepairOptions, command: Command) =>
    host.withClient(command, { long: true }, async ({ client, output, signal }) => {
      const { taskId } = await client.maintenance.repair({ repository, what, dryRun: options.dryRun ?? false, forget: options.forget ?? false });
      const result = await followTask(client, taskId, output, signal);
      if (result.kind !== 'repair') return exitCodes.failed;
      output.document(result.report);
      showRepair(output, repository, result.report);
      return result.report.gaps ? exitCodes.gaps : exitCodes.done;
    });
  const add = (what: RepairWhat, description: string): Command => repair.command(`${what} <repository>`).description(description).option('--dry-run', say('optionRepairDryRun')).action(run(what));
  add('index', say('repoRepairIndex')).addHelpText('after', examples(host.words, ['varve repo repair index usb --dry-run']));
  add('packs', say('repoRepairPacks')).addHelpText('after', examples(host.words, ['varve repo repair packs usb']));
  add('snapshots', say('repoRepairSnapshots')).option('--forget', say('optionRepairForget')).addHelpText('after', examples(host.words, ['varve repo repair snapshots usb --dry-run', 'varve repo repair snapshots usb --forget']));
}

function showRepair(output: Output, name: string, { what, dryRun, steps, count, gaps }: RepairReport): void {
  const { say } = output.words;
  if (count === 0) return output.say(say('repairNothing'));
  for (const step of steps) output.say(`  ${lineOf(output, step)}`);
  if (count > steps.length) output.say(say('andMore', { count: count - steps.length }));
  if (dryRun) output.say(say('repairWould'));
  else if (gaps || what !== 'index') output.say(say(`repairNext_${what}`, { name }));
}

function lineOf({ words: { say, reason } }: Output, { step, id, to, kept = 0, lost = 0, reason: why = '' }: RepairStep): string {
  return say(`repairStep_${step}`, { id: id.slice(0, 8), to: to?.slice(0, 8) ?? say('repairNew'), kept, lost, reason: reason(why) });
}
