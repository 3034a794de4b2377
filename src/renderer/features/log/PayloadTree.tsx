// Any JSON as an unfolding list; deep and wide values are cut with their counts, everything is text. A value can be searched for.
import { ActionIcon } from '@mantine/core';
import { IconFilter } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatNumber } from '../../../contract/copy/values.ts';
import { useWords } from '../../ui/words.tsx';
import styles from './Log.module.css';

type Path = readonly (string | number)[];
type Simple = string | number | boolean | null;
export type OnFind = (path: Path, value: Simple) => void;

const mostChildren = 100;
const openDepth = 2;
/** A longer text is nobody's idea of a value to search for. */
const longestFind = 200;

function Leaf({ value, path, onFind }: { value: Simple; path: Path; onFind: OnFind | undefined }): ReactNode {
  const { t } = useWords();
  const findable = onFind && (typeof value !== 'string' || (value.length <= longestFind && !/\p{C}/u.test(value)));
  return (
    <>
      {typeof value === 'string' ? <span className={styles.text}>{visibleText(value)}</span> : <span className="mono">{String(value)}</span>}
      {findable && (
        <ActionIcon className={styles.find} variant="subtle" color="gray" size={18} aria-label={`${t('review.find')}: ${path.join('.')}`} title={t('review.find')} onClick={() => onFind(path, value)}>
          <IconFilter size={12} />
        </ActionIcon>
      )}
    </>
  );
}

function isSimple(value: unknown): value is Simple {
  return typeof value !== 'object' || value === null;
}

function Branch({ name, value, depth, path, onFind }: { name: string; value: unknown; depth: number; path: Path; onFind: OnFind | undefined }): ReactNode {
  const { language } = useWords();
  if (isSimple(value)) {
    return (
      <li>
        <span className="muted">{visibleText(name, true)}</span> <Leaf value={value} path={path} onFind={onFind} />
      </li>
    );
  }
  const children = Object.entries(value as object);
  if (children.length === 0) {
    return (
      <li>
        <span className="muted">
          {visibleText(name, true)} ({formatNumber(language, 0)})
        </span>
      </li>
    );
  }
  return (
    <li>
      <details open={depth < openDepth}>
        <summary>
          <span className="muted">{visibleText(name, true)}</span> <span className="muted">({formatNumber(language, children.length)})</span>
        </summary>
        <Children value={value as object} depth={depth + 1} path={path} onFind={onFind} />
      </details>
    </li>
  );
}

function Children({ value, depth, path, onFind }: { value: object; depth: number; path: Path; onFind: OnFind | undefined }): ReactNode {
  const { language } = useWords();
  const children = Object.entries(value);
  return (
    <ul className={depth === 0 ? styles.payload : undefined}>
      {children.slice(0, mostChildren).map(([key, inner]) => (
        <Branch key={key} name={key} value={inner} depth={depth} path={[...path, Array.isArray(value) ? Number(key) : key]} onFind={onFind} />
      ))}
      {children.length > mostChildren && <li className="muted">+ {formatNumber(language, children.length - mostChildren)}</li>}
    </ul>
  );
}

export function PayloadTree({ value, onFind }: { value: unknown; onFind?: OnFind }): ReactNode {
  if (isSimple(value)) {
    return (
      <p className={styles.payload}>
        <Leaf value={value} path={[]} onFind={onFind} />
      </p>
    );
  }
  return <Children value={value as object} depth={0} path={[]} onFind={onFind} />;
}
