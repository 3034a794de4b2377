// One thing that needs the person: a sentence, what it means, one button.
import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { describeAlert } from '../../../contract/copy/alerts.ts';
import { anchorSentence } from '../../../contract/copy/anchors.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatSpan } from '../../../contract/copy/values.ts';
import { useQueryClient } from '@tanstack/react-query';
import { useStartTask, useStopWaiting } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape, type Tone } from '../../ui/Shape.tsx';
import { UnlockVault } from '../../ui/UnlockVault.tsx';
import { Moment, Sentence, useWords, type Words } from '../../ui/words.tsx';
import type { Need, Notice } from './assess.ts';
import styles from './Overview.module.css';

function CardFrame({ tone, title, sub, action }: { tone: Tone; title: ReactNode; sub: ReactNode; action: ReactNode }): ReactNode {
  return (
    <div className={styles.need}>
      <Shape tone={tone} size={20} />
      <div className={styles.needText}>
        <p className="strong">{title}</p>
        <p className="muted">{sub}</p>
      </div>
      {action}
    </div>
  );
}

interface NeedWords {
  tone: Tone;
  title: ReactNode;
  sub: string;
  button: string;
}

function wordsFor({ t, language }: Words, need: Need): NeedWords {
  switch (need.kind) {
    case 'recordBroken':
      return { tone: 'bad', title: t('need.recordBroken', { seq: need.seq }), sub: t('need.recordBrokenSub', { below: need.below }), button: t('need.recordBrokenDo') };
    case 'recordBehind':
      return { tone: 'bad', title: t('need.recordBehind'), sub: t('need.recordBehindSub'), button: t('need.recordBehindDo') };
    case 'anchorRefused':
      return { tone: 'bad', title: t('need.anchorRefused'), sub: anchorSentence(language, need.anchor), button: t('need.anchorRefusedDo') };
    case 'anchorDue':
      return { tone: 'attention', title: need.days === null ? t('need.anchorNever') : t('need.anchorDue', { count: need.days }), sub: t('need.anchorSub'), button: t('need.anchorDo') };
    case 'neverVerified':
      return { tone: 'attention', title: t('need.neverVerified'), sub: t('need.neverVerifiedSub'), button: t('need.verifyDo') };
    case 'staleVerified':
      return { tone: 'attention', title: <Sentence of="need.staleVerified" slots={{ when: <Moment at={need.at} /> }} />, sub: t('need.neverVerifiedSub'), button: t('need.verifyDo') };
    case 'vaultLocked':
      return { tone: 'attention', title: t('need.vaultLocked'), sub: t('need.vaultLockedSub'), button: t('need.vaultDo') };
    case 'storeGone':
      return { tone: 'bad', title: t('need.storeGone'), sub: t('need.storeGoneSub'), button: t('need.storeDo') };
    case 'absent':
      return { tone: 'attention', title: t('need.absent', { repository: need.repository.name }), sub: t('need.absentSub', { path: visibleText(need.repository.path, true) }), button: t('need.absentDo') };
    case 'waiting': {
      const { planName: plan, repositoryName: repository, path } = need.wait;
      return { tone: 'unknown', title: t('need.waiting', { plan, repository }), sub: need.wait.reason === 'password' ? t('need.waitingPassword') : t('need.waitingSub', { path: visibleText(path, true) }), button: t('overview.stopWaiting') };
    }
    case 'other':
      return { tone: 'attention', title: t('need.other', { repository: need.repository.name }), sub: t('need.otherSub', { path: visibleText(need.repository.path, true) }), button: t('need.absentDo') };
    case 'unreadable':
      return { tone: 'bad', title: t('need.unreadable', { repository: need.repository.name }), sub: t('need.unreadableSub'), button: t('need.checkDo') };
    case 'checkFailed':
      return { tone: 'bad', title: t('need.checkFailed', { repository: need.repository.name, count: need.errors }), sub: t('need.checkFailedSub'), button: t('need.checkDo') };
    case 'noSnapshot':
      return { tone: 'attention', title: t('need.noSnapshot', { plan: visibleText(need.plan.title || need.plan.name, true) }), sub: t('need.noSnapshotSub'), button: t('app.backUpNow') };
    case 'old':
      return { tone: 'attention', title: t('need.old', { plan: visibleText(need.plan.title || need.plan.name, true), span: formatSpan(language, need.seconds) }), sub: t('need.oldSub'), button: t('app.backUpNow') };
    case 'alerts': {
      const { title, next } = describeAlert(language, need.first, new Date());
      return { tone: need.first.severity === 'critical' ? 'bad' : 'attention', title: t('overview.needAlerts', { count: need.count, title }), sub: next, button: t('notice.open') };
    }
    case 'gaps':
      return { tone: 'attention', title: t('need.gaps', { plan: visibleText(need.plan.title || need.plan.name, true) }), sub: t('need.gapsSub'), button: t('need.gapsDo') };
  }
}

export function NeedCard({ need }: { need: Need }): ReactNode {
  const words = useWords();
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  const start = useStartTask();
  const stop = useStopWaiting();
  const [unlocking, setUnlocking] = useState(false);
  const { tone, title, sub, button } = wordsFor(words, need);

  const act = (): void => {
    switch (need.kind) {
      case 'recordBroken':
        return navigate(`/log/${need.seq}`);
      case 'alerts':
        return navigate(`/alerts/${need.first.id}`);
      case 'recordBehind':
        return navigate('/log');
      case 'anchorRefused':
      case 'anchorDue':
        return navigate('/log/anchors');
      case 'neverVerified':
      case 'staleVerified':
        return start.mutate((client) => client.log.verify({}));
      case 'vaultLocked':
        return setUnlocking(true);
      case 'storeGone':
        return navigate('/settings');
      case 'waiting':
        return stop.mutate(need.wait.id);
      case 'absent':
      case 'other':
        void queries.invalidateQueries({ queryKey: ['repositories'] });
        void queries.invalidateQueries({ queryKey: ['snapshots'] });
        return;
      case 'unreadable':
      case 'checkFailed':
        return start.mutate((client) => client.repositories.check({ repository: need.repository.id }));
      case 'noSnapshot':
      case 'old':
        return start.mutate((client) => client.snapshots.take({ plan: need.plan.id, wait: true }));
      case 'gaps':
        return navigate(`/snapshots/${need.snapshotId}`);
    }
  };

  return (
    <li className="card" data-testid={`need-${need.kind}`}>
      <CardFrame
        tone={tone}
        title={title}
        sub={sub}
        action={
          <Button onClick={act} loading={start.isPending}>
            {button}
          </Button>
        }
      />
      {(start.isError || stop.isError) && <ErrorNotice error={start.error ?? stop.error} compact />}
      {unlocking && <UnlockVault onClose={() => setUnlocking(false)} />}
    </li>
  );
}

export function NoticeCard({ notice, onDismiss }: { notice: Notice; onDismiss(): void }): ReactNode {
  const { t, reason } = useWords();
  const { count, reason: why } = notice.data;
  const facts = { ...notice.data, count: typeof count === 'number' ? count : 1, ...(typeof why === 'string' && { reason: reason(why) }) };
  return (
    <li className="card">
      <CardFrame
        tone="info"
        title={t(`need.${notice.code}` as 'need.migrated', facts)}
        sub={t(`need.${notice.code}Sub` as 'need.migratedSub', facts)}
        action={
          <Button variant="default" onClick={onDismiss}>
            {t('word.understood')}
          </Button>
        }
      />
    </li>
  );
}
