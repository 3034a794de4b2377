// What would happen, before anything is written: counts in words, space, and every change.
import { Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import type { ConflictChoice, RestoreAction, RestoreInput, RestorePreview } from '../../../contract/snapshots.ts';
import { useClient, useStartTask } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { useWords, type Words } from '../../ui/words.tsx';
import { ChangeList } from './ChangeList.tsx';
import { SnapshotLine } from './steps.tsx';
import styles from './Restore.module.css';

/** `1,528 files come back, 2 are replaced, 1 is kept as it is.` */
export function previewSentence({ t }: Words, preview: RestorePreview): string {
  const parts = [t('restore.come', { count: preview.newFiles })];
  if (preview.replacedFiles > 0) parts.push(t('restore.replaced', { count: preview.replacedFiles }));
  if (preview.keptFiles > 0) parts.push(t('restore.kept', { count: preview.keptFiles }));
  if (preview.besideFiles > 0) parts.push(t('restore.beside', { count: preview.besideFiles }));
  if (preview.deletedEntries > 0) parts.push(t('restore.deletes', { count: preview.deletedEntries }));
  if (preview.metadataChanges > 0) parts.push(t('restore.touches', { count: preview.metadataChanges }));
  if (preview.identicalFiles > 0) parts.push(t('restore.same', { count: preview.identicalFiles }));
  return `${parts.join(', ')}.`;
}

/** What the filters of the list count: files, and the folders among what comes back. */
function countsOf(preview: RestorePreview): Partial<Record<RestoreAction, number>> {
  const { newFiles, folders, links, special, replacedFiles, keptFiles, besideFiles, identicalFiles, metadataChanges, deletedEntries, refused } = preview;
  return { new: newFiles + folders + links + special, replaced: replacedFiles, kept: keptFiles, both: besideFiles, same: identicalFiles, metadata: metadataChanges, deleted: deletedEntries, refused: refused.length };
}

interface CheckStepProps {
  input: RestoreInput;
  label: string;
  onChoose(choice: ConflictChoice): void;
  onStarted(taskId: string): void;
  back: ReactNode;
}

export function CheckStep({ input, label, onChoose, onStarted, back }: CheckStepProps): ReactNode {
  const words = useWords();
  const { t, bytes } = words;
  const client = useClient();
  const start = useStartTask();
  const check = useQuery({ queryKey: ['restore-preview', input], queryFn: ({ signal }) => client.restores.preview(input, { signal }), staleTime: 0, gcTime: 0, retry: false, placeholderData: keepPreviousData });
  const preview = check.isError ? undefined : check.data;
  const inPlace = input.target === null;
  const writes = preview ? preview.newFiles + preview.replacedFiles + preview.besideFiles : 0;
  const touches = preview ? preview.replacedFiles + preview.deletedEntries : 0;
  return (
    <>
      {check.isPending && (
        <p className={styles.headline} role="status">
          {t('restore.checking')}
        </p>
      )}
      {check.isError && <ErrorNotice error={check.error} onRetry={() => void check.refetch()} />}
      {preview && (
        <>
          <h2 className={styles.headline} data-testid="preview-sentence">
            {previewSentence(words, preview)}
          </h2>
          <p className={preview.enoughSpace ? 'muted' : styles.alarm}>
            {!preview.enoughSpace && <Shape tone="bad" size={16} />}
            {t(preview.enoughSpace ? 'restore.space' : 'restore.noSpace', { size: bytes(preview.newBytes), free: bytes(preview.freeBytes) })} {touches + preview.metadataChanges === 0 && t('restore.nothingTouched')}
          </p>
          {touches > 0 && (
            <p className={styles.alarm}>
              <Shape tone="attention" size={16} /> {t(inPlace ? 'restore.touchesInPlace' : 'restore.overwrites', { count: touches })}
            </p>
          )}
          <dl className={`card ${styles.facts}`}>
            <dt>{t('restore.summaryFrom')}</dt>
            <dd>
              <SnapshotLine snapshot={preview.snapshot} label={label} />
            </dd>
            <dt>{t('restore.to')}</dt>
            <dd className="mono">{preview.target === null ? preview.snapshot.paths.map((path) => visibleText(path, true)).join(', ') : visibleText(preview.target, true)}</dd>
            <dt>{t('restore.summaryFolders')}</dt>
            <dd>{t('word.folders', { count: preview.folders })}</dd>
            {preview.sparedEntries > 0 && (
              <>
                <dt>{t('restore.summarySpared')}</dt>
                <dd>{t('restore.spared', { count: preview.sparedEntries })}</dd>
              </>
            )}
          </dl>
          {preview.refused.length > 0 && (
            <p className={styles.alarm}>
              <Shape tone="attention" size={16} /> {t('restore.refused', { count: preview.refused.length })}
            </p>
          )}
          <ChangeList token={preview.token} counts={countsOf(preview)} conflict={input.conflict ?? 'keep'} choices={input.choices ?? []} onChoose={onChoose} />
        </>
      )}
      {start.isError && <ErrorNotice error={start.error} onRetry={() => (start.reset(), void check.refetch())} />}
      <div className={styles.buttons}>
        <Button
          disabled={!preview || !preview.enoughSpace || check.isFetching}
          loading={start.isPending}
          onClick={() => preview && start.mutate((engine) => engine.restores.start({ ...input, token: preview.token }), { onSuccess: onStarted })}
        >
          {t('restore.start', { count: writes })}
        </Button>
        <span className="grow" />
        {back}
      </div>
    </>
  );
}
