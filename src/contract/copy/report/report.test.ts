// The report of a comparison: whole, in the person's language, and harmless whatever the files are called and hold.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Change, Comparison } from '../../compare.ts';
import type { Inside, InsideRow } from '../../inside.ts';
import { reportForm, writeReport, type ReportSource } from './report.ts';

const counts = { added: 0, removed: 0, content: 0, metadata: 0, type: 0, moved: 0, suspect: 0, bytesBefore: 0, bytesAfter: 0 };
const snapshot = (planName: string) => ({ kind: 'snapshot' as const, snapshot: { id: 'a'.repeat(64), lineage: 'a'.repeat(64), shortId: 'aaaaaaaa', repositoryId: 'r', repositoryName: 'usb', planId: 'p', planName, time: '', at: '2026-11-20T10:00:00.000Z', paths: ['/home'], hostname: '', username: '', tags: [], incomplete: false, parent: null, program: '', summary: null } });
const facts = (sizeBytes: number) => ({ type: 'file' as const, sizeBytes, modifiedAt: '2026-11-20T10:00:00Z', mode: '-rw-r--r--', owner: 'me', linkTarget: null });
const change = (path: string, kind: Change['kind'], more: Partial<Change> = {}): Change => ({ path, label: path, kind, folder: false, parts: [], suspect: false, before: facts(10), after: facts(20), other: null, inside: null, ...more });

const hostile = '<img src=x onerror=alert(1)>|[a](javascript:x)`**_\u202e"\'&amp;\n# head\n```';
const comparison: Comparison = { id: 'c', from: snapshot(hostile), to: { kind: 'live', plan: null, paths: ['/home'], at: '2026-11-21T10:00:00.000Z' }, counts: { ...counts, content: 3, moved: 1, suspect: 1, bytesBefore: 10, bytesAfter: 20 }, folders: { added: 0, removed: 0, metadata: 0 }, extensions: [{ extension: hostile, files: 3, bytesBefore: 1, bytesAfter: 2 }], gaps: [{ path: hostile, reason: 'EACCES' }], gapCount: 5, durationMs: 1 };
const inside: Inside = { id: 'i', before: { path: hostile, label: hostile, sizeBytes: 1 }, after: { path: hostile, label: hostile, sizeBytes: 1 }, same: false, facts: { kind: 'csv', before: { encoding: 'utf-8', delimiter: ',', rows: 1, columns: 1 }, after: { encoding: 'utf-8', delimiter: ',', rows: 1, columns: 1 }, header: true, key: hostile, columnsAdded: [hostile], columnsRemoved: [], added: 0, removed: 0, changed: 1, reordered: false, formOnly: false, coarse: false }, fallback: null, rows: 3, rowsLeftOut: 0, unread: { before: 0, after: 0 }, durationMs: 1 };
const rows: InsideRow[] = [
  { row: 'record', change: 'changed', table: null, key: hostile, beforeRow: 1, afterRow: 1, cells: [{ column: hostile, before: hostile, after: '</pre><script>alert(1)</script>' }], cut: false },
  { row: 'lines', same: true, before: { line: 1, text: '````' }, after: { line: 1, text: '````' }, cut: false },
  { row: 'lines', same: false, before: { line: 2, text: 'tab\there' }, after: { line: 2, text: 'new' }, cut: false }
];
const source: ReportSource = {
  comparison,
  metrics: { before: { loss: 0.3, [hostile]: hostile }, after: { loss: 0.1, name: 'x' } },
  now: new Date('2026-11-27T10:00:00Z'),
  folder: async (path) => (path === '/' ? { changes: [change('/home', null, { folder: true, inside: counts })], total: 1 } : { changes: ['a', hostile].map((name) => change(`/home/${name}`, null, { folder: true, inside: { ...counts, content: 2 } })), total: 9 }),
  list: async (kind) => (kind === 'moved' ? { changes: [change('/new', 'moved', { before: null, other: '/old' }), change('/old', 'moved', { after: null, other: '/new' })], total: 2 } : { changes: [change(hostile, kind, { suspect: true }), change('/failing', kind)], total: 7 }),
  inside: async ({ path }) =>
    path === '/failing'
      ? { failure: 'It is damaged.' }
      : {
          inside,
          rows: (async function* () {
            yield* rows;
          })()
        }
};

describe('a report in HTML', () => {
  it('holds no markup but its own, no script, and a policy that allows only its own style', async () => {
    const text = await writeReport('html', 'en', source);
    const tags = new Set([...text.matchAll(/<\/?([a-z0-9]+)/g)].map(([, tag]) => tag));
    expect(tags).toEqual(new Set(['body', 'h1', 'h2', 'h3', 'head', 'html', 'li', 'main', 'meta', 'p', 'pre', 'span', 'style', 'table', 'tbody', 'td', 'th', 'thead', 'title', 'tr', 'ul']));
    expect(text).not.toContain('<img');
    expect(text).not.toContain('\u202e');
    const attributes = [...text.matchAll(/<[a-z][^>]*>/g)].flatMap(([tag]) => [...tag.matchAll(/\s([a-z-]+)="/g)].map(([, name]) => name));
    expect(new Set(attributes)).toEqual(new Set(['lang', 'charset', 'http-equiv', 'content', 'name', 'class', 'scope']));
    const style = /<style>([^]*?)<\/style>/.exec(text)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(text).toContain(`content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`);
    expect(text).toContain('&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text).toContain('<span class="del">-tab\there</span><span class="add">+new</span>');
  });
});

describe('a report in Markdown', () => {
  it('writes hostile names as text, on one line, and holds its code in a fence that nothing inside ends', async () => {
    const text = await writeReport('md', 'en', source);
    const [outside, code] = splitFences(text);
    expect(outside).not.toMatch(/<img|<script|\u202e/);
    expect(outside).not.toMatch(/(?<!\\)\[a(?<!\\)\]\(/);
    for (const line of outside.split('\n').filter((each) => each.startsWith('#'))) expect(line).toMatch(/^#{1,3} /);
    expect(outside.split('\n').filter((line) => line.startsWith('# '))).toEqual(['# What changed']);
    expect(code).toContain('</script>');
    expect(code).toContain('\n-tab\there\n+new');
    // Each row of a table has as many cells as its head.
    const table = outside.split('\n').filter((line) => line.startsWith('|') && line.includes('onerror'));
    for (const line of table) expect([4, 5, 8]).toContain(line.replaceAll(/\\./g, '').split('|').length - 1);
  });

  function splitFences(text: string): [string, string] {
    const outside: string[] = [];
    const code: string[] = [];
    let fence: string | undefined;
    for (const line of text.split('\n')) {
      const mark = /^ {0,3}(`{3,})/.exec(line)?.[1];
      if (fence === undefined && mark !== undefined) fence = mark;
      else if (fence !== undefined && mark !== undefined && mark.length >= fence.length && line.trim() === mark) fence = undefined;
      else (fence === undefined ? outside : code).push(line);
    }
    expect(fence).toBeUndefined();
    return [outside.join('\n'), code.join('\n')];
  }
});

describe('a report', () => {
  it('says totals, folders, kinds, lists and limits in the person’s language', async () => {
    const english = await writeReport('html', 'en', source, { entries: 2, files: 2, lines: 2 });
    for (const words of ['3 files have another content.', '1 file was moved or renamed.', 'By folder', '/home/a', 'By kind of file', '/old → /new', '… and 7 more that this report does not list.', '… and 4 more that this report does not list.', 'Of 7 changed files the first 2 are shown from the inside.', 'It could not be looked into. It is damaged.', 'The first 2 lines of the differences; there are more.', '1 row changed.', '<td>loss</td><td class="n">0.3</td><td class="n">0.1</td><td class="n">−0.2</td>']) expect(english).toContain(words);
    const portuguese = await writeReport('md', 'pt-BR', source);
    for (const words of ['# O que mudou', '3 arquivos têm outro conteúdo.', 'Por pasta', '1 linha mudou.', 'Não foi possível examiná-lo. It is damaged.']) expect(portuguese).toContain(words);
  });

  it('has the form that its name says', () => {
    expect(['a.md', 'b.HTML', 'c.htm', 'd.markdown', 'e.pdf', 'md'].map(reportForm)).toEqual(['md', 'html', 'html', 'md', undefined, undefined]);
  });
});
