// varve job add|edit: options, a file, or both, become a definition, which is checked before anything is sent; a key that is unknown is refused with its place.
import type { Command } from 'commander';
import * as z from 'zod';
import { JobDefinition, type Job } from '../../contract/jobs.ts';
import { fail } from '../engine/kit/errors.ts';
import { readStandardInput } from './ask.ts';
import { examples, type Host } from './command.ts';
import { addDefinitionOptions, applyOptions, type DefinitionOptions, type Draft } from './job-options.ts';
import { describeTimes, describeWork, exactOr } from './job-words.ts';
import type { Output } from './output.ts';
import { readSmallFile } from './small-file.ts';
import type { Words } from './words.ts';

const definitionLimitBytes = 1_048_576;

type Options = DefinitionOptions & { fromJson?: string };

export function addJobDefineCommands(job: Command, host: Host): void {
  const { words } = host;
  const { say } = words;
  const context = (): { words: Words; zone: string; nowMs: number } => ({ words, zone: Intl.DateTimeFormat().resolvedOptions().timeZone, nowMs: Date.now() });
  addDefinitionOptions(job.command('add <name> [program...]').description(say('jobAdd')), words, false)
    .addHelpText('after', examples(words, ["varve job add daily --snapshot thesis --cron '30 12 * * *' --tz America/Sao_Paulo", 'varve job add weekly --check usb --read share --within-days 84 --cron @weekly', "varve job add fetch --cron '*/15 * * * *' --secret lab-api=API_KEY --timeout 10m -- /usr/bin/python3 /home/me/fetch.py", 'varve job add site --http https://lab.example.org/health --every 10m', 'varve job add fetch --from-json fetch.job.json']))
    .action((name: string, program: string[], options: Options, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        const given = options.fromJson === undefined ? {} : await readJson(options.fromJson, words);
        const draft = applyOptions({ schedule: { kind: 'manual' }, ...given, name } as Draft, program, options, context());
        if (draft.work === undefined) fail('BAD_INPUT', 'no work', { field: 'job add', reason: say('jobNoWork') });
        const added = await client.jobs.add({ definition: parseDefinition(draft) });
        output.document(added);
        output.say(say('jobAdded', { name: added.definition.name, what: describeWork(words, added.definition), when: describeTimes(words, added.definition) }));
        sayNext(output, added);
      })
    );
  addDefinitionOptions(job.command('edit <name> [program...]').description(say('jobEdit')), words, true)
    .addHelpText('after', examples(words, ["varve job edit daily --cron '0 18 * * MON-FRI'", 'varve job edit fetch --timeout 30m --retries 5 --no-idempotent', 'varve job edit fetch -- /usr/bin/python3 /home/me/fetch2.py', 'varve job show fetch --json | jq .definition > fetch.json && varve job edit fetch --from-json fetch.json']))
    .action((name: string, program: string[], options: Options, command: Command) =>
      host.withClient(command, {}, async ({ client, output }) => {
        if (program.length === 0 && command.options.every((option) => command.getOptionValueSource(option.attributeName()) !== 'cli')) fail('BAD_INPUT', 'nothing to change', { field: 'job edit', reason: say('jobNothingToChange') });
        const before = await client.jobs.get({ job: name });
        const base = options.fromJson === undefined ? before.definition : ({ name: before.definition.name, ...(await readJson(options.fromJson, words)) } as Draft);
        const edited = await client.jobs.edit({ job: before.id, version: before.version, definition: parseDefinition(applyOptions(base, program, options, context())) });
        output.document(edited);
        if (edited.version === before.version) return output.say(say('jobSame', { name: edited.definition.name }));
        output.say(say('jobEdited', { name: edited.definition.name, version: edited.version }));
        return sayNext(output, edited);
      })
    );
}

function sayNext(output: Output, { nextAt }: Job): void {
  if (nextAt !== null) output.say(output.words.say('jobAddedNext', { at: exactOr(output.words, nextAt) }));
}

async function readJson(source: string, { say }: Words): Promise<Record<string, unknown>> {
  const text = source === '-' ? (await readStandardInput(definitionLimitBytes)).toString('utf8') : readSmallFile(source, definitionLimitBytes);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    fail('BAD_INPUT', 'no JSON', { field: source, reason: say('jobBadJson', { reason: error instanceof Error ? error.message : String(error) }) });
  }
  return fail('BAD_INPUT', 'no object', { field: source, reason: say('jobNoObject') });
}

/** Throws BAD_INPUT that names the place. */
function parseDefinition(draft: unknown): JobDefinition {
  const parsed = JobDefinition.safeParse(draft);
  return parsed.success ? parsed.data : fail('BAD_INPUT', parsed.error.message, placeOfIssue(parsed.error));
}

/** Where a definition is wrong, and how. */
export function placeOfIssue(error: z.ZodError): { field: string; reason: string } {
  const [issue] = error.issues;
  return { field: issue === undefined || issue.path.length === 0 ? 'job' : issue.path.map(String).join('.'), reason: issue?.message ?? 'is not as expected' };
}
