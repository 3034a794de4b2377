// What would happen to each of several plans, before anything is written. A plan without a snapshot of that time is named, and the others come back.
import { Button } from '@mantine/core';
import { useMutation, useQueries } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { RestoreInput, RestorePreview } from '../../../contract/snapshots.ts';
import { useEngine } from '../../api/engine.tsx';
import { useClient } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { useWords } from '../../ui/words.tsx';
import { ChangeList } from './ChangeList.tsx';
import { Consequences, countsOf, previewSentence } from './CheckStep.tsx';
import { setInputOf, snapshotAt, type SetTask, type Wizard } from './draft.ts';
import { SnapshotLine } from './lines.tsx';
import { confirmed } from './preview.ts';
import type { Source } from './sources.ts';
import styles from './Restore.module.css';

interface SetCheckProps {
  wizard: Wizard;
  sources: readonly Source[];
  onStarted(taskIds: readonly SetTask[]): void;
  back: ReactNode;
}

export function SetCheckStep({ wizard, sources, onStarted, back }: SetCheckProps): ReactNode {
  const words = useWords();
  const { t, bytes } = words;
  const client = useClient();
  const { board } = useEngine();
  const plans = sources.filter(({ id }) => wizard.plans?.includes(id));
  const asked = plans.flatMap((source): { source: Source; input: RestoreInput }[] => {
    const snapshot = snapshotAt(source.snapshots, wizard.at);
    return snapshot ? [{ source, input: setInputOf(wizard, snapshot.id, source.name) }] : [];
  });
  const checks = useQueries({ queries: asked.map(({ input }) => ({ queryKey: ['restore-preview', input], queryFn: ({ signal }: { signal: AbortSignal }) => client.restores.preview(input, { signal }), staleTime: 0, gcTime: 0, retry: false })) });
  const previews = checks.flatMap(({ data }) => data ?? []);
  const [write, free] = [previews.reduce((sum, { newBytes }) => sum + newBytes, 0), Math.min(...previews.map(({ freeBytes }) => freeBytes))];
  // Each by itself may fit where all of them do not.
  const together = wizard.inPlace || write <= free;
  const ready = checks.length > 0 && checks.every(({ isSuccess, isFetching }) => isSuccess && !isFetching) && previews.every(({ enoughSpace }) => enoughSpace) && together;
  const start = useMutation({
    mutationFn: async (): Promise<SetTask[]> => {
      const begun: SetTask[] = [];
      for (const [index, { source, input }] of asked.entries()) {
        const preview = checks[index]?.data;
        if (preview === undefined) continue;
        try {
          const { taskId } = await client.restores.start(confirmed(input, preview));
          board.follow(taskId).catch(() => {
            // A task that the engine no longer knows: its last state is what the board has.
          });
          begun.push({ source: source.id, taskId, error: undefined });
        } catch (error) {
          begun.push({ source: source.id, taskId: undefined, error });
        }
      }
      return begun;
    },
    onSuccess: onStarted
  });
  const files = previews.reduce((sum, { newFiles, replacedFiles, besideFiles }) => sum + newFiles + replacedFiles + besideFiles, 0);
  return (
    <>
      <h2>{t('restore.setCheck', { count: asked.length })}</h2>
      {checks.some(({ isPending }) => isPending) && <p role="status">{t('restore.checking')}</p>}
      {!together && (
        <p className={styles.alarm}>
          <Shape tone="bad" size={16} /> {t('restore.noSpace', { size: bytes(write), free: bytes(free) })}
        </p>
      )}
      {plans.map((source) => {
        const index = asked.findIndex((each) => each.source.id === source.id);
        const check = checks[index];
        return (
          <section key={source.id} className={`card ${styles.part}`} aria-labelledby={`part-${source.id}`} data-testid="set-part" data-plan={source.name}>
            <h3 id={`part-${source.id}`}>{source.label}</h3>
            {index === -1 && (
              <p className={styles.alarm}>
                <Shape tone="unknown" size={16} /> {t('restore.nothingThen')}
              </p>
            )}
            {check?.isError && <ErrorNotice error={check.error} onRetry={() => void check.refetch()} compact />}
            {check?.data && <Part preview={check.data} label={source.label} wizard={wizard} />}
          </section>
        );
      })}
      <div className={styles.buttons}>
        <Button disabled={!ready} loading={start.isPending} onClick={() => start.mutate()}>
          {t('restore.start', { count: files })}
        </Button>
        <span className="grow" />
        {back}
      </div>
    </>
  );
}

function Part({ preview, label, wizard }: { preview: RestorePreview; label: string; wizard: Wizard }): ReactNode {
  const words = useWords();
  const [open, setOpen] = useState(false);
  return (
    <>
      <p>{previewSentence(words, preview)}</p>
      <p className="muted">
        <SnapshotLine snapshot={preview.snapshot} label={label} />
      </p>
      <Consequences preview={preview} inPlace={wizard.inPlace} />
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{words.t('restore.changes')}</summary>
        {open && <ChangeList token={preview.token} counts={countsOf(preview)} conflict={wizard.conflict} choices={[]} />}
      </details>
    </>
  );
}
