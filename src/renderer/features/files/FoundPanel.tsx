// One thing that was found: where and when it was there, what can be done with it, and a look inside as it was last.
import { ActionIcon, Button } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import type { FoundName } from '../../../contract/names.ts';
import type { Snapshot } from '../../../contract/snapshots.ts';
import { folderAddress, historyAddress, historyOf } from '../../ui/files-address.ts';
import { Shape } from '../../ui/Shape.tsx';
import { useWords } from '../../ui/words.tsx';
import { ContentFacts, SeenFacts } from './Facts.tsx';
import { useRestoreOf } from './restore-of.ts';
import { Look } from './VersionPanel.tsx';
import styles from './Files.module.css';

export function FoundPanel({ found, gone, snapshot, onClose }: { found: FoundName; gone: boolean; snapshot: Snapshot | undefined; onClose(): void }): ReactNode {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const restore = useRestoreOf();
  const { path, label, newest, oldest, snapshotCount } = found;
  return (
    <aside className={`card ${styles.panel}`} aria-label={t('find.panel')} data-testid="found-panel">
      <div className={styles.panelHead}>
        <h2 className="grow ellipsis">{label.slice(label.lastIndexOf('/') + 1)}</h2>
        <ActionIcon variant="subtle" color="gray" aria-label={t('word.close')} onClick={onClose}>
          <IconX size={16} />
        </ActionIcon>
      </div>
      {gone && (
        <p className="row">
          <Shape tone="attention" size={16} /> {t('find.gone')}
        </p>
      )}
      <div className={styles.actions}>
        <Button onClick={() => restore(newest.id, path)}>{t('files.restore')}</Button>
        <Button variant="default" onClick={() => navigate(historyAddress(snapshot ? historyOf(snapshot) : { repository: newest.repositoryName }, path))}>
          {t('files.history')}
        </Button>
        <Link href={folderAddress(newest.id, path)}>{t('files.folder')}</Link>
      </div>
      <dl className={styles.facts}>
        <dt>{t('files.path')}</dt>
        <dd className="mono">{label}</dd>
        <ContentFacts of={found} />
        <SeenFacts newest={newest} oldest={oldest} />
        <dt>{t('files.heldBy')}</dt>
        <dd>{t('word.snapshots', { count: snapshotCount })}</dd>
      </dl>
      <Look snapshotId={newest.id} path={path} version={found} />
    </aside>
  );
}
