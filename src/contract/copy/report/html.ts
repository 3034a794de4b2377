// A report as one HTML file: no script, nothing loaded from elsewhere, a policy that forbids both, and everything that came from files escaped.
import { shownLine } from '../inside-lines.ts';
import { visibleText } from '../text.ts';
import type { Block, ReportWriter } from './blocks.ts';

const style = `:root{color-scheme:light dark;--line:#8884;--add:#1a7f3722;--del:#c0392b22;--mod:#2b6cb022}
body{font:15px/1.5 system-ui,sans-serif;max-width:1100px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}h3{font-size:1rem;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{text-align:left;padding:.25rem .6rem;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
pre{font:12.5px/1.5 ui-monospace,monospace;border:1px solid var(--line);border-radius:6px;padding:.5rem 0;overflow:auto}
pre span{display:block;padding:0 .75rem;white-space:pre-wrap;overflow-wrap:anywhere}
.add{background:var(--add)}.del{background:var(--del)}.mod{background:var(--mod)}.at{opacity:.75}
li{overflow-wrap:anywhere}`;

/** Of the style above, so that the policy allows it and no other. */
const styleHash = '8WbHTd9gTxbiBdFySLM4MW+DdkXkjCqGH/XL/RF8JN0=';

export const html: ReportWriter = {
  begin: (title, language) =>
    `<!doctype html>\n<html lang="${escaped(language)}">\n<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'">\n<meta name="viewport" content="width=device-width">\n<meta name="referrer" content="no-referrer">\n<title>${escaped(title)}</title>\n<style>${style}</style>\n</head>\n<body>\n<main>\n`,
  write: (block) => `${writeBlock(block)}\n`,
  end: () => '</main>\n</body>\n</html>\n'
};

const classes = { '+': 'add', '-': 'del', '~': 'mod', '@': 'at', ' ': '' } as const;

function writeBlock(block: Block): string {
  switch (block.block) {
    case 'heading':
      return `<h${block.level}>${escaped(block.text)}</h${block.level}>`;
    case 'text':
      return `<p>${escaped(block.text)}</p>`;
    case 'list':
      return `<ul>\n${block.items.map((item) => `<li>${escaped(item)}</li>`).join('\n')}\n</ul>`;
    case 'table': {
      const right = new Set(block.right);
      const cell = (tag: string, text: string, i: number): string => `<${tag}${right.has(i) ? ' class="n"' : ''}>${escaped(text)}</${tag.split(' ')[0]}>`;
      const rows = block.rows.map((cells) => `<tr>${cells.map((text, i) => cell('td', text, i)).join('')}</tr>`).join('\n');
      return `<table>\n<thead><tr>${block.columns.map((text, i) => cell('th scope="col"', text, i)).join('')}</tr></thead>\n<tbody>\n${rows}\n</tbody>\n</table>`;
    }
    case 'lines':
      return `<pre>${block.lines.map(({ sign, text }) => `<span${classes[sign] === '' ? '' : ` class="${classes[sign]}"`}>${sign === '@' ? '' : sign}${entitied(shownLine(text))}</span>`).join('')}</pre>`;
  }
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return entitied(visibleText(text, true));
}

function entitied(text: string): string {
  return text.replaceAll(/[&<>"']/g, (char) => entities[char] as string);
}
