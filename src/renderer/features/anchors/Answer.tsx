// What came of comparing one checkpoint with the record, in a sentence, at once.
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { isGrave, type Anchor } from '../../../contract/anchors.ts';
import { anchorSentence } from '../../../contract/copy/anchors.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import { Shape, type Tone } from '../../ui/Shape.tsx';
import { Moment, Sentence, useWords } from '../../ui/words.tsx';
import styles from './Anchors.module.css';

export function toneOf(anchor: Pick<Anchor, 'outcome' | 'form' | 'outside'>): Tone {
  if (anchor.outcome === 'fits') return anchor.outside ? 'good' : 'info';
  return isGrave(anchor) ? 'bad' : 'attention';
}

export function Answer({ anchor }: { anchor: Anchor }): ReactNode {
  const { t, language } = useWords();
  return (
    <div className={styles.answer} role={anchor.outcome === 'fits' ? 'status' : 'alert'} data-testid="anchor-answer" data-outcome={anchor.outcome}>
      <Shape tone={toneOf(anchor)} size={18} />
      <p>{anchorSentence(language, anchor)}</p>
      {anchor.witness !== null && anchor.witnessedAt !== null && (
        <p className="muted">
          <Sentence of="anchors.cosigned" params={{ witness: visibleText(anchor.witness, true) }} slots={{ when: <Moment at={anchor.witnessedAt} form="when" /> }} />
        </p>
      )}
      {anchor.outcome === 'fits' && !anchor.outside && <p className="muted">{t('anchors.sameDrive')}</p>}
      <p>
        <Link href={`/log/${anchor.seq}`}>{t('anchors.recorded', { seq: anchor.seq })}</Link>
      </p>
    </div>
  );
}
