// The sheet to keep: only on paper, never on screen.
import { useState, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { formatExact } from '../../../contract/copy/values.ts';
import { useWords } from '../../ui/words.tsx';
import styles from './Welcome.module.css';

export function PrintSheet({ password, path, vault }: { password: string; path: string; vault: boolean }): ReactNode {
  const { t, language } = useWords();
  const [now] = useState(() => new Date());
  return createPortal(
    <div className={`print-sheet ${styles.sheet}`} aria-hidden="true">
      <h1>{t('hi.sheetTitle')}</h1>
      <p className={styles.sheetPassword}>{password}</p>
      <p>{t('hi.sheetPlace', { path })}</p>
      <p>{t('hi.sheetHow')}</p>
      <p>{t('hi.sheetKeep')}</p>
      {vault && (
        <p>
          {t('hi.vaultSheet')}: ______________________________________
        </p>
      )}
      <p>{t('hi.sheetDate', { when: formatExact(language, now) })}</p>
    </div>,
    document.body
  );
}
