// How a plan came to be as it is: each edit with what it changed, from the record.
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { describePolicy } from '../../../contract/copy/keeping.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import { RetentionPolicy } from '../../../contract/retention.ts';
import { Hook, type Plan } from '../../../contract/snapshots.ts';
import { useClient } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Moment, Sentence, useWords, type Words } from '../../ui/words.tsx';
import { listDifference, versionActions, versionsOf, type PlanVersion, type SettingChange } from './versions.ts';
import styles from './Plans.module.css';

const mostShown = 200;
const names = {
  title: 'plans.name',
  repository: 'plans.repository',
  paths: 'plans.folders',
  excludes: 'plans.patterns',
  'leaveOut.caseless': 'plans.caseless',
  'leaveOut.gitignore': 'plans.gitignore',
  'leaveOut.caches': 'plans.caches',
  'leaveOut.ifPresent': 'plans.ifPresent',
  'leaveOut.largerThan': 'plans.largerThan',
  'leaveOut.oneFileSystem': 'plans.oneFileSystem',
  'hooks.before': 'plans.before',
  'hooks.after': 'plans.after',
  'hooks.check': 'plans.check',
  tags: 'plans.tags',
  gentle: 'plans.gentle',
  snapshotOnQuit: 'plans.onQuit',
  zone: 'plans.zone',
  retention: 'plans.retention'
} as const;

function settingName({ t }: Words, setting: string): string {
  return setting in names ? t(names[setting as keyof typeof names]) : visibleText(setting, true);
}

function valueText({ t, bytes, language }: Words, setting: string, value: unknown): string {
  if (setting === 'retention') {
    const policy = RetentionPolicy.safeParse(value);
    return policy.success ? describePolicy(language, policy.data) : t('plans.keepAll');
  }
  if (value === null || value === undefined || value === '') return t('word.none');
  if (typeof value === 'boolean') return t(value ? 'plans.on' : 'plans.off');
  if (setting === 'leaveOut.largerThan' && typeof value === 'number') return bytes(value);
  const hook = Hook.safeParse(value);
  const text = hook.success ? hook.data.argv.join(' ') : typeof value === 'string' ? value : JSON.stringify(value);
  return visibleText(text.length > 200 ? `${text.slice(0, 200)}…` : text, true);
}

function Change({ change }: { change: SettingChange }): ReactNode {
  const words = useWords();
  const difference = listDifference(change.from, change.to);
  return (
    <li>
      <span className="muted">{settingName(words, change.setting)}:</span>{' '}
      {difference ? (
        <span className="mono">{[...difference.added.map((text) => `+ ${visibleText(text, true)}`), ...difference.removed.map((text) => `− ${visibleText(text, true)}`)].join('  ')}</span>
      ) : (
        <Sentence of="plans.fromTo" params={{ from: valueText(words, change.setting, change.from), to: valueText(words, change.setting, change.to) }} slots={{}} />
      )}
    </li>
  );
}

function Version({ version }: { version: PlanVersion }): ReactNode {
  const { t } = useWords();
  const head = version.kind === 'added' ? t('plans.versionAdded') : version.kind === 'retention' ? t('plans.versionKeeps') : t('plans.version', { version: version.version ?? '?' });
  return (
    <li data-testid="plan-version" data-version={version.version ?? undefined}>
      <p>
        <Link href={`/log/${version.seq}`}>{head}</Link>{' '}
        <span className="muted">
          <Sentence of="plans.versionBy" params={{ who: visibleText(version.by ?? t('log.erasedName'), true) }} slots={{ when: <Moment at={version.at} /> }} />
        </span>
      </p>
      {version.unreadable ? (
        <p className="muted">{t('plans.versionErased')}</p>
      ) : (
        version.changes.length > 0 && (
          <ul className="plain-list">
            {version.changes.map((change) => (
              <Change key={change.setting} change={change} />
            ))}
          </ul>
        )
      )}
    </li>
  );
}

export function Versions({ plan }: { plan: Plan }): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const entries = useQuery({
    queryKey: ['plans', 'versions', plan.id, plan.version],
    queryFn: async ({ signal }) => (await client.log.list({ filter: { subject: `plan:${plan.name}`, action: versionActions }, limit: mostShown }, { signal })).entries
  });
  if (entries.isError) return <ErrorNotice error={entries.error} onRetry={() => void entries.refetch()} compact />;
  return (
    <ol className={`plain-list ${styles.versions}`} aria-label={t('plans.versions')}>
      {versionsOf(entries.data ?? [], plan.id).map((version) => (
        <Version key={version.seq} version={version} />
      ))}
    </ol>
  );
}
