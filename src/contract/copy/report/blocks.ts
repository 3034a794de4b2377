// What a report consists of, before it is Markdown or HTML. Texts are plain: whoever writes them out escapes them.
import type { InsideLine } from '../inside-lines.ts';

export type Block =
  | { block: 'heading'; level: 1 | 2 | 3; text: string }
  | { block: 'text'; text: string }
  | { block: 'list'; items: string[] }
  | { block: 'table'; columns: string[]; /** Numbers of columns that hold numbers. */ right: number[]; rows: string[][] }
  | { block: 'lines'; lines: InsideLine[] };

/** Turns blocks into a file; `begin` and `end` stand around them. */
export interface ReportWriter {
  begin(title: string, language: string): string;
  write(block: Block): string;
  end(): string;
}
