// What would happen, before anything is written: counts in words, space, and every change.
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import type { ConflictChoice, RestoreAction, RestoreInput, RestorePreview } from '../../../contract/snapshots.ts';
import { placeOf } from '../../../contract/tree-path.ts';
import { useStartTask } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { useWords, type Words } from '../../ui/words.tsx';
import { ChangeList } from './ChangeList.tsx';
import { PassedOverLine, SnapshotLine } from './lines.tsx';
import { confirmed, isSoundSearch, usePreview } from './preview.ts';
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
export function countsOf(preview: RestorePreview): Partial<Record<RestoreAction, number>> {
  const { newFiles, folders, links, special, replacedFiles, keptFiles, besideFiles, identicalFiles, metadataChanges, deletedEntries, refused } = preview;
  return { new: newFiles + folders + links + special, replaced: replacedFiles, kept: keptFiles, both: besideFiles, same: identicalFiles, metadata: metadataChanges, deleted: deletedEntries, refused: refused.length };
}

/** Where it goes in place: to the few that are chosen, else to the folders that hold them. */
function placesOf({ include = [] }: RestoreInput, { snapshot: { paths } }: RestorePreview): string[] {
  const chosen = include.map((path) => placeOf(path, paths));
  return chosen.length > 0 && chosen.length <= 3 && chosen.every((place) => place !== undefined) ? chosen : paths;
}

interface CheckStepProps {
  input: RestoreInput;
  label: string;
  onChoose(choice: ConflictChoice): void;
  onStarted(taskId: string): void;
  back: ReactNode;
  /** Of the button; says how many files come when not given. */
  yes?: string;
}

/** Room, and what there is now that will be another: what to know before every change is read. */
export function Consequences({ preview, inPlace }: { preview: RestorePreview; inPlace: boolean }): ReactNode {
  const { t, bytes } = useWords();
  const touches = preview.replacedFiles + preview.deletedEntries;
  return (
    <>
      <p className={preview.enoughSpace ? 'muted' : styles.alarm}>
        {!preview.enoughSpace && <Shape tone="bad" size={16} />}
        {t(preview.enoughSpace ? 'restore.space' : 'restore.noSpace', { size: bytes(preview.newBytes), free: bytes(preview.freeBytes) })} {touches + preview.metadataChanges === 0 && t('restore.nothingTouched')}
      </p>
      {touches > 0 && (
        <p className={styles.alarm}>
          <Shape tone="attention" size={16} /> {t(inPlace ? 'restore.touchesInPlace' : 'restore.overwrites', { count: touches })}
        </p>
      )}
      {preview.refused.length > 0 && (
        <p className={styles.alarm}>
          <Shape tone="attention" size={16} /> {t('restore.refused', { count: preview.refused.length })}
        </p>
      )}
    </>
  );
}

export function CheckStep({ input, label, onChoose, onStarted, back, yes }: CheckStepProps): ReactNode {
  const words = useWords();
  const { t } = words;
  const start = useStartTask();
  const check = usePreview(input);
  const preview = check.isError ? undefined : check.data;
  const inPlace = input.target === null;
  const writes = preview ? preview.newFiles + preview.replacedFiles + preview.besideFiles : 0;
  return (
    <>
      {check.isPending && (
        <p className={styles.headline} role="status">
          {t(isSoundSearch(input) ? 'restore.checkingSound' : 'restore.checking')}
        </p>
      )}
      {check.isError && <ErrorNotice error={check.error} onRetry={() => void check.refetch()} />}
      {preview && (
        <>
          <h2 className={styles.headline} data-testid="preview-sentence">
            {previewSentence(words, preview)}
          </h2>
          <Consequences preview={preview} inPlace={inPlace} />
          <PassedOverLine passedOver={preview.passedOver} />
          <dl className={`card ${styles.facts}`}>
            <dt>{t('restore.summaryFrom')}</dt>
            <dd>
              <SnapshotLine snapshot={preview.snapshot} label={label} />
            </dd>
            <dt>{t('restore.to')}</dt>
            <dd className="mono">{preview.target === null ? placesOf(input, preview).map((path) => visibleText(path, true)).join(', ') : visibleText(preview.target, true)}</dd>
            <dt>{t('restore.summaryFolders')}</dt>
            <dd>{t('word.folders', { count: preview.folders })}</dd>
            {preview.sparedEntries > 0 && (
              <>
                <dt>{t('restore.summarySpared')}</dt>
                <dd>{t('restore.spared', { count: preview.sparedEntries })}</dd>
              </>
            )}
          </dl>
          <ChangeList token={preview.token} counts={countsOf(preview)} conflict={input.conflict ?? 'keep'} choices={input.choices ?? []} onChoose={onChoose} />
        </>
      )}
      {start.isError && <ErrorNotice error={start.error} onRetry={() => (start.reset(), void check.refetch())} />}
      <div className={styles.buttons}>
        <Button
          disabled={!preview || !preview.enoughSpace || check.isFetching}
          loading={start.isPending}
          onClick={() => preview && start.mutate((engine) => engine.restores.start(confirmed(input, preview)), { onSuccess: onStarted })}
        >
          {yes ?? t('restore.start', { count: writes })}
        </Button>
        <span className="grow" />
        {back}
      </div>
    </>
  );
}
