// The help of every command, as people read it: in both languages, whole, with examples where nobody could use it from its options alone.
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import type { Language } from '../../contract/ids.ts';
import type { Host } from './command.ts';
import { createProgram } from './program.ts';
import { createWords } from './words.ts';

const withExamples = [
  'init', 'repo add', 'plan add', 'plan edit', 'plan preview', 'snapshot', 'ls', 'cat', 'restore', 'forget', 'tag', 'prune', 'check', 'log append', 'log namespace', 'log verify', 'log list', 'log bundle', 'log prove', 'log import',
  'log erase', 'log key rotate', 'verify-bundle', 'cron next', 'secret set', 'secret rotate', 'serve'
];

/** Help by the name of the command, without the program's own. */
function helpOf(language: Language): Map<string, string> {
  const nothing = (): never => {
    throw new Error('help runs no command');
  };
  const host: Host = { words: createWords(language), withClient: nothing, alone: nothing };
  const texts = new Map<string, string>();
  const read = (command: Command, name: string): void => {
    let text = '';
    command.configureOutput({ writeOut: (piece) => (text += piece) });
    command.outputHelp();
    texts.set(name, text);
    for (const child of command.commands) if (child.name() !== 'help') read(child, `${name} ${child.name()}`.trim());
  };
  read(createProgram(host, { worker: new URL('file:///worker.js'), pages: undefined }), '');
  return texts;
}

describe('help', () => {
  const english = helpOf('en');
  const portuguese = helpOf('pt-BR');

  it('is there for every command in both languages, and no English is left in the other one', () => {
    expect(english.size).toBeGreaterThan(80);
    expect([...portuguese.keys()]).toEqual([...english.keys()]);
    for (const [name, text] of english) expect(text, name).toContain('Usage: varve');
    for (const [name, text] of portuguese) {
      expect(text, name).toContain('Uso: varve');
      for (const word of ['Usage:', 'Options:', 'Commands:', 'Arguments:', '(default:', 'show help', 'undefined']) expect(text, `${name}: ${word}`).not.toContain(word);
    }
  });

  it('says something of every command and option', () => {
    for (const texts of [english, portuguese]) {
      for (const [name, text] of texts) expect(text.match(/^ {2}-.*\S {2,}$|^ {2}--?[\w-]+$/m), name).toBeNull();
    }
  });

  it('has examples where there are choices, in both languages', () => {
    expect(withExamples.filter((name) => !english.has(name))).toEqual([]);
    for (const name of withExamples) expect(english.get(name), name).toContain('Examples:');
    for (const [name, text] of english) expect(portuguese.get(name)?.includes('Exemplos:'), name).toBe(text.includes('Examples:'));
  });

  it('is all that words and documentation send a person to: they name no command that is not there', () => {
    const root = fileURLToPath(new URL('../../../', import.meta.url));
    const sources = globSync(['src/contract/copy/**/*.ts', 'docs/**/*.md', 'README.md'], { cwd: root }).filter((path) => !path.endsWith('.test.ts'));
    const named = sources.flatMap((path) => [...readFileSync(`${root}${path}`, 'utf8').matchAll(/(?:[“`]|^)varve ([a-z-]+)(?: ([a-z-]+))?/gm)].map(([, first = '', second = '']) => ({ path, first, second })));
    expect(named.length).toBeGreaterThan(100);
    const isGroup = (name: string): boolean => [...english.keys()].some((each) => each.startsWith(`${name} `));
    expect(named.filter(({ first, second }) => !first.startsWith('-') && first !== 'help' && (!english.has(first) || (isGroup(first) && second !== '' && !second.startsWith('-') && !english.has(`${first} ${second}`))))).toEqual([]);
  });
});
