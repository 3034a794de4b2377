// What will be here, one button, one example.
import type { ReactNode } from 'react';
import styles from './EmptyState.module.css';

export function EmptyState({ sentence, action, example }: { sentence: string; action?: ReactNode; example?: ReactNode }): ReactNode {
  return (
    <div className={styles.empty}>
      <svg width="64" height="46" viewBox="0 0 64 46" aria-hidden="true">
        <rect x="8" y="3" width="48" height="7" rx="2.5" fill="none" stroke="var(--line-strong)" strokeDasharray="4 3" />
        <rect x="8" y="14" width="48" height="4" rx="2" fill="var(--k-other)" opacity=".7" />
        <rect x="8" y="21" width="48" height="10" rx="2" fill="var(--k-text)" opacity=".55" />
        <rect x="8" y="34" width="48" height="6" rx="2" fill="var(--k-binary)" opacity=".5" />
      </svg>
      <p>{sentence}</p>
      {action}
      {example !== undefined && <code className={styles.example}>{example}</code>}
    </div>
  );
}
