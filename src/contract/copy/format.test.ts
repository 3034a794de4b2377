import { describe, expect, it } from 'vitest';
import { formatMessage, formatParts } from './format.ts';
import { visibleText } from './text.ts';
import { formatBytes, formatDay, formatRelative, formatSpan, formatWhen } from './values.ts';

const messages = { 'a.files_zero': 'no files', 'a.files_one': '{count} file', 'a.files_many': '{count} de files', 'a.files_other': '{count} files', 'a.name': '{plan} has {count}' };

describe('formatMessage', () => {
  it('chooses the plural form of the language and writes numbers its way', () => {
    expect(formatMessage(messages, 'en', 'a.files', { count: 1 })).toBe('1 file');
    expect(formatMessage(messages, 'en', 'a.files', { count: 1530 })).toBe('1,530 files');
    expect(formatMessage(messages, 'pt-BR', 'a.files', { count: 1530 })).toBe('1.530 files');
    expect(formatMessage(messages, 'pt-BR', 'a.files', { count: 2_000_000 })).toBe('2.000.000 de files');
    expect(formatMessage(messages, 'pt-BR', 'a.files', { count: 0 })).toBe('no files');
  });

  it('keeps a placeholder without a value visible, and shows an unknown key as itself', () => {
    expect(formatMessage(messages, 'en', 'a.name', { count: 2 })).toBe('{plan} has 2');
    expect(formatMessage(messages, 'en', 'no.such.key')).toBe('no.such.key');
  });

  it('does not look for placeholders inside values', () => {
    expect(formatMessage(messages, 'en', 'a.name', { plan: '{count}', count: 2 })).toBe('{count} has 2');
  });

  it('tells which piece came from which placeholder', () => {
    expect(formatParts(messages, 'en', 'a.name', { plan: 'thesis', count: 2 })).toEqual([{ text: 'thesis', param: 'plan' }, { text: ' has ' }, { text: '2', param: 'count' }]);
  });
});

describe('values', () => {
  it('writes sizes in decimal units with one digit where it tells something', () => {
    expect([0, 999, 1000, 4_200_000, 999_950, 412e9].map((size) => formatBytes('en', size))).toEqual(['0 B', '999 B', '1 KB', '4.2 MB', '1 MB', '412 GB']);
    expect(formatBytes('pt-BR', 4_200_000)).toBe('4,2 MB');
  });

  it('writes spans in at most two units', () => {
    expect(formatSpan('en', 6)).toBe('6 sec');
    expect(formatSpan('en', 250)).toBe('4 min 10 sec');
    expect(formatSpan('en', 7_500)).toBe('2 hr 5 min');
    expect(formatSpan('en', 3 * 86_400)).toBe('3 days');
  });

  it('writes moments relative to a given now', () => {
    const now = new Date(2026, 10, 21, 15, 0);
    const at = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);
    expect(formatRelative('en', at(0.2), now)).toBe('now');
    expect(formatRelative('en', at(12), now)).toBe('12 minutes ago');
    expect(formatRelative('pt-BR', at(60 * 24 * 3), now)).toBe('há 3 dias');
    expect(formatWhen('en', at(60), now)).toBe('today 14:00');
    expect(formatWhen('pt-BR', at(60 * 24), now)).toBe('ontem 15:00');
    expect(formatDay('en', new Date(2025, 10, 14), now)).toBe('14 Nov 2025');
    expect(formatDay('pt-BR', new Date(2026, 10, 14), now)).toBe('14 nov');
  });
});

describe('visibleText', () => {
  it('writes out what hides, reorders or controls, and leaves letters alone', () => {
    expect(visibleText('ação 日本 🧪')).toBe('ação 日本 🧪');
    expect(visibleText('a\u202egnp.exe')).toBe('a\\u202egnp.exe');
    expect(visibleText('\u001b[31mred\u0007')).toBe('\\u001b[31mred\\u0007');
    expect(visibleText('lone \udc80 half')).toBe('lone \\udc80 half');
    expect(visibleText('two\nlines', true)).toBe('two\\nlines');
    expect(visibleText('two\nlines')).toBe('two\nlines');
  });
});
