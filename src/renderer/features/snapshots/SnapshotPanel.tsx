// One snapshot opened: its numbers, tags, pin, note and folders, its files, and the way to bring them back.
import { ActionIcon, Button } from '@mantine/core';
import { IconPinFilled, IconX } from '@tabler/icons-react';
import { useEffect, useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatExact } from '../../../contract/copy/values.ts';
import type { Snapshot, TreeEntry } from '../../../contract/snapshots.ts';
import { useRestoreDraft } from '../../api/restore-draft.tsx';
import { changesInWords, isPinned } from '../../ui/CoreSample.tsx';
import { FilePreview } from '../../ui/FilePreview.tsx';
import { FileTree } from '../../ui/FileTree.tsx';
import { historyAddress, historyOf, putBackAddress, tryAddress } from '../../ui/files-address.ts';
import { ForgetDialog } from '../../ui/ForgetDialog.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { Moment, useWords } from '../../ui/words.tsx';
import { Note, PinButton, Tags } from './Keeping.tsx';
import { MetricCharts } from './MetricCharts.tsx';
import { TestedLine } from './TestedLine.tsx';
import styles from './Snapshots.module.css';

interface SnapshotPanelProps {
  snapshot: Snapshot;
  title: string;
  /** A path among its files that is shown at the start. */
  reveal: string | undefined;
  /** All snapshots, newest first. */
  all: readonly Snapshot[];
  onClose(): void;
}

export function SnapshotPanel({ snapshot, title, reveal, all, onClose }: SnapshotPanelProps): ReactNode {
  const words = useWords();
  const { t, bytes, language } = words;
  const [, navigate] = useLocation();
  const { setDraft } = useRestoreDraft();
  const [chosen, setChosen] = useState<string[]>([]);
  const [preview, setPreview] = useState<TreeEntry>();
  const [forgetting, setForgetting] = useState(false);
  useEffect(() => {
    setChosen([]);
    setPreview(undefined);
    // Other tags give it another id; it is the same snapshot.
  }, [snapshot.lineage]);
  const { summary } = snapshot;
  const restore = (include: string[]): void => {
    setDraft({ snapshotId: snapshot.id, include });
    navigate(`/restore/${snapshot.id}`);
  };
  const toHistory = (path: string): void => navigate(historyAddress(historyOf(snapshot), path));
  const [only] = chosen.length === 1 ? chosen : [];
  return (
    <aside className={`card ${styles.panel}`} aria-label={t('snap.panel')} data-testid="snapshot-panel">
      <div className={styles.panelHead}>
        <div className="grow">
          <h2 className="ellipsis">{title}</h2>
          <p className="muted">
            {formatExact(language, new Date(snapshot.at))} (<Moment at={snapshot.at} />)
          </p>
        </div>
        {only !== undefined && (
          <Button variant="default" onClick={() => toHistory(only)}>
            {t('files.history')}
          </Button>
        )}
        <Button onClick={() => restore(chosen)}>{chosen.length > 0 ? t('snap.restoreChosen', { count: chosen.length }) : t('snap.restoreAll')}</Button>
        <ActionIcon variant="subtle" color="gray" aria-label={t('word.close')} onClick={onClose}>
          <IconX size={16} />
        </ActionIcon>
      </div>
      {snapshot.incomplete && (
        <p className={styles.gaps}>
          <Shape tone="attention" size={16} /> {t('snap.incomplete')}
        </p>
      )}
      <dl className={styles.facts}>
        <dt>{t('snap.total')}</dt>
        <dd>{summary === null ? t('snap.noSummary') : `${t('word.files', { count: summary.totalFiles })}, ${bytes(summary.totalBytes)}`}</dd>
        {summary !== null && (
          <>
            <dt>{t('snap.changes')}</dt>
            <dd>{changesInWords(words, { ...snapshot, summary: { ...summary, dataAdded: 0 } })}</dd>
            <dt>{t('snap.addedBytes')}</dt>
            <dd>{t('snap.addedPacked', { size: bytes(summary.dataAdded), packed: bytes(summary.dataAddedPacked) })}</dd>
          </>
        )}
        <dt>{t('snap.tags')}</dt>
        <dd>
          <Tags key={snapshot.lineage} snapshot={snapshot} />
        </dd>
        <dt>{t('keep.note')}</dt>
        <dd>
          <Note key={snapshot.lineage} snapshot={snapshot} />
        </dd>
        <dt>{t('snap.tested')}</dt>
        <dd>
          <TestedLine snapshot={snapshot} />
        </dd>
        <dt>{t('snap.paths')}</dt>
        <dd className="mono">{snapshot.paths.map((path) => visibleText(path, true)).join(', ')}</dd>
      </dl>
      <div className={styles.actions}>
        <PinButton key={snapshot.lineage} snapshots={[snapshot]} pinned={isPinned(snapshot)} />
        <Button variant="default" title={t('compare.withNow')} onClick={() => navigate(`/compare/${snapshot.id}/now`)}>
          {t('compare.with')}
        </Button>
        {chosen.length < 2 && (
          <>
            <Button variant="default" title={only === undefined ? t('back.lead') : t('back.doNamed', { name: visibleText(only.slice(only.lastIndexOf('/') + 1), true) })} onClick={() => navigate(putBackAddress(snapshot.id, only))}>
              {t('back.do')}
            </Button>
            <Button variant="default" title={only === undefined ? t('trials.lead') : t('trials.doNamed', { name: visibleText(only.slice(only.lastIndexOf('/') + 1), true) })} onClick={() => navigate(tryAddress(snapshot.id, only))}>
              {t('trials.do')}
            </Button>
          </>
        )}
        <Button variant="default" onClick={() => setForgetting(true)}>
          {t('keep.forgetOne')}
        </Button>
        {isPinned(snapshot) && (
          <span className="row muted" data-testid="pinned">
            <IconPinFilled size={14} aria-hidden /> {t('keep.pinned')}
          </span>
        )}
      </div>
      {forgetting && <ForgetDialog input={{ repository: snapshot.repositoryId, snapshots: [snapshot.id] }} name={snapshot.repositoryName} onClose={() => setForgetting(false)} onDone={onClose} />}
      <MetricCharts snapshot={snapshot} all={all} />
      <details>
        <summary>{t('word.details')}</summary>
        <dl className={styles.facts}>
          <dt>{t('snap.repo')}</dt>
          <dd>{snapshot.repositoryName}</dd>
          <dt>{t('snap.host')}</dt>
          <dd>
            {visibleText(snapshot.hostname, true)} ({visibleText(snapshot.username, true)})
          </dd>
          <dt>{t('snap.program')}</dt>
          <dd>{visibleText(snapshot.program, true) || '–'}</dd>
          <dt>{t('snap.id')}</dt>
          <dd className={`mono ${styles.id}`}>{snapshot.id}</dd>
        </dl>
      </details>
      <div className={styles.files}>
        <FileTree snapshotId={snapshot.id} lineage={snapshot.lineage} reveal={reveal} chosen={chosen} onChoose={setChosen} onPreview={setPreview} />
      </div>
      {preview && (
        <FilePreview
          snapshotId={snapshot.id}
          entry={preview}
          onClose={() => setPreview(undefined)}
          actions={
            <>
              <Button onClick={() => restore([preview.path])}>{t('files.restore')}</Button>
              <Button variant="default" onClick={() => toHistory(preview.path)}>
                {t('files.history')}
              </Button>
            </>
          }
        />
      )}
    </aside>
  );
}
