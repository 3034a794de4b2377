import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import type { MessageKey } from '../../contract/copy/catalogue.ts';
import { useWords } from '../ui/words.tsx';
import styles from './shell.module.css';

const rows: readonly [string, MessageKey][] = [
  ['Ctrl K', 'help.palette'],
  ['/', 'help.search'],
  ['j  ↓', 'help.down'],
  ['k  ↑', 'help.up'],
  ['Enter', 'help.open'],
  ['Esc', 'help.leave'],
  ['r', 'help.raw'],
  ['n', 'help.note'],
  ['x', 'help.reviewed'],
  ['g', 'help.goto'],
  ['?', 'help.help']
];

export function HelpModal({ onClose }: { onClose(): void }): ReactNode {
  const { t } = useWords();
  return (
    <Modal opened onClose={onClose} title={t('help.title')} closeButtonProps={{ 'aria-label': t('word.close') }}>
      <dl className={styles.help}>
        {rows.map(([key, words]) => [
          <dt key={key}>
            <kbd className={styles.key}>{key}</kbd>
          </dt>,
          <dd key={`${key}-words`}>{t(words)}</dd>
        ])}
      </dl>
    </Modal>
  );
}
