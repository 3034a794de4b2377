// Help and wrong usage in the language of the terminal: the argument parser speaks only English.
import type { CommanderError, HelpConfiguration } from 'commander';
import { visibleText } from '../../contract/copy/text.ts';
import type { CliKey } from '../../contract/copy/cli.ts';
import type { BaseKey } from '../../contract/copy/format.ts';
import type { Output } from './output.ts';
import type { Words } from './words.ts';

/** The parts of help that the parser writes itself. */
export function helpIn({ say }: Words): HelpConfiguration {
  const titles: Record<string, string> = { 'Usage:': say('helpUsage'), 'Arguments:': say('helpArguments'), 'Options:': say('helpOptions'), 'Commands:': say('helpCommands') };
  const words = (usage: string): string => usage.replaceAll('[options]', `[${say('helpAnyOptions')}]`).replaceAll('[command]', `[${say('helpAnyCommand')}]`);
  return {
    styleTitle: (title) => titles[title] ?? title,
    styleUsage: words,
    styleSubcommandTerm: words,
    optionDescription: ({ description, defaultValue }) => (defaultValue === undefined ? description : `${description} (${say('helpDefault')}: ${String(defaultValue)})`)
  };
}

const sentences: Record<string, BaseKey<CliKey>> = {
  'commander.missingArgument': 'usageMissingArgument',
  'commander.optionMissingArgument': 'usageMissingValue',
  'commander.missingMandatoryOptionValue': 'usageMissingOption',
  'commander.unknownOption': 'usageUnknownOption',
  'commander.unknownCommand': 'usageUnknownCommand',
  'commander.excessArguments': 'usageTooMany'
};

/** Says what was wrong with the command line, and where help is. Silent where help itself was asked for. */
export function reportUsage(output: Output, error: CommanderError): void {
  if (error.code === 'commander.help' || error.exitCode === 0) return;
  const { say } = output.words;
  const key = sentences[error.code];
  // The parser names the part in quotes, and what it takes for the right spelling after a question.
  const part = /'([^']*)'/.exec(error.message)?.[1] ?? /: (.*)\.$/.exec(error.message)?.[1] ?? '';
  const meant = /\(Did you mean (?:one of )?([^?]*)\?\)/.exec(error.message)?.[1];
  const what = key === undefined ? error.message.replace(/^error: /, '') : say(key, { what: part });
  const title = meant === undefined ? what : `${what}. ${say('usageMeant', { what: meant })}`;
  if (output.json) output.note(JSON.stringify({ error: { code: 'BAD_INPUT', message: error.message, data: null, title, next: say('usageSee') } }));
  else output.note(visibleText(`varve: ${title}\n  ${say('usageSee')}`));
}
