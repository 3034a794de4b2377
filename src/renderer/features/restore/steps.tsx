// The first three steps: what, when, where.
// Rows are reached through their list (aria-activedescendant), which has the focus and the keys.
/* oxlint-disable jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus */
import { Checkbox, Radio, Select } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatWhen } from '../../../contract/copy/values.ts';
import type { Conflict, Snapshot, TreeEntry } from '../../../contract/snapshots.ts';
import { changesInWords, CoreSample } from '../../ui/CoreSample.tsx';
import { FilePreview } from '../../ui/FilePreview.tsx';
import { FileTree } from '../../ui/FileTree.tsx';
import { FolderField } from '../../ui/FolderField.tsx';
import { listMove } from '../../ui/list-keys.ts';
import { Moment, useNow, useWords } from '../../ui/words.tsx';
import type { Wizard } from './draft.ts';
import styles from './Restore.module.css';

export interface Source {
  id: string;
  label: string;
  snapshots: Snapshot[];
}

interface StepProps {
  wizard: Wizard;
  set(change: Partial<Wizard>): void;
  sources: readonly Source[];
}

export function WhatStep({ wizard, set, sources }: StepProps): ReactNode {
  const { t } = useWords();
  const [preview, setPreview] = useState<TreeEntry>();
  return (
    <>
      <h2>{t('restore.whatHead')}</h2>
      <p className="muted">{t('restore.whatSub')}</p>
      <Select
        label={t('restore.source')}
        maw={420}
        data={sources.map((source) => ({ value: source.id, label: source.label }))}
        value={wizard.source}
        onChange={(value) => {
          const source = sources.find((candidate) => candidate.id === value);
          if (source) set({ source: source.id, snapshotId: source.snapshots[0]?.id ?? null, include: [] });
        }}
      />
      <Radio.Group value={wizard.some ? 'some' : 'all'} onChange={(value) => set({ some: value === 'some' })} aria-label={t('restore.whatHead')}>
        <div className={styles.choices}>
          <Radio value="all" label={t('restore.everything')} />
          <Radio value="some" label={t('restore.some')} />
        </div>
      </Radio.Group>
      {wizard.some && wizard.snapshotId !== null && (
        <>
          <div className={styles.tree}>
            <FileTree snapshotId={wizard.snapshotId} chosen={wizard.include} onChoose={(include) => set({ include })} onPreview={setPreview} />
          </div>
          <p className="muted" role="status">
            {t('restore.chosen', { count: wizard.include.length })}
          </p>
        </>
      )}
      {preview && wizard.snapshotId !== null && <FilePreview snapshotId={wizard.snapshotId} entry={preview} onClose={() => setPreview(undefined)} />}
    </>
  );
}

export function WhenStep({ wizard, set, sources }: StepProps): ReactNode {
  const words = useWords();
  const { t, language } = words;
  const now = useNow();
  const source = sources.find((candidate) => candidate.id === wizard.source);
  const snapshots = useMemo(() => (source?.snapshots ?? []).slice(0, 500), [source]);
  const index = Math.max(0, snapshots.findIndex((snapshot) => snapshot.id === wizard.snapshotId));
  return (
    <>
      <h2>{t('restore.whenHead')}</h2>
      <p className="muted">{t('restore.whenSub')}</p>
      <div className={styles.when}>
        <div className={`card ${styles.core}`}>
          <CoreSample snapshots={snapshots} height={280} selected={wizard.snapshotId} onSelect={(snapshot) => set({ snapshotId: snapshot.id })} legend={false} planTitle={() => source?.label ?? ''} />
        </div>
        <div
          className={`card ${styles.moments}`}
          role="listbox"
          tabIndex={0}
          aria-label={t('restore.whenHead')}
          aria-activedescendant={`moment-${index}`}
          data-testid="moments"
          onKeyDown={(event) => {
            const move = listMove(event.key, index, snapshots.length, 10);
            const target = move?.kind === 'to' ? snapshots[move.index] : undefined;
            if (!target || move?.kind !== 'to') return;
            event.preventDefault();
            set({ snapshotId: target.id });
            document.getElementById(`moment-${move.index}`)?.scrollIntoView({ block: 'nearest' });
          }}
        >
          {snapshots.map((snapshot, position) => (
            <div key={snapshot.id} id={`moment-${position}`} role="option" aria-selected={snapshot.id === wizard.snapshotId} className={styles.moment} onClick={() => set({ snapshotId: snapshot.id })}>
              <span className="num">{formatWhen(language, new Date(snapshot.at), now)}</span>
              <span className="muted ellipsis">{changesInWords(words, snapshot)}</span>
            </div>
          ))}
        </div>
      </div>
    </>
  );
}

const conflicts: readonly { value: Conflict; key: 'restore.keep' | 'restore.replace' | 'restore.newer' | 'restore.both' }[] = [
  { value: 'keep', key: 'restore.keep' },
  { value: 'both', key: 'restore.both' },
  { value: 'newer', key: 'restore.newer' },
  { value: 'replace', key: 'restore.replace' }
];

export function WhereStep({ wizard, set }: StepProps): ReactNode {
  const { t } = useWords();
  return (
    <>
      <h2>{t('restore.whereHead')}</h2>
      <p className="muted">{t('restore.whereSub')}</p>
      <Radio.Group value={wizard.inPlace ? 'place' : 'folder'} onChange={(value) => set({ inPlace: value === 'place' })} aria-label={t('restore.whereHead')}>
        <div className={styles.choices}>
          <Radio value="folder" label={t('restore.newFolder')} description={t('restore.newFolderSub')} />
          <Radio value="place" label={t('restore.inPlace')} description={t('restore.inPlaceSub')} />
        </div>
      </Radio.Group>
      {!wizard.inPlace && (
        <div style={{ maxWidth: 640 }}>
          <FolderField label={t('restore.folder')} description={t('restore.folderHint')} value={wizard.target} onChange={(target) => set({ target })} />
        </div>
      )}
      <Radio.Group label={t('restore.conflictHead')} value={wizard.conflict} onChange={(value) => set({ conflict: value as Conflict })}>
        <div className={styles.choices}>
          {conflicts.map(({ value, key }) => (
            <Radio key={value} value={value} label={t(key)} description={t(`${key}Sub`)} />
          ))}
        </div>
      </Radio.Group>
      <Checkbox checked={wizard.deleteExtra} onChange={(event) => set({ deleteExtra: event.currentTarget.checked })} label={t('restore.deleteExtra')} description={t('restore.deleteExtraSub')} />
    </>
  );
}

export function SnapshotLine({ snapshot, label }: { snapshot: Snapshot; label: string }): ReactNode {
  return (
    <>
      {visibleText(label, true)}, <Moment at={snapshot.at} form="when" /> (<span className="mono">{snapshot.shortId}</span>)
    </>
  );
}
