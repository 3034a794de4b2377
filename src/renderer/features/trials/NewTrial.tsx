// A folder of a snapshot is chosen to be tried: which one, and where its copy is made. Then the way leads to the trial itself.
import { Button, Radio, Select } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import { visibleText } from '../../../contract/copy/text.ts';
import type { Snapshot } from '../../../contract/snapshots.ts';
import { placeOf, treePathOf } from '../../../contract/tree-path.ts';
import { useSnapshots, useStartTask } from '../../api/queries.ts';
import { fromAddress } from '../../ui/address.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { FolderField } from '../../ui/FolderField.tsx';
import { Instead } from '../../ui/Instead.tsx';
import { planTitle } from '../../ui/plan-title.ts';
import { Moment, useWords } from '../../ui/words.tsx';
import styles from './Trials.module.css';

export function NewTrialScreen(): ReactNode {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const { of, '*': rest } = useParams<{ of?: string; '*'?: string }>();
  const list = useSnapshots();
  const snapshot = list.data?.snapshots.find(({ id }) => id === of);
  if (list.isError && !list.data) return <Instead title={t('trials.new')}><ErrorNotice error={list.error} onRetry={() => void list.refetch()} /></Instead>;
  if (!list.data) return <Instead title={t('trials.new')} />;
  return (
    <div className={styles.screen} data-testid="new-trial">
      <header className={styles.head}>
        <div className="row">
          <h1 className="grow">{t('trials.new')}</h1>
          <Link href="/restore/trials">{t('trials.title')}</Link>
        </div>
        <p className={`muted ${styles.lead}`}>{t('trials.newLead')}</p>
      </header>
      {snapshot === undefined ? (
        <EmptyState sentence={t('back.gone')} action={<Button onClick={() => navigate('/snapshots')}>{t('trials.emptyDo')}</Button>} />
      ) : (
        <Form key={snapshot.id} snapshot={snapshot} path={rest ? `/${fromAddress(rest)}` : undefined} />
      )}
    </div>
  );
}

function Form({ snapshot, path }: { snapshot: Snapshot; path: string | undefined }): ReactNode {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const start = useStartTask();
  // A path in the snapshot becomes one of this computer again by the folder it lies in.
  const inside = path === undefined ? undefined : placeOf(path, snapshot.paths);
  const folders = [...new Set([...(inside === undefined ? [] : [inside]), ...snapshot.paths.filter((each) => treePathOf(each).startsWith('/'))])];
  const [folder, setFolder] = useState(folders[0] ?? '');
  const [own, setOwn] = useState(false);
  const [place, setPlace] = useState('');
  if (folders.length === 0) return <EmptyState sentence={t('trials.noFolder')} />;
  return (
    <div className={`card ${styles.part}`}>
      <dl className={styles.facts}>
        <dt>{t('trials.from')}</dt>
        <dd>
          {planTitle({ t }, new Map(), snapshot)}, <Moment at={snapshot.at} form="when" /> (<span className="mono">{snapshot.shortId}</span>)
        </dd>
      </dl>
      <Select label={t('trials.what')} allowDeselect={false} data={folders.map((value) => ({ value, label: visibleText(value, true) }))} value={folder} onChange={(value) => value !== null && setFolder(value)} data-testid="trial-folder" />
      <details>
        <summary>{t('word.details')}</summary>
        <div className={styles.choices}>
          <Radio.Group label={t('trials.place')} value={own ? 'own' : 'beside'} onChange={(value) => setOwn(value === 'own')}>
            <div className={styles.choices}>
              <Radio value="beside" label={t('trials.placeBeside')} />
              <Radio value="own" label={t('trials.placeOwn')} description={t('trials.placeHint')} />
            </div>
          </Radio.Group>
          {own && <FolderField label={t('restore.folder')} value={place} onChange={setPlace} />}
        </div>
      </details>
      {start.isError && <ErrorNotice error={start.error} />}
      <div>
        <Button
          loading={start.isPending}
          disabled={own && place.trim() === ''}
          onClick={() => start.mutate((client) => client.trials.start({ snapshot: snapshot.id, path: folder, ...(own && { folder: place.trim() }) }), { onSuccess: (id) => navigate(`/restore/trials/${id}`, { replace: true }) })}
        >
          {t('trials.start')}
        </Button>
      </div>
    </div>
  );
}
