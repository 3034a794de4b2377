// The rows of what differs inside a file as lines of text, each with its sign, for the terminal and for reports. Texts out of the files are in them as they are.
import type { Language } from '../ids.ts';
import type { InsideRow } from '../inside.ts';
import { sayInside } from './inside.ts';
import { visibleText } from './text.ts';

/** `@` begins a stretch, ` ` is the same on both sides, `~` changed. */
export interface InsideLine {
  sign: ' ' | '-' | '+' | '~' | '@';
  text: string;
}

/** The text of a line on one line, safe to look at; tabs stay. */
export function shownLine(text: string): string {
  return visibleText(text).replaceAll('\n', '\\n');
}

/** Lines in their order; of lines of text that changed, first all that are gone, then all that are new. */
export async function* insideLines(language: Language, rows: AsyncIterable<InsideRow> | Iterable<InsideRow>): AsyncIterable<InsideLine> {
  let added: InsideLine[] = [];
  for await (const row of rows) {
    if (row.row === 'lines' && !row.same) {
      if (row.before !== null) yield { sign: '-', text: row.before.text };
      if (row.after !== null) added.push({ sign: '+', text: row.after.text });
      continue;
    }
    yield* added;
    added = [];
    yield* linesOf(language, row);
  }
  yield* added;
}

const signs = { added: '+', removed: '-', changed: '~', reordered: '~' } as const;

function linesOf(language: Language, row: InsideRow): InsideLine[] {
  switch (row.row) {
    case 'hunk':
      return [{ sign: '@', text: `@@ -${row.beforeLine},${row.beforeLines} +${row.afterLine},${row.afterLines} @@` }];
    case 'lines':
      return [{ sign: ' ', text: row.after?.text ?? '' }];
    case 'value': {
      const pointer = row.after?.pointer ?? row.before?.pointer ?? '';
      const was = row.before !== null && row.after !== null && row.before.pointer !== row.after.pointer ? `${row.before.pointer} → ` : '';
      const value = [row.before?.json, row.after?.json].filter((json) => json !== undefined).join(' → ');
      return [{ sign: signs[row.change], text: `${was}${pointer === '' ? '/' : pointer}: ${row.change === 'reordered' ? sayInside(language, 'keysOf', { keys: value }) : value}` }];
    }
    case 'record': {
      const place = row.key ?? sayInside(language, 'row', { row: row.afterRow ?? row.beforeRow ?? 0 });
      const cell = (text: string | null): string => text ?? '–';
      const cells = row.cells.map(({ column, before, after }) => `${column} = ${row.change === 'changed' ? `${cell(before)} → ${cell(after)}` : cell(after ?? before)}`).join('; ');
      return [{ sign: signs[row.change], text: `${row.table === null ? '' : `${row.table} `}[${place}] ${cells}` }];
    }
    case 'schema': {
      const kind = (['table', 'index', 'view', 'trigger'] as const).find((each) => each === row.type);
      const head: InsideLine = { sign: signs[row.change], text: `${kind === undefined ? row.type : sayInside(language, `schema.${kind}`)} ${row.name}` };
      const sql = (sign: '-' | '+', text: string | null): InsideLine[] => (text === null || row.change !== 'changed' ? [] : text.split('\n').map((line) => ({ sign, text: `  ${line}` })));
      return [head, ...sql('-', row.before), ...sql('+', row.after)];
    }
    case 'element':
      return [{ sign: '~', text: `[${row.index.join(', ')}] ${row.before} → ${row.after}` }];
    case 'bytes': {
      const at = row.offset.toString(16).padStart(8, '0');
      if (row.same) return [{ sign: ' ', text: `${at}  ${hexLine(row.after)}` }];
      return [['-', row.before] as const, ['+', row.after] as const].flatMap(([sign, hex]) => (hex === '' ? [] : [{ sign, text: `${at}  ${hexLine(hex)}` }]));
    }
  }
}

/** 16 bytes as digits, and as the characters that can be seen. */
export function hexLine(hex: string): string {
  const bytes = hex.match(/../g) ?? [];
  const seen = bytes.map((byte) => {
    const code = Number.parseInt(byte, 16);
    return code >= 32 && code < 127 ? String.fromCharCode(code) : '.';
  });
  return `${bytes.join(' ').padEnd(47)}  ${seen.join('')}`;
}
