// One version: what is known of it, what can be done with it, and a look inside.
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { HistoryVersion } from '../../../contract/history.ts';
import { formatExact } from '../../../contract/copy/values.ts';
import { FileContent } from '../../ui/FilePreview.tsx';
import { folderAddress } from '../../ui/files-address.ts';
import { useWords } from '../../ui/words.tsx';
import { ContentFacts, kindOrSize, SeenFacts } from './Facts.tsx';
import { useRestoreOf } from './restore-of.ts';
import { placeOf, type HistoryRow } from './versions.ts';
import { WhatDiffers } from './WhatDiffers.tsx';
import styles from './Files.module.css';

/** The file as it was, where it can be looked into. */
export function Look({ snapshotId, path, version }: { snapshotId: string; path: string; version: Pick<HistoryVersion, 'type' | 'sizeBytes'> }): ReactNode {
  if (version.type !== 'file') return null;
  return (
    <div className={styles.look} data-testid="look">
      <FileContent snapshotId={snapshotId} entry={{ path, name: path.slice(path.lastIndexOf('/') + 1), sizeBytes: version.sizeBytes }} />
    </div>
  );
}

export function VersionPanel({ version, number, count, onBeside }: { version: HistoryVersion; number: number; count: number; onBeside: (() => void) | undefined }): ReactNode {
  const { t, language } = useWords();
  const restore = useRestoreOf();
  const place = placeOf(version);
  const { newest, oldest, snapshotCount, snapshots } = version;
  return (
    <>
      <h2>{t('history.version', { number, count })}</h2>
      <div className={styles.actions}>
        <Button onClick={() => restore(newest.id, place.path)}>{t('history.restore')}</Button>
        {onBeside && (
          <Button variant="default" onClick={onBeside}>
            {t('history.beside')}
          </Button>
        )}
        <Link href={folderAddress(newest.id, place.path)}>{t('files.folder')}</Link>
      </div>
      <dl className={styles.facts}>
        <ContentFacts of={version} />
        <SeenFacts newest={newest} oldest={oldest} />
        <dt>{t('history.places')}</dt>
        <dd className="mono">
          {version.places.map(({ path, label }) => (
            <span key={path} className={styles.place}>
              {label}
            </span>
          ))}
        </dd>
        {version.metadata.length > 0 && (
          <>
            <dt>{t('history.also')}</dt>
            <dd>{version.metadata.map((part) => t(`history.meta.${part}`)).join(', ')}</dd>
          </>
        )}
      </dl>
      <details>
        <summary>{snapshots.length < snapshotCount ? t('history.snapshotsCut', { shown: snapshots.length, count: snapshotCount }) : t('history.snapshots', { count: snapshotCount })}</summary>
        <ul className={`plain-list ${styles.holders}`}>
          {snapshots.map(({ id, shortId, at, repositoryName, incomplete }) => (
            <li key={id}>
              <Link href={`/snapshots/${id}`}>
                {formatExact(language, new Date(at))} <span className="mono">{shortId}</span>
              </Link>{' '}
              <span className="muted">
                {repositoryName}
                {incomplete ? `, ${t('core.incomplete')}` : ''}
              </span>
            </li>
          ))}
        </ul>
      </details>
      <Look snapshotId={newest.id} path={place.path} version={version} />
    </>
  );
}

/** Snapshots in a row that do not hold it, and what that may mean. */
export function NotHeldPanel({ stretch: { state, reason, newest, oldest, snapshotCount } }: Pick<HistoryRow, 'stretch'>): ReactNode {
  const { t, reason: inWords } = useWords();
  const kind = state === 'held' ? 'absent' : state;
  return (
    <>
      <h2>{t(`history.${kind}`)}</h2>
      <p>{t(`history.${kind}Sub`, { reason: inWords(reason ?? '') })}</p>
      <dl className={styles.facts}>
        <dt>{t('files.heldBy')}</dt>
        <dd>{t('word.snapshots', { count: snapshotCount })}</dd>
        <SeenFacts newest={newest} oldest={oldest} />
      </dl>
    </>
  );
}

/** Two versions next to each other, the older one first. */
export function SideBySide({ older, newer, numbers, count, onClose }: { older: HistoryVersion; newer: HistoryVersion; numbers: readonly [number, number]; count: number; onClose(): void }): ReactNode {
  const words = useWords();
  const { t, language } = words;
  const restore = useRestoreOf();
  return (
    <>
      <div className={styles.panelHead}>
        <h2 className="grow">{t('history.side')}</h2>
        <Link href={`/compare/${older.newest.id}/${newer.newest.id}`}>{t('history.compare')}</Link>
        <Button variant="subtle" onClick={onClose}>
          {t('history.closeSide')}
        </Button>
      </div>
      {older.type === 'file' && newer.type === 'file' && <WhatDiffers older={older} newer={newer} />}
      <div className={styles.sides}>
        {[older, newer].map((version, side) => (
          <section key={side} aria-labelledby={`side-${side}`} data-testid={`side-${side}`}>
            <h3 id={`side-${side}`} className="strong">
              {t('history.version', { number: numbers[side] ?? 0, count })}
            </h3>
            <p className="muted">
              {formatExact(language, new Date(version.modifiedAt))}, {kindOrSize(words, version)}
            </p>
            <Button variant="default" size="compact-sm" onClick={() => restore(version.newest.id, placeOf(version).path)}>
              {t('history.restore')}
            </Button>
            <Look snapshotId={version.newest.id} path={placeOf(version).path} version={version} />
          </section>
        ))}
      </div>
    </>
  );
}
