// Compare: two snapshots, or one and the folders as they are now. Totals in words first, then only what differs, folder by folder or as one list.
import { Anchor, Breadcrumbs, Button, Select, TextInput } from '@mantine/core';
import { IconArrowsExchange, IconSearch } from '@tabler/icons-react';
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import type { Change, ChangeSort } from '../../../contract/compare.ts';
import { useSnapshots } from '../../api/queries.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Instead } from '../../ui/Instead.tsx';
import { useWords } from '../../ui/words.tsx';
import { ChangeDialog } from './ChangeDialog.tsx';
import { ChangeList } from './ChangeList.tsx';
import { MetricDeltas } from './MetricDeltas.tsx';
import { isFlat, useComparison, useStartFolder, wholeView } from './queries.ts';
import { ReportMenu } from './ReportMenu.tsx';
import { snapshotTitle } from './sides.ts';
import { Totals } from './Totals.tsx';
import styles from './Compare.module.css';

/** In the address: the folders as they are now. */
const now = 'now';
/** And before its id: a trial's copy, compared with the snapshot it came from. */
const onTrial = 'trial:';

export function CompareScreen(): ReactNode {
  const words = useWords();
  const { t } = words;
  const [, navigate] = useLocation();
  const { from, to } = useParams<{ from?: string; to?: string }>();
  const list = useSnapshots();
  const [run, setRun] = useState(0);
  const [view, setView] = useState(wholeView);
  const [opened, setOpened] = useState<Change>();
  const trial = to?.startsWith(onTrial) ? to.slice(onTrial.length) : undefined;
  const live = to === now || trial !== undefined;
  const compared = useComparison(from, live ? null : to, trial, run);
  const start = useStartFolder(compared.data?.id);
  useEffect(() => setView({ ...wholeView, folder: start }), [from, to, run, start]);
  const choices = useMemo(() => (list.data?.snapshots ?? []).map((snapshot) => ({ value: snapshot.id, label: `${snapshotTitle(words, snapshot)} (${snapshot.shortId})` })), [list.data, words]);
  const go = (first: string | undefined, second: string | undefined): void => navigate(`/compare/${first ?? choices[1]?.value ?? choices[0]?.value ?? ''}/${second ?? now}`, { replace: from !== undefined });

  if (list.isError && !list.data) return <Instead title={t('compare.title')}><ErrorNotice error={list.error} onRetry={() => void list.refetch()} /></Instead>;
  if (list.data?.snapshots.length === 0) return <Instead title={t('compare.title')}><EmptyState sentence={t('compare.empty')} action={<Button onClick={() => navigate('/')}>{t('nav.overview')}</Button>} /></Instead>;
  const names = view.folder.split('/').filter((name) => name !== '');
  return (
    <div className={styles.compare}>
      <header className={styles.head}>
        <h1>{t('compare.title')}</h1>
        {trial !== undefined && <Link href={`/restore/trials/${trial}`}>{t('trials.title')}</Link>}
      </header>
      <div className={styles.sides}>
        <Select className={styles.side} label={t('compare.before')} placeholder={t('compare.choose')} searchable data={choices} value={from ?? null} onChange={(value) => value !== null && go(value, trial === undefined ? to : now)} data-testid="compare-from" />
        <Button variant="subtle" color="gray" aria-label={t('compare.swap')} title={t('compare.swap')} disabled={from === undefined || to === undefined || live} onClick={() => go(to, from)}>
          <IconArrowsExchange size={16} aria-hidden />
        </Button>
        <Select className={styles.side} label={t('compare.after')} placeholder={t('compare.choose')} searchable data={[{ value: now, label: t('compare.now') }, ...(trial === undefined ? [] : [{ value: `${onTrial}${trial}`, label: t('compare.trial') }]), ...choices]} value={to ?? null} onChange={(value) => value !== null && go(from, value)} data-testid="compare-to" />
        {live && compared.data && (
          <Button variant="default" onClick={() => setRun(run + 1)}>
            {t('compare.again')}
          </Button>
        )}
      </div>
      {to === undefined && <p className="muted">{t('compare.intro')}</p>}
      {compared.isError && <ErrorNotice error={compared.error} onRetry={() => void compared.refetch()} />}
      {compared.isFetching && <p className="muted" role="status">{t('compare.running')}</p>}
      {compared.data && (
        <>
          <Totals comparison={compared.data} view={view} onView={setView} />
          <MetricDeltas comparison={compared.data} />
          <div className={styles.tools}>
            <Breadcrumbs separatorMargin={4} aria-label={t('compare.where')}>
              <Anchor component="button" type="button" onClick={() => setView({ ...view, folder: '/' })}>
                {t('compare.top')}
              </Anchor>
              {names.map((name, i) => (
                <Anchor key={i} component="button" type="button" onClick={() => setView({ ...view, folder: `/${names.slice(0, i + 1).join('/')}` })}>
                  {name}
                </Anchor>
              ))}
            </Breadcrumbs>
            <TextInput type="search" className={styles.search} aria-label={t('compare.search')} placeholder={t('compare.search')} leftSection={<IconSearch size={14} />} value={view.search} onChange={(event) => setView({ ...view, search: event.currentTarget.value })} />
            <Select aria-label={t('compare.sort')} w={190} allowDeselect={false} data={(['path', 'size', 'growth'] as const).map((value) => ({ value, label: t(`compare.sort.${value}`) }))} value={view.sort} onChange={(value) => setView({ ...view, sort: (value ?? 'path') as ChangeSort })} />
            <ReportMenu comparison={compared.data} />
            {isFlat(view) && (
              <Button variant="subtle" onClick={() => setView({ ...wholeView, folder: view.folder, sort: view.sort })}>
                {t('snap.clear')}
              </Button>
            )}
          </div>
          <div className={`card ${styles.table}`}>
            <ChangeList comparison={compared.data.id} view={view} onFolder={(folder) => setView({ ...view, folder })} onOpen={setOpened} />
          </div>
          {opened && <ChangeDialog comparison={compared.data.id} change={opened} from={compared.data.from} to={compared.data.to} onClose={() => setOpened(undefined)} />}
        </>
      )}
    </div>
  );
}
