// One difference inside a file: cells of a row whose columns are those of `columnsOf`. A sign stands beside every colour.
import type { ReactNode } from 'react';
import { hexLine } from '../../../../contract/copy/inside-lines.ts';
import { sayInside } from '../../../../contract/copy/inside.ts';
import { visibleText } from '../../../../contract/copy/text.ts';
import type { InsideKind, InsideRow } from '../../../../contract/inside.ts';
import { useWords } from '../../../ui/words.tsx';
import styles from './Inside.module.css';

/** Names of the columns of a kind's rows, as keys of the console's words. */
export function columnsOf(kind: InsideKind): readonly ('inside.line' | 'inside.sign' | 'inside.where' | 'inside.offset' | 'compare.before' | 'compare.after')[] {
  if (kind === 'text') return ['inside.line', 'compare.before', 'inside.line', 'compare.after'];
  return kind === 'bytes' ? ['inside.offset', 'compare.before', 'compare.after'] : ['inside.sign', 'inside.where', 'compare.before', 'compare.after'];
}

function Cell({ children, kind, span }: { children?: ReactNode; kind?: string | undefined; span?: number }): ReactNode {
  return (
    <span role="cell" className={styles.cell} data-kind={kind} {...(span !== undefined && { 'aria-colspan': span, 'data-span': span })}>
      {children}
    </span>
  );
}

/** Text out of a file: what deceives is written out; where it was cut is said. */
function Text({ text, cut = false }: { text: string | null | undefined; cut?: boolean }): ReactNode {
  const { t } = useWords();
  if (text === null || text === undefined) return null;
  const ends = cut && text.endsWith('…');
  return (
    <>
      {visibleText(text)}
      {ends && <em className={styles.cut}> {t('inside.cut')}</em>}
    </>
  );
}

const signs = { added: '+', removed: '−', changed: '≠', reordered: '⇅' } as const;

function Sign({ change }: { change: keyof typeof signs }): ReactNode {
  const { t } = useWords();
  return (
    <Cell kind={change}>
      <span aria-hidden>{signs[change]}</span> {t(`inside.change.${change}`)}
    </Cell>
  );
}

function LineCells({ row }: { row: Extract<InsideRow, { row: 'lines' }> }): ReactNode {
  const { language } = useWords();
  const { before, after, same, cut } = row;
  const number = new Intl.NumberFormat(language);
  const side = (line: typeof before, kind: 'removed' | 'added'): ReactNode => (
    <>
      <Cell kind="number">{line === null ? '' : number.format(line.line)}</Cell>
      <Cell kind={line === null ? 'nothing' : same ? 'same' : kind}>
        {line !== null && (
          <>
            <span className={styles.mark} aria-hidden>
              {same ? ' ' : kind === 'added' ? '+' : '−'}
            </span>
            <Text text={line.text} cut={cut} />
          </>
        )}
      </Cell>
    </>
  );
  return (
    <>
      {side(before, 'removed')}
      {side(after, 'added')}
    </>
  );
}

function RecordCells({ row }: { row: Extract<InsideRow, { row: 'record' }> }): ReactNode {
  const { language } = useWords();
  const place = row.key ?? sayInside(language, 'row', { row: row.afterRow ?? row.beforeRow ?? 0 });
  const side = (name: 'before' | 'after'): ReactNode =>
    row.cells.map((cell, i) => (
      <span key={i} className={styles.field}>
        <span className="muted">{visibleText(cell.column, true)}</span> <Text text={cell[name] ?? (row.change === 'changed' ? '–' : null)} cut={row.cut} />
      </span>
    ));
  return (
    <>
      <Sign change={row.change} />
      <Cell>
        {row.table !== null && <span className="muted">{visibleText(row.table, true)} </span>}
        <Text text={place} />
      </Cell>
      <Cell kind={row.change === 'added' ? 'nothing' : 'removed'}>{row.change !== 'added' && side('before')}</Cell>
      <Cell kind={row.change === 'removed' ? 'nothing' : 'added'}>{row.change !== 'removed' && side('after')}</Cell>
    </>
  );
}

function PairCells({ change, where, before, after, cut }: { change: keyof typeof signs; where: ReactNode; before: string | null; after: string | null; cut: boolean }): ReactNode {
  return (
    <>
      <Sign change={change} />
      <Cell>{where}</Cell>
      <Cell kind={before === null ? 'nothing' : 'removed'}>
        <Text text={before} cut={cut} />
      </Cell>
      <Cell kind={after === null ? 'nothing' : 'added'}>
        <Text text={after} cut={cut} />
      </Cell>
    </>
  );
}

export function RowCells({ row }: { row: InsideRow }): ReactNode {
  const { language } = useWords();
  switch (row.row) {
    case 'hunk':
      return (
        <Cell kind="hunk" span={4}>
          @@ −{row.beforeLine},{row.beforeLines} +{row.afterLine},{row.afterLines} @@
        </Cell>
      );
    case 'lines':
      return <LineCells row={row} />;
    case 'record':
      return <RecordCells row={row} />;
    case 'value': {
      const [was, is] = [row.before?.pointer, row.after?.pointer];
      const where = was !== undefined && is !== undefined && was !== is ? `${was} → ${is}` : (is ?? was ?? '');
      return <PairCells change={row.change} where={<Text text={where === '' ? '/' : where} />} before={row.before?.json ?? null} after={row.after?.json ?? null} cut={row.cut} />;
    }
    case 'schema': {
      const type = (['table', 'index', 'view', 'trigger'] as const).find((each) => each === row.type);
      return <PairCells change={row.change} where={<Text text={`${type === undefined ? row.type : sayInside(language, `schema.${type}`)} ${row.name}`} />} before={row.before} after={row.after} cut={row.cut} />;
    }
    case 'element':
      return <PairCells change="changed" where={`[${row.index.join(', ')}]`} before={row.before} after={row.after} cut={false} />;
    case 'bytes':
      return (
        <>
          <Cell kind="number">{row.offset.toString(16).padStart(8, '0')}</Cell>
          <Cell kind={row.same ? 'same' : row.before === '' ? 'nothing' : 'removed'}>{row.before !== '' && `${row.same ? ' ' : '−'} ${hexLine(row.before)}`}</Cell>
          <Cell kind={row.same ? 'same' : row.after === '' ? 'nothing' : 'added'}>{row.after !== '' && `${row.same ? ' ' : '+'} ${hexLine(row.after)}`}</Cell>
        </>
      );
  }
}
