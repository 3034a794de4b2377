// What stands in the place of a screen that loads, cannot be loaded or has nothing to show yet: its heading is there from the first moment, for those who find
// their way by headings.
import type { ReactNode } from 'react';
import { useWords } from './words.tsx';

/** Without children: that it loads. */
export function Instead({ title, children }: { title: string; children?: ReactNode }): ReactNode {
  const { t } = useWords();
  return (
    <>
      <h1 className="visually-hidden">{title}</h1>
      {children ?? (
        <p className="visually-hidden" data-testid="loading">
          {t('word.loading')}
        </p>
      )}
    </>
  );
}
