// The sign of a kind of change: a letter-like mark of its own shape, never colour alone. The word stands beside it or is its name.
import type { ReactNode } from 'react';
import type { ChangeKind } from '../../../contract/compare.ts';
import styles from './Compare.module.css';

const signs: Record<ChangeKind, string> = { added: '+', removed: '−', content: '≠', metadata: '≈', type: '⇄', moved: '→' };

export function ChangeMark({ kind, label }: { kind: ChangeKind | null; label?: string }): ReactNode {
  return (
    <span className={styles.mark} data-kind={kind ?? 'inside'} {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label, title: label })}>
      {kind === null ? '·' : signs[kind]}
    </span>
  );
}
