// What differs inside a changed file: in words first, then the differences themselves by the kind of file.
import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { insideSentences } from '../../../../contract/copy/inside.ts';
import { visibleText } from '../../../../contract/copy/text.ts';
import { ErrorNotice } from '../../../ui/ErrorNotice.tsx';
import { useWords } from '../../../ui/words.tsx';
import { Pictures } from './Pictures.tsx';
import { useInside, type InsideQuestion } from './queries.ts';
import { RowList } from './RowList.tsx';
import styles from './Inside.module.css';

/** `run`: the comparison this belongs to, so that a live file is looked at anew with it. */
export function InsideView({ question, run }: { question: InsideQuestion; run: string }): ReactNode {
  const { t, language } = useWords();
  const [asBytes, setAsBytes] = useState(false);
  const looked = useInside(question, asBytes ? 'bytes' : undefined, run);
  const inside = looked.data;
  return (
    <section className={styles.inside} aria-label={t('inside.title')} data-testid="inside">
      {looked.isError && <ErrorNotice error={looked.error} onRetry={() => void looked.refetch()} />}
      {looked.isFetching && (
        <p className="muted" role="status">
          {t('inside.looking')}
        </p>
      )}
      {inside && !looked.isFetching && (
        <>
          <div className={styles.words}>
            <ul>
              {insideSentences(language, inside).map((sentence) => (
                <li key={sentence}>{visibleText(sentence, true)}</li>
              ))}
            </ul>
            {(asBytes || inside.facts.kind !== 'bytes') && !inside.same && (
              <Button variant="subtle" size="compact-sm" onClick={() => setAsBytes(!asBytes)}>
                {t(asBytes ? 'inside.asItself' : 'inside.asBytes')}
              </Button>
            )}
          </div>
          {inside.facts.kind === 'image' && !inside.same && <Pictures inside={inside} facts={inside.facts} />}
          {inside.rows > 0 && <RowList key={inside.id} inside={inside} />}
        </>
      )}
    </section>
  );
}
