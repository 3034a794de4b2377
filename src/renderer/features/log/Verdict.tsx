// The record's state, always in sight, and "Check now".
// The exact moment must be readable without a mouse, so what shows it takes the focus.
/* oxlint-disable jsx-a11y/no-noninteractive-tabindex */
import { Button, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { visibleText } from '../../../contract/copy/text.ts';
import { useTasks } from '../../api/engine.tsx';
import { useStartTask, useVerifyState } from '../../api/queries.ts';
import { AnchorEntry } from '../../ui/AnchorEntry.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { Moment, Sentence, useWords } from '../../ui/words.tsx';
import styles from './Log.module.css';

export function Verdict(): ReactNode {
  const { t } = useWords();
  const state = useVerifyState().data;
  const start = useStartTask();
  const running = [...useTasks().values()].some((task) => task.kind === 'verify' && task.state === 'running');
  if (!state) return null;
  const { verdict, at, entries, full, newer, failure } = state;
  const when = at === null ? t('word.never') : <Moment at={at} />;
  const sound = verdict?.kind === 'consistent' || verdict?.kind === 'anchored' ? verdict : undefined;
  const unchecked = sound ? entries - sound.entries : 0;
  const tail = sound?.checkpoint ? sound.entries - sound.checkpoint.size : 0;
  const anchors = verdict?.kind === 'anchored' ? verdict.anchors : verdict?.kind === 'behind' ? verdict.anchors.filter(({ outcome }) => outcome === 'ahead') : [];
  const anchor = anchors.map(({ size, source }) => t('log.anchorPlain', { size, source: visibleText(source, true) })).join(', ');
  return (
    <>
      <div className={styles.state}>
        <div className={styles.verdict} data-testid="verdict" data-verdict={verdict?.kind ?? 'none'}>
          {verdict === null && (
            <>
              <Shape tone="unknown" size={16} /> <span>{t(failure === null ? 'log.unchecked' : 'log.failure')}</span>
            </>
          )}
          {sound && (
            <>
              <Shape tone="good" size={16} />
              <Tooltip label={t('log.intactNote')} multiline maw={330} disabled={sound.kind === 'anchored'}>
                <span tabIndex={0}>
                  {sound.kind === 'anchored' ? t('log.anchored', { count: sound.entries, anchor }) : <Sentence of="log.intact" params={{ count: sound.entries }} slots={{ when }} />}
                  {newer && full && <>; <Sentence of="log.allChecked" slots={{ when: <Moment at={full.at} /> }} />, {t('log.newerChecked', { count: newer.entries - newer.from })}</>}
                  {state.running && !running && `; ${t('log.checking')}`}
                  {tail > 0 && `; ${t('log.tail', { count: tail })}`}
                  {unchecked > 0 && `; ${t('log.sinceThen', { count: unchecked })}`}
                  {sound.pinned === 'none' && `; ${t('log.unpinned')}`}
                  {sound.search === 'incomplete' && `; ${t('log.searchIncomplete')}`}
                </span>
              </Tooltip>
            </>
          )}
          {verdict?.kind === 'behind' && (
            <>
              <Shape tone="bad" size={16} /> <span>{t('log.behind', { count: verdict.entries, anchor })}</span>
            </>
          )}
          {verdict?.kind === 'broken' && (
            <>
              <Shape tone="bad" size={16} />
              <Link href={`/log/${verdict.seq}`}>{t('log.broken', { seq: verdict.seq, what: t(`log.break.${verdict.what}`), below: verdict.trustworthyBelow })}</Link>
            </>
          )}
        </div>
        <AnchorEntry />
      </div>
      {/* What runs by itself gives way to what a person asks for. */}
      <Button variant="default" disabled={running} loading={start.isPending} onClick={() => start.mutate((client) => client.log.verify({}))}>
        {running ? t('log.checking') : t('log.checkNow')}
      </Button>
      {start.isError && <ErrorNotice error={start.error} compact />}
    </>
  );
}
