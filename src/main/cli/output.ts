// How results reach the terminal: tables and sentences for people on standard output, JSON for programs, progress and errors on
// standard error. Text that came from files or the record is made safe to look at first.
import { visibleText } from '../../contract/copy/text.ts';
import type { Words } from './words.ts';

export interface Output {
  json: boolean;
  words: Words;
  /** A sentence for people; silent with --json. */
  say(text: string): void;
  /** The one JSON document of a command; silent without --json. */
  document(value: unknown): void;
  /** One JSON line of a stream; silent without --json. */
  line(value: unknown): void;
  table(columns: readonly string[], rows: readonly (readonly string[])[], options?: { right?: readonly number[] }): void;
  /** On standard error, for people. */
  note(text: string): void;
  progress: Progress;
}

export interface Progress {
  /** Shows the line in place of the one before; only on a terminal. */
  /** Text that costs something is made only when it is shown. */
  show(line: string | (() => string)): void;
  clear(): void;
}

export function createOutput(options: { json: boolean; quiet: boolean; words: Words; stdout: NodeJS.WriteStream; stderr: NodeJS.WriteStream }): Output {
  const { json, quiet, words, stdout, stderr } = options;
  const progress = createProgress(stderr, !json && !quiet && stderr.isTTY === true);
  const print = (text: string): void => {
    progress.clear();
    stdout.write(`${text}\n`);
  };
  return {
    json,
    words,
    progress,
    say: (text) => {
      if (!json) print(text);
    },
    document: (value) => {
      if (json) print(JSON.stringify(value, null, 2));
    },
    line: (value) => {
      if (json) print(JSON.stringify(value));
    },
    table: (columns, rows, tableOptions = {}) => {
      if (!json) print(formatTable(columns, rows, new Set(tableOptions.right ?? [])));
    },
    note: (text) => {
      progress.clear();
      stderr.write(`${text}\n`);
    }
  };
}

/** Columns padded to their widest cell; `right` names those aligned to the right. Cells are shown on one line, escaped. */
export function formatTable(columns: readonly string[], rows: readonly (readonly string[])[], right: ReadonlySet<number>): string {
  const safe = rows.map((row) => row.map((cell) => visibleText(cell, true)));
  const widths = columns.map((title, i) => Math.max(width(title), ...safe.map((row) => width(row[i] ?? ''))));
  const write = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => {
        const gap = ' '.repeat(Math.max(0, (widths[i] ?? 0) - width(cell)));
        return right.has(i) ? gap + cell : cell + gap;
      })
      .join('  ')
      .trimEnd();
  return [write(columns), ...safe.map(write)].join('\n');
}

/** Cells as a terminal counts them, near enough: combining marks take none, wide East Asian characters and emoji two. */
function width(text: string): number {
  let cells = 0;
  for (const char of text) {
    if (/\p{Mark}/u.test(char)) continue;
    cells += /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]/u.test(char) ? 2 : 1;
  }
  return cells;
}

function createProgress(stream: NodeJS.WriteStream, enabled: boolean): Progress {
  let shown = false;
  return {
    show(given) {
      if (!enabled) return;
      const line = typeof given === 'string' ? given : given();
      const room = Math.max(20, (stream.columns ?? 80) - 1);
      const text = visibleText(line, true);
      stream.write(`\r\u001b[2K${text.length > room ? `${text.slice(0, room - 1)}…` : text}`);
      shown = true;
    },
    clear() {
      if (!shown) return;
      stream.write('\r\u001b[2K');
      shown = false;
    }
  };
}

/** Bar of `cells` characters for a share between 0 and 1. */
export function bar(share: number, cells = 24): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * cells);
  return `[${'#'.repeat(full)}${'.'.repeat(cells - full)}]`;
}
