// The first three steps: what, when, where.
// Rows are reached through their list (aria-activedescendant), which has the focus and the keys.
/* oxlint-disable jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus */
import { Checkbox, Radio, Select } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { formatWhen } from '../../../contract/copy/values.ts';
import type { Conflict, TreeEntry } from '../../../contract/snapshots.ts';
import { changesInWords, CoreSample } from '../../ui/CoreSample.tsx';
import { FilePreview } from '../../ui/FilePreview.tsx';
import { FileTree } from '../../ui/FileTree.tsx';
import { FolderField } from '../../ui/FolderField.tsx';
import { listMove } from '../../ui/list-keys.ts';
import { useNow, useWords } from '../../ui/words.tsx';
import { fieldOf, snapshotAt, type Wizard } from './draft.ts';
import type { Source } from './sources.ts';
import styles from './Restore.module.css';

interface StepProps {
  wizard: Wizard;
  set(change: Partial<Wizard>): void;
  sources: readonly Source[];
}

export function WhatStep({ wizard, set, sources }: StepProps): ReactNode {
  const { t } = useWords();
  const plans = sources.filter(({ plan }) => plan !== undefined);
  return (
    <>
      <h2>{t('restore.whatHead')}</h2>
      <p className="muted">{t('restore.whatSub')}</p>
      {plans.length > 1 && (
        <Radio.Group value={wizard.plans === null ? 'one' : 'several'} onChange={(value) => set({ plans: value === 'one' ? null : plans.map(({ id }) => id), at: wizard.at || fieldOf(new Date()), some: false })} aria-label={t('restore.howMany')}>
          <div className={styles.choices}>
            <Radio value="one" label={t('restore.onePlan')} />
            <Radio value="several" label={t('restore.severalPlans')} description={t('restore.severalPlansSub')} />
          </div>
        </Radio.Group>
      )}
      {wizard.plans !== null ? (
        <Checkbox.Group label={t('restore.whichPlans')} value={[...wizard.plans]} onChange={(chosen) => set({ plans: chosen })} data-testid="plans">
          <div className={styles.choices}>
            {plans.map(({ id, label }) => (
              <Checkbox key={id} value={id} label={label} />
            ))}
          </div>
        </Checkbox.Group>
      ) : (
        <OneSource wizard={wizard} set={set} sources={sources} />
      )}
    </>
  );
}

function OneSource({ wizard, set, sources }: StepProps): ReactNode {
  const { t } = useWords();
  const [preview, setPreview] = useState<TreeEntry>();
  return (
    <>
      <Select
        label={t('restore.source')}
        maw={420}
        data={sources.map((source) => ({ value: source.id, label: source.label }))}
        value={wizard.source}
        onChange={(value) => {
          const source = sources.find((candidate) => candidate.id === value);
          if (source) set({ source: source.id, snapshotId: source.snapshots[0]?.id ?? null, sound: false, include: [] });
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

export function WhenStep(props: StepProps): ReactNode {
  return props.wizard.plans === null ? <OneMoment {...props} /> : <CommonMoment {...props} plans={props.wizard.plans} />;
}

/** Of several plans: a moment, and which snapshot of each is the last one at or before it. */
function CommonMoment({ wizard, set, sources, plans }: StepProps & { plans: readonly string[] }): ReactNode {
  const { t, language } = useWords();
  const now = useNow();
  return (
    <>
      <h2>{t('restore.whenHead')}</h2>
      <p className="muted">{t('restore.commonSub')}</p>
      <label className={styles.commonMoment}>
        <span className="strong">{t('restore.commonMoment')}</span>
        <input type="datetime-local" value={wizard.at} max={fieldOf(now)} onChange={(event) => set({ at: event.currentTarget.value })} data-testid="common-moment" />
      </label>
      <ul className={`card plain-list ${styles.conflicts}`} data-testid="common-snapshots">
        {sources
          .filter(({ id }) => plans.includes(id))
          .map(({ id, label, snapshots }) => {
            const snapshot = snapshotAt(snapshots, wizard.at);
            return (
              <li key={id}>
                <span className="ellipsis">{label}</span>
                <span className="muted num">{snapshot ? formatWhen(language, new Date(snapshot.at), now) : t('restore.nothingThen')}</span>
              </li>
            );
          })}
      </ul>
    </>
  );
}

function OneMoment({ wizard, set, sources }: StepProps): ReactNode {
  const words = useWords();
  const { t, language } = words;
  const now = useNow();
  const source = sources.find((candidate) => candidate.id === wizard.source);
  const snapshots = useMemo(() => (source?.snapshots ?? []).slice(0, 500), [source]);
  // The first row is no snapshot yet: the newest that turns out to be whole.
  const first = source?.plan === undefined ? 0 : 1;
  const index = wizard.sound ? 0 : first + Math.max(0, snapshots.findIndex((snapshot) => snapshot.id === wizard.snapshotId));
  return (
    <>
      <h2>{t('restore.whenHead')}</h2>
      <p className="muted">{t('restore.whenSub')}</p>
      <div className={styles.when}>
        <div className={`card ${styles.core}`}>
          <CoreSample snapshots={snapshots} height={280} selected={wizard.sound ? null : wizard.snapshotId} onSelect={(snapshot) => set({ snapshotId: snapshot.id, sound: false })} legend={false} planTitle={() => source?.label ?? ''} />
        </div>
        <div
          className={`card ${styles.moments}`}
          role="listbox"
          tabIndex={0}
          aria-label={t('restore.whenHead')}
          aria-activedescendant={`moment-${index}`}
          data-testid="moments"
          onKeyDown={(event) => {
            const move = listMove(event.key, index, snapshots.length + first, 10);
            if (move?.kind !== 'to') return;
            const target = snapshots[move.index - first];
            event.preventDefault();
            set(target ? { snapshotId: target.id, sound: false } : { sound: true });
            document.getElementById(`moment-${move.index}`)?.scrollIntoView({ block: 'nearest' });
          }}
        >
          {first > 0 && (
            <div id="moment-0" role="option" aria-selected={wizard.sound} className={styles.moment} data-sound onClick={() => set({ sound: true })}>
              <span>{t('restore.sound')}</span>
              <span className="muted">{t('restore.soundSub')}</span>
            </div>
          )}
          {snapshots.map((snapshot, position) => (
            <div key={snapshot.id} id={`moment-${position + first}`} role="option" aria-selected={!wizard.sound && snapshot.id === wizard.snapshotId} className={styles.moment} onClick={() => set({ snapshotId: snapshot.id, sound: false })}>
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
          <FolderField label={t('restore.folder')} description={t(wizard.plans === null ? 'restore.folderHint' : 'restore.folderHintSet')} value={wizard.target} onChange={(target) => set({ target })} />
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
      <details data-testid="manner">
        <summary>{t('word.details')}</summary>
        <div className={styles.manner}>
          <Checkbox checked={wizard.modes} onChange={(event) => set({ modes: event.currentTarget.checked })} label={t('restore.modes')} description={t('restore.modesSub')} />
          <Radio.Group label={t('restore.owners')} value={wizard.owners} onChange={(value) => set({ owners: value as Wizard['owners'] })}>
            <div className={styles.choices}>
              {(['usual', 'back', 'mine'] as const).map((value) => (
                <Radio key={value} value={value} label={t(`restore.owners.${value}`)} description={t(`restore.owners.${value}Sub`)} />
              ))}
            </div>
          </Radio.Group>
        </div>
      </details>
    </>
  );
}
