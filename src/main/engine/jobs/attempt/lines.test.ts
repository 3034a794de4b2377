import { describe, expect, it } from 'vitest';
import { looksLikeError } from './error-lines.ts';
import { LineMaker, lineLimitBytes } from './lines.ts';
import { parseReport } from './report.ts';

type Given = [text: string, cutBytes: number, update: boolean];

function maker(): { given: Given[]; lines: LineMaker; pass(ms: number): void; push(text: string): void } {
  const given: Given[] = [];
  let now = 0;
  const lines = new LineMaker({ line: (text, cut, update) => given.push([Buffer.from(text).toString(), cut, update]) }, () => now);
  return { given, lines, pass: (ms) => (now += ms), push: (text) => lines.push(Buffer.from(text)) };
}

describe('lines of output (10.1)', () => {
  it('are the same however the bytes arrive, in pieces of any length', () => {
    const text = 'one\ntwo\r\n\n\u001b[31mred\u001b[0m and çé€😀\n\r\nlast';
    const whole = maker();
    whole.push(text);
    whole.lines.end();
    expect(whole.given.map(([line]) => line)).toEqual(['one', 'two', '', '\u001b[31mred\u001b[0m and çé€😀', '', 'last']);
    for (let size = 1; size < 9; size++) {
      const pieces = maker();
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; at += size) pieces.lines.push(bytes.subarray(at, at + size));
      pieces.lines.end();
      expect(pieces.given).toEqual(whole.given);
    }
  });

  it('a carriage return replaces the line, and one such update a second is given on', () => {
    const { given, lines, pass, push } = maker();
    for (let percent = 0; percent <= 100; percent++) {
      push(`${percent}%\r`);
      pass(100);
    }
    push('done\n');
    lines.end();
    const updates = given.filter(([, , update]) => update).map(([text]) => text);
    expect(updates[0]).toBe('0%');
    expect(updates.length).toBeGreaterThanOrEqual(9);
    expect(updates.length).toBeLessThanOrEqual(11);
    expect(given.at(-1)).toEqual(['done', 0, false]);
    expect(given.filter(([, , update]) => !update)).toHaveLength(1);
  });

  it('a line that waits for its end is shown as it is, and given once when it ends', () => {
    const { given, lines, push } = maker();
    push('Continue? ');
    lines.showUnfinished();
    lines.showUnfinished();
    expect(given).toEqual([['Continue? ', 0, true]]);
    push('yes\n');
    expect(given.at(-1)).toEqual(['Continue? yes', 0, false]);
    lines.end();
    expect(given).toHaveLength(2);
  });

  it('are cut at 16 KiB between characters, with the number of bytes that are missing', () => {
    const { given, push } = maker();
    push(`${'a'.repeat(lineLimitBytes - 1)}€uro`);
    push(`${'b'.repeat(100_000)}\nnext\n`);
    expect(given[0]?.[0]).toBe('a'.repeat(lineLimitBytes - 1));
    expect(given[0]?.[1]).toBe(3 + 3 + 100_000);
    expect(given[1]).toEqual(['next', 0, false]);
    push(`${'c'.repeat(lineLimitBytes)}\n`);
    expect(given[2]).toEqual(['c'.repeat(lineLimitBytes), 0, false]);
  });

  it('carry U+FFFD for what is no UTF-8', () => {
    const { given, lines } = maker();
    lines.push(Buffer.from([0x61, 0xff, 0x62, 0xc3, 10, 0xe2, 0x82, 10]));
    expect(given.map(([text]) => text)).toEqual(['a\uFFFDb\uFFFD', '\uFFFD']);
  });
});

describe('a line that looks like an error (10.3)', () => {
  it.each([
    ['error: no space left', 'out'],
    ['\u001b[1;31mFatal:\u001b[0m unable to open repository', 'err'],
    ['TypeError: x is not a function', 'out'],
    ['Traceback (most recent call last):', 'err'],
    ['pg_dump: could not connect to server', 'err'],
    ['Falha ao gravar o arquivo', 'out'],
    ['3 errors, 0 failures', 'out']
  ] as const)('%s', (text, stream) => {
    expect(looksLikeError(text, stream)).toBe(true);
  });

  it.each([
    ['0 errors, 0 failures', 'out'],
    ['finished without errors', 'err'],
    ['errors: 0', 'out'],
    ['sem erros', 'out'],
    ['processed mirror/terrors.txt', 'out'],
    ['file not found in cache, reading it again', 'out'],
    ['', 'err']
  ] as const)('%s is none', (text, stream) => {
    expect(looksLikeError(text, stream)).toBe(false);
  });
});

describe('what a program says of its work (VARVE_RESULT_FILE)', () => {
  it('is a number of items and named numbers, each of which may be left out', () => {
    expect(parseReport('{"items": 12, "metrics": {"rows.read": 512.5}}')).toEqual({ items: 12, metrics: { 'rows.read': 512.5 } });
    expect(parseReport('{}')).toEqual({ items: null, metrics: {} });
  });

  it('is nothing in any other form', () => {
    expect(parseReport('{"items": 12')).toBe('not_json');
    for (const text of ['[]', '1', '{"items":-1}', '{"items":1.5}', '{"rows":1}', '{"metrics":[1]}', '{"metrics":{"A B":1}}', '{"metrics":{"a":"1"}}', `{"metrics":{${Array.from({ length: 101 }, (_, i) => `"m${i}":1`).join()}}}`]) {
      expect([text, parseReport(text)]).toEqual([text, 'not_in_form']);
    }
  });
});
