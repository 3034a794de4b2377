// What most jobs never need: limits, retries, conditions, checks, locks, alerts. In groups, each field with what it means.
import { Button, Checkbox, Select, Textarea, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { MessageKey } from '../../../contract/copy/catalogue.ts';
import { useWords } from '../../ui/words.tsx';
import { emptyCheck, type CheckDraft, type JobDraft } from './draft.ts';
import type { GroupProps } from './Editor.tsx';
import styles from './Jobs.module.css';

/** Fields of the draft that are plain text. */
type TextFieldName = { [K in keyof JobDraft]: JobDraft[K] extends string ? (string extends JobDraft[K] ? K : never) : never }[keyof JobDraft];
type FlagName = { [K in keyof JobDraft]: JobDraft[K] extends boolean ? K : never }[keyof JobDraft];

function Group({ title, children }: { title: string; children: ReactNode }): ReactNode {
  return (
    <fieldset className={styles.fieldset}>
      <legend>{title}</legend>
      {children}
    </fieldset>
  );
}

export function DetailFields({ draft, onChange, error }: GroupProps): ReactNode {
  const { t } = useWords();
  const field = (name: TextFieldName, label: MessageKey, sub?: MessageKey, placeholder?: string): ReactNode => (
    <TextInput label={t(label)} description={sub && t(sub)} placeholder={placeholder} value={draft[name]} error={error(name)} onChange={(event) => onChange({ [name]: event.currentTarget.value })} spellCheck={false} data-testid={`job-${name}`} />
  );
  const flag = (name: FlagName, label: MessageKey, sub?: MessageKey): ReactNode => <Checkbox label={t(label)} description={sub && t(sub)} checked={draft[name]} onChange={(event) => onChange({ [name]: event.currentTarget.checked })} />;
  const program = draft.kind === 'command';
  return (
    <div className={styles.details}>
      <p className="muted">{t('jobs.spans')}</p>
      <Group title={t('jobs.group.limits')}>
        <div className={styles.pair}>
          {field('timeout', 'jobs.timeout', 'jobs.timeoutSub')}
          {program && field('idleTimeout', 'jobs.idleTimeout', 'jobs.idleTimeoutSub')}
          {field('stopGrace', 'jobs.stopGrace', 'jobs.stopGraceSub')}
        </div>
      </Group>
      <Group title={t('jobs.group.retries')}>
        <div className={styles.pair}>
          {field('retries', 'jobs.retries', 'jobs.retriesSub')}
          {field('retryBase', 'jobs.retryBase', 'jobs.retryBaseSub')}
        </div>
        {flag('retryTimeout', 'jobs.retryTimeout')}
        {flag('idempotent', 'jobs.idempotent', 'jobs.idempotentSub')}
      </Group>
      <Group title={t('jobs.group.overlap')}>
        <Select className={styles.short} label={t('jobs.overlap')} data={(['skip', 'queue', 'queueAll', 'parallel', 'replace'] as const).map((value) => ({ value, label: t(`jobs.overlap.${value}`) }))} value={draft.overlap} onChange={(value) => value !== null && onChange({ overlap: value as JobDraft['overlap'] })} />
        {draft.overlap === 'parallel' && field('overlapMost', 'jobs.overlapMost')}
        <div className={styles.pair}>
          {field('startDeadline', 'jobs.startDeadline', 'jobs.startDeadlineSub')}
          {field('jitter', 'jobs.jitter', 'jobs.jitterSub')}
        </div>
        <Textarea size="xs" label={t('jobs.locks')} description={t('jobs.locksSub')} value={draft.locks} error={error('locks')} onChange={(event) => onChange({ locks: event.currentTarget.value })} autosize minRows={1} maxRows={6} spellCheck={false} />
      </Group>
      {(draft.schedule.kind === 'cron' || draft.schedule.kind === 'interval') && (
        <Group title={t('jobs.group.missed')}>
          <div className={styles.pair}>
            {field('catchUpWindow', 'jobs.catchUpWindow', 'jobs.catchUpWindowSub', draft.catchUp === 'all' ? '1 d' : '7 d')}
            {draft.catchUp === 'all' && field('catchUpMost', 'jobs.catchUpMost')}
          </div>
          {flag('satisfiesSchedule', 'jobs.satisfiesSchedule')}
        </Group>
      )}
      <Group title={t('jobs.group.conditions')}>
        <p className="muted">{t('jobs.conditionsSub')}</p>
        <div className={styles.pair}>
          {field('needsFolder', 'jobs.needsFolder', 'jobs.needsFolderSub')}
          {field('network', 'jobs.network', 'jobs.networkSub', 'nas.local:22')}
          {field('freePath', 'jobs.freePath')}
          {field('freeSpace', 'jobs.freeSpace')}
        </div>
        {flag('mainsPower', 'jobs.mainsPower')}
      </Group>
      <Checks draft={draft} onChange={onChange} error={error} />
      {program && (
        <Group title={t('jobs.group.codes')}>
          <p className="muted">{t('jobs.codesSub')}</p>
          <div className={styles.pair}>
            {field('successCodes', 'jobs.successCodes')}
            {field('partialCodes', 'jobs.partialCodes')}
            {field('noRetryCodes', 'jobs.noRetryCodes')}
            <Select label={t('jobs.stopSignal')} data={['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']} value={draft.stopSignal} onChange={(value) => value !== null && onChange({ stopSignal: value as JobDraft['stopSignal'] })} />
          </div>
          {field('inherit', 'jobs.inherit', 'jobs.inheritSub', 'SSH_AUTH_SOCK')}
        </Group>
      )}
      <Group title={t('jobs.group.alerts')}>
        <div className={styles.pair}>
          {field('failureAfter', 'jobs.failureAfter', 'jobs.failureAfterSub', '1')}
          {field('staleAfter', 'jobs.staleAfter', 'jobs.staleAfterSub', '7 d')}
          {field('volumeMetric', 'jobs.volumeMetric', 'jobs.volumeMetricSub', 'items')}
          {field('pauseAfter', 'jobs.pauseAfter', 'jobs.pauseAfterSub')}
        </div>
        {flag('watchDuration', 'jobs.watchDuration')}
        {flag('partialIsSuccess', 'jobs.partialIsSuccess')}
        {field('ping', 'jobs.ping', 'jobs.pingSub', 'https://hc-ping.com/…')}
      </Group>
    </div>
  );
}

function Checks({ draft, onChange, error }: GroupProps): ReactNode {
  const { t } = useWords();
  const set = (index: number, change: Partial<CheckDraft>): void => onChange({ checks: draft.checks.map((each, at) => (at === index ? { ...each, ...change } : each)) });
  const text = (check: CheckDraft, index: number, name: 'minSeconds' | 'min' | 'max' | 'path' | 'local' | 'remote', label: MessageKey): ReactNode => <TextInput label={t(label)} value={check[name]} onChange={(event) => set(index, { [name]: event.currentTarget.value })} spellCheck={false} />;
  return (
    <Group title={t('jobs.group.checks')}>
      <p className="muted">{t('jobs.checksSub')}</p>
      {draft.checks.map((check, index) => (
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index} className={styles.check}>
          <Select label={t('jobs.check')} data={(['items', 'duration', 'file', 'audit'] as const).map((value) => ({ value, label: t(`jobs.check.${value}`) }))} value={check.kind} onChange={(value) => value !== null && set(index, { kind: value as CheckDraft['kind'] })} />
          {check.kind === 'items' && text(check, index, 'min', 'jobs.check.least')}
          {check.kind === 'items' && text(check, index, 'max', 'jobs.check.most')}
          {check.kind === 'duration' && text(check, index, 'minSeconds', 'jobs.check.seconds')}
          {check.kind === 'file' && text(check, index, 'path', 'jobs.check.path')}
          {check.kind === 'audit' && text(check, index, 'local', 'jobs.check.local')}
          {check.kind === 'audit' && text(check, index, 'remote', 'jobs.check.remote')}
          <Select label={t('jobs.check.else')} data={(['error', 'warn'] as const).map((value) => ({ value, label: t(`jobs.check.${value}`) }))} value={check.severity} onChange={(value) => value !== null && set(index, { severity: value as CheckDraft['severity'] })} />
          <Button variant="subtle" aria-label={t('jobs.checkRemove', { count: index + 1 })} onClick={() => onChange({ checks: draft.checks.filter((_, at) => at !== index) })}>
            <IconX size={15} aria-hidden />
          </Button>
        </div>
      ))}
      {error('checks') !== undefined && <p className={styles.bad}>{error('checks')}</p>}
      <div>
        <Button variant="default" onClick={() => onChange({ checks: [...draft.checks, emptyCheck] })}>
          {t('jobs.checkAdd')}
        </Button>
      </div>
    </Group>
  );
}
