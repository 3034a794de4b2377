// A report as Markdown. Names and contents are hostile: nothing in them becomes markup, a link or HTML.
import { shownLine } from '../inside-lines.ts';
import { visibleText } from '../text.ts';
import type { Block, ReportWriter } from './blocks.ts';

export const markdown: ReportWriter = {
  begin: () => '',
  write: (block) => `${writeBlock(block)}\n\n`,
  end: () => ''
};

function writeBlock(block: Block): string {
  switch (block.block) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${escaped(block.text)}`;
    case 'text':
      return escaped(block.text);
    case 'list':
      return block.items.map((item) => `- ${escaped(item)}`).join('\n');
    case 'table': {
      const right = new Set(block.right);
      const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
      return [row(block.columns.map(escaped)), row(block.columns.map((_, i) => (right.has(i) ? '---:' : '---'))), ...block.rows.map((cells) => row(cells.map(escaped)))].join('\n');
    }
    case 'lines': {
      const text = block.lines.map(({ sign, text: line }) => (sign === '@' ? '' : sign) + shownLine(line)).join('\n');
      // Longer than any run of back quotes inside, so that none of them ends it.
      const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));
      return `${fence}diff\n${text}\n${fence}`;
    }
  }
}

/** One line of plain text: what could begin markup is written with a backslash or as an entity. */
function escaped(text: string): string {
  return visibleText(text, true)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_{}[\]()#+!|~:$@=^]/g, '\\$&')
    .replaceAll(/www\./gi, (found) => `${found.slice(0, -1)}\\.`)
    .replace(/^(\s*\d+)([.)])/, '$1\\$2')
    .replace(/^(\s*)-/, '$1\\-');
}
