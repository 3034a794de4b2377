// What would happen, before anything is written: counts in words, space, every file in the way, every name refused.
// What scrolls must be reachable by keyboard (WCAG 2.1.1).
/* oxlint-disable jsx-a11y/no-noninteractive-tabindex */
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import type { RestoreInput, RestorePreview } from '../../../contract/snapshots.ts';
import { useClient, useStartTask } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { useWords, type Words } from '../../ui/words.tsx';
import { SnapshotLine } from './steps.tsx';
import styles from './Restore.module.css';

/** `1,528 files come back, 2 are replaced, 1 is kept as it is.` */
export function previewSentence({ t }: Words, preview: RestorePreview): string {
  const parts = [t('restore.come', { count: preview.newFiles })];
  if (preview.replacedFiles > 0) parts.push(t('restore.replaced', { count: preview.replacedFiles }));
  if (preview.keptFiles > 0) parts.push(t('restore.kept', { count: preview.keptFiles }));
  if (preview.besideFiles > 0) parts.push(t('restore.beside', { count: preview.besideFiles }));
  if (preview.identicalFiles > 0) parts.push(t('restore.same', { count: preview.identicalFiles }));
  return `${parts.join(', ')}.`;
}

const actionWords = { keep: 'restore.actionKeep', replace: 'restore.actionReplace', both: 'restore.actionBoth', identical: 'restore.actionIdentical', metadata: 'restore.actionMetadata' } as const;

interface CheckStepProps {
  input: RestoreInput;
  label: string;
  onStarted(taskId: string): void;
  back: ReactNode;
}

export function CheckStep({ input, label, onStarted, back }: CheckStepProps): ReactNode {
  const words = useWords();
  const { t, bytes, reason } = words;
  const client = useClient();
  const start = useStartTask();
  const check = useQuery({ queryKey: ['restore-preview', input], queryFn: ({ signal }) => client.restores.preview(input, { signal }), staleTime: 0, gcTime: 0, retry: false });
  const preview = check.data;
  const writes = preview ? preview.newFiles + preview.replacedFiles + preview.besideFiles : 0;
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
            {t(preview.enoughSpace ? 'restore.space' : 'restore.noSpace', { size: bytes(preview.newBytes), free: bytes(preview.freeBytes) })} {preview.replacedFiles === 0 && t('restore.nothingTouched')}
          </p>
          {preview.replacedFiles > 0 && (
            <p className={styles.alarm}>
              <Shape tone="attention" size={16} /> {t('restore.overwrites', { count: preview.replacedFiles })}
            </p>
          )}
          <dl className={`card ${styles.facts}`}>
            <dt>{t('restore.summaryFrom')}</dt>
            <dd>
              <SnapshotLine snapshot={preview.snapshot} label={label} />
            </dd>
            <dt>{t('restore.to')}</dt>
            <dd className="mono">{preview.target === null ? t('restore.inPlaceTarget') : visibleText(preview.target, true)}</dd>
            <dt>{t('restore.summaryFolders')}</dt>
            <dd>{t('word.folders', { count: preview.folders })}</dd>
          </dl>
          {preview.conflicts.length > 0 && (
            <section>
              <h3 className="heading">{t('restore.conflicts')}</h3>
              <ul className={`card plain-list ${styles.conflicts}`} tabIndex={0}>
                {preview.conflicts.map((conflict) => (
                  <li key={conflict.path}>
                    <span className="ellipsis">{visibleText(conflict.path, true)}</span>
                    <span className="muted">{t(actionWords[conflict.action])}</span>
                  </li>
                ))}
              </ul>
            </section>
          )}
          {preview.refused.length > 0 && (
            <section>
              <p className={styles.alarm}>
                <Shape tone="attention" size={16} /> {t('restore.refused', { count: preview.refused.length })}
              </p>
              <ul className={`card plain-list ${styles.conflicts}`} tabIndex={0}>
                {preview.refused.map((gap) => (
                  <li key={gap.path}>
                    <span className="ellipsis">{visibleText(gap.path, true)}</span>
                    <span className="muted mono">{reason(gap.reason)}</span>
                  </li>
                ))}
              </ul>
            </section>
          )}
        </>
      )}
      {start.isError && <ErrorNotice error={start.error} />}
      <div className={styles.buttons}>
        <Button
          disabled={!preview || !preview.enoughSpace}
          loading={start.isPending}
          onClick={() => start.mutate((engine) => engine.restores.start(input), { onSuccess: onStarted })}
        >
          {t('restore.start', { count: writes })}
        </Button>
        <span className="grow" />
        {back}
      </div>
    </>
  );
}
