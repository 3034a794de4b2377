// What stands out, as sentences with their numbers; each leads to its entries.
import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { describeHint } from '../../../contract/copy/hints.ts';
import type { LogFilter } from '../../../contract/log.ts';
import type { LogHint } from '../../../contract/review.ts';
import { createCell, useCell } from '../../api/cell.ts';
import { Shape } from '../../ui/Shape.tsx';
import { useWords } from '../../ui/words.tsx';
import { useHints } from './queries.ts';
import styles from './Log.module.css';

const few = 2;
/** Hidden until the page is loaded again. */
const hidden = createCell(false);

/** The entries that a hint speaks of. */
export function filterOfHint(hint: LogHint, at: string, windowMs: number): LogFilter {
  const since = new Date(Date.parse(at) - windowMs).toISOString();
  const about: LogFilter = { [hint.about.kind]: [hint.about.name ?? hint.about.value] };
  if (hint.kind === 'rate' && hint.direction === 'more') return { ...about, since };
  return hint.kind === 'new' ? { ...about, since: hint.at } : about;
}

export function Hints({ onShow }: { onShow(filter: LogFilter): void }): ReactNode {
  const { t, language } = useWords();
  const isHidden = useCell(hidden);
  const found = useHints(!isHidden).data;
  const [all, setAll] = useState(false);
  if (isHidden || !found || found.hints.length === 0) return null;
  const context = { windowMs: found.windowMs, now: new Date(found.at) };
  const shown = all ? found.hints : found.hints.slice(0, few);
  const rest = found.hints.length - few;
  return (
    <section className={styles.hints} aria-label={t('review.hints')} data-testid="hints">
      <Shape tone="attention" size={16} />
      <ul className="plain-list">
        {shown.map((hint) => (
          <li key={`${hint.kind}/${hint.about.kind}/${hint.about.value}`}>
            <span>
              {describeHint(language, hint, context).map((part, index) =>
                part.param === 'name' ? (
                  <span key={index} className={hint.about.kind === 'action' ? 'mono' : 'strong'}>
                    {part.text}
                  </span>
                ) : (
                  part.text
                )
              )}
            </span>{' '}
            <button type="button" className={styles.link} onClick={() => onShow(filterOfHint(hint, found.at, found.windowMs))}>
              {t('review.hintShow')}
            </button>
          </li>
        ))}
      </ul>
      {rest > 0 && (
        <button type="button" className={styles.link} aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? t('review.hintsFewer') : t('review.hintsMore', { count: rest })}
        </button>
      )}
      <ActionIcon variant="subtle" color="gray" size={22} aria-label={t('review.hintsHide')} title={t('review.hintsHide')} onClick={() => hidden.set(true)}>
        <IconX size={14} />
      </ActionIcon>
    </section>
  );
}
