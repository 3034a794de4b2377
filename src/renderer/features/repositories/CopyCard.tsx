import { Button, MultiSelect, Select } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { formatExact } from '../../../contract/copy/values.ts';
import type { Repository } from '../../../contract/repository.ts';
import { useRepositories, useSnapshots } from '../../api/queries.ts';
import { useWork } from '../../api/work.ts';
import { Dismiss } from '../../ui/Dismiss.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { useWords } from '../../ui/words.tsx';
import { Card, WorkLine } from './Card.tsx';
import styles from './Repositories.module.css';

type Which = 'all' | 'newest' | 'some';

export function CopyCard({ repository }: { repository: Repository }): ReactNode {
  const { t, language, bytes, reason } = useWords();
  const others = (useRepositories().data ?? []).filter(({ id }) => id !== repository.id);
  const snapshots = (useSnapshots().data?.snapshots ?? []).filter(({ repositoryId }) => repositoryId === repository.id);
  const [to, setTo] = useState<string>();
  const [which, setWhich] = useState<Which>('all');
  const [some, setSome] = useState<string[]>([]);
  const target = others.find(({ id }) => id === to) ?? others[0];
  // Tasks are told by the repository they write to.
  const work = useWork('copy', target?.name ?? '', ({ report }) => report.fromId === repository.id);
  if (target === undefined) {
    return (
      <Card id="copy" title={t('repos.copy')} sub={t('repos.copySub')}>
        <p className="muted">{t('repos.copyAlone')}</p>
      </Card>
    );
  }
  const newest = snapshots[0]?.id;
  const chosen = which === 'some' ? some : which === 'newest' && newest !== undefined ? [newest] : undefined;
  const report = work.result?.report;
  return (
    <Card id="copy" title={t('repos.copy')} sub={t('repos.copySub')}>
      <div className={styles.fields}>
        <Select label={t('repos.copyTo')} data={others.map(({ id, name, state }) => ({ value: id, label: state === 'ready' ? name : `${name} (${t(`set.${state}`)})`, disabled: state !== 'ready' }))} value={target.id} onChange={(value) => setTo(value ?? undefined)} />
        <Select label={t('repos.copyWhat')} data={[{ value: 'all', label: t('repos.copyAll') }, { value: 'newest', label: t('repos.copyNewest') }, { value: 'some', label: t('repos.copySome') }]} value={which} onChange={(value) => setWhich(value as Which)} />
      </div>
      {which === 'some' && (
        <MultiSelect
          size="xs"
          label={t('repos.copyChoose')}
          searchable
          limit={200}
          data={snapshots.map((snapshot) => ({ value: snapshot.id, label: `${snapshot.shortId}, ${formatExact(language, new Date(snapshot.at))}${snapshot.planName === null ? '' : `, ${snapshot.planName}`}` }))}
          value={some}
          onChange={setSome}
        />
      )}
      <div>
        <Button disabled={work.running || target.state !== 'ready' || chosen?.length === 0 || (which === 'newest' && newest === undefined)} onClick={() => work.begin((client) => client.maintenance.copy({ from: repository.id, to: target.id, ...(chosen && { snapshots: chosen }) }))}>
          {t('repos.copyDo')}
        </Button>
      </div>
      <WorkLine task={work.task} failure={work.failure} onDismiss={work.dismiss} />
      {report && (
        <div className={styles.report} role="status" data-testid="copy-report">
          <p className="row">
            <Shape tone={report.failed.length > 0 ? 'attention' : 'good'} />
            <span className="grow">{t('repos.copyDone', { count: report.copied.length, to: target.name, present: report.present, stored: bytes(report.bytes.stored) })}</span>
            <Dismiss onDismiss={work.dismiss} />
          </p>
          {!report.samePieces && report.copied.length > 0 && <p className="muted">{t('repos.copyPieces', { to: target.name })}</p>}
          {report.failed.length > 0 && (
            <ul className={styles.lines}>
              {report.failed.slice(0, 100).map((each) => (
                <li key={each.snapshot}>{t('repos.copyFailed', { id: each.snapshot.slice(0, 8), reason: reason(each.reason) })}</li>
              ))}
            </ul>
          )}
        </div>
      )}
    </Card>
  );
}
