// Runs as a row of marks, the oldest first: each has a shape of its own, and the row says in words what it shows.
import type { ReactNode } from 'react';
import { runStateWord } from '../../contract/copy/runs.ts';
import { formatWhen } from '../../contract/copy/values.ts';
import type { RunMark as Marked } from '../../contract/jobs.ts';
import type { RunState } from '../../contract/runs.ts';
import { markOf, type Mark } from './run-state.ts';
import { useNow, useWords, type Words } from './words.tsx';
import styles from './RunMark.module.css';

/** Decorative: the words beside it, or of its row, say the same. */
export function MarkShape({ mark }: { mark: Mark | 'none' }): ReactNode {
  const box = { x: 1, y: 2, width: 8, height: 16, rx: 1.5 };
  return (
    <svg className={styles.mark} data-mark={mark} width="10" height="20" viewBox="0 0 10 20" aria-hidden="true">
      {mark === 'done' && <rect {...box} />}
      {mark === 'gaps' && <path d="M1 10l8-3v9.5a1.5 1.5 0 0 1-1.5 1.5h-5A1.5 1.5 0 0 1 1 16.5z" />}
      {mark === 'failed' && (
        <>
          <rect {...box} className={styles.line} />
          <path d="M2.6 6.6l4.8 6.8M7.4 6.6l-4.8 6.8" className={styles.line} />
        </>
      )}
      {mark === 'unknown' && <rect {...box} className={styles.dashed} />}
      {mark === 'stopped' && <rect x="1" y="8.5" width="8" height="3" rx="1" />}
      {mark === 'missed' && <circle cx="5" cy="14.6" r="2.4" className={styles.line} />}
      {mark === 'live' && <path d="M2 4.5v11l6.5-5.5z" className={styles.line} />}
      {mark === 'none' && <path d="M1.5 17.4h7" className={styles.line} />}
    </svg>
  );
}

/** `12 done, 1 failed`, the most frequent first. */
export function countStates({ language, t }: Words, states: readonly RunState[]): string {
  const counts = new Map<string, number>();
  for (const state of states) counts.set(runStateWord(language, { state, cause: null }), (counts.get(runStateWord(language, { state, cause: null })) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a).map(([word, count]) => t('jobs.countOf', { count, word })).join(', ');
}

/** `mini`: fixed room for the last 14. */
export function RunMarks({ marks, href }: { marks: readonly Marked[]; href?: (id: string) => string }): ReactNode {
  const words = useWords();
  const now = useNow();
  const label = marks.length === 0 ? words.t('jobs.noRuns') : words.t('jobs.lastRuns', { count: marks.length, states: countStates(words, marks.map(({ state }) => state)) });
  const said = ({ state, at }: Marked): string => `${formatWhen(words.language, new Date(at), now)}: ${runStateWord(words.language, { state, cause: null })}`;
  if (href !== undefined) {
    return (
      <ul className={`plain-list ${styles.marks}`} aria-label={label}>
        {marks.map((mark) => (
          <li key={mark.id}>
            <a href={`#${href(mark.id)}`} title={said(mark)} aria-label={said(mark)}>
              <MarkShape mark={markOf(mark.state)} />
            </a>
          </li>
        ))}
      </ul>
    );
  }
  return (
    <span className={styles.marks} role="img" aria-label={label}>
      {marks.map((mark) => (
        <span key={mark.id} title={said(mark)}>
          <MarkShape mark={markOf(mark.state)} />
        </span>
      ))}
    </span>
  );
}
