// The fields of a plan in groups. Each group takes the draft and tells what changes in it.
import { Button, Checkbox, Radio, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { usualExcludes } from '../../ui/usual-excludes.ts';
import { useWords } from '../../ui/words.tsx';
import { countRules, linesOf, withinRules, type Field, type HookDraft, type PlanDraft, type RetentionDraft } from './draft.ts';
import styles from './Plans.module.css';

export interface GroupProps {
  draft: PlanDraft;
  onChange(change: Partial<PlanDraft>): void;
  /** What is wrong with a field, in words. */
  error(field: Field): string | undefined;
}

const mono = { input: { fontFamily: 'var(--mono)' } };

function LinesField({ label, description, value, error, onChange, testId, minRows = 3 }: { label: string; description: string; value: string; error?: string | undefined; onChange(value: string): void; testId?: string; minRows?: number }): ReactNode {
  return <Textarea size="xs" label={label} description={description} value={value} error={error} onChange={(event) => onChange(event.currentTarget.value)} autosize minRows={minRows} maxRows={12} spellCheck={false} styles={mono} data-testid={testId} />;
}

export function RuleFields({ draft, onChange, error }: GroupProps): ReactNode {
  const { t } = useWords();
  const known = linesOf(draft.excludes);
  const missing = usualExcludes.filter((pattern) => !known.includes(pattern));
  return (
    <div className={styles.group}>
      <LinesField label={t('plans.patterns')} description={t('plans.patternsSub')} value={draft.excludes} error={error('excludes')} onChange={(excludes) => onChange({ excludes })} testId="patterns" />
      {missing.length > 0 && (
        <div className={styles.usual}>
          <Button variant="default" onClick={() => onChange({ excludes: [...known, ...missing].join('\n') })}>
            {t('plans.addUsual')}
          </Button>
          <span className="muted">{t('hi.excludesSub')}</span>
        </div>
      )}
      <Checkbox label={t('plans.gitignore')} description={t('plans.gitignoreSub')} checked={draft.gitignore} onChange={(event) => onChange({ gitignore: event.currentTarget.checked })} />
      <Checkbox label={t('plans.caches')} description={t('plans.cachesSub')} checked={draft.caches} onChange={(event) => onChange({ caches: event.currentTarget.checked })} />
      <Checkbox label={t('plans.oneFileSystem')} description={t('plans.oneFileSystemSub')} checked={draft.oneFileSystem} onChange={(event) => onChange({ oneFileSystem: event.currentTarget.checked })} />
      <TextInput className={styles.short} label={t('plans.largerThan')} description={t('plans.largerThanSub')} placeholder={t('plans.noLimit')} value={draft.largerThan} error={error('largerThan')} onChange={(event) => onChange({ largerThan: event.currentTarget.value })} />
      <details open={draft.caseless !== '' || draft.ifPresent !== '' || undefined}>
        <summary>{t('plans.moreRules')}</summary>
        <div className={`${styles.group} ${styles.folded}`}>
          <LinesField label={t('plans.caseless')} description={t('plans.caselessSub')} value={draft.caseless} error={error('caseless')} onChange={(caseless) => onChange({ caseless })} minRows={2} />
          <LinesField label={t('plans.ifPresent')} description={t('plans.ifPresentSub')} value={draft.ifPresent} error={error('ifPresent')} onChange={(ifPresent) => onChange({ ifPresent })} minRows={2} />
        </div>
      </details>
    </div>
  );
}

function HookFields({ legend, sub, hook, error, onChange, testId }: { legend: string; sub: string; hook: HookDraft; error: string | undefined; onChange(hook: HookDraft): void; testId: string }): ReactNode {
  const { t } = useWords();
  return (
    <fieldset className={styles.fieldset} data-testid={testId}>
      <legend>{legend}</legend>
      <LinesField label={t('plans.hookProgram')} description={sub} value={hook.lines} error={error} onChange={(lines) => onChange({ ...hook, lines })} minRows={2} />
      {hook.lines.trim() !== '' && (
        <div className={styles.pair}>
          <TextInput label={t('plans.hookLimit')} value={hook.limit} inputMode="numeric" onChange={(event) => onChange({ ...hook, limit: event.currentTarget.value })} />
          <TextInput label={t('plans.hookEnvironment')} placeholder="PGPASSFILE" value={hook.environment} onChange={(event) => onChange({ ...hook, environment: event.currentTarget.value })} spellCheck={false} />
        </div>
      )}
    </fieldset>
  );
}

export function Hooks({ draft, onChange, error }: GroupProps): ReactNode {
  const { t } = useWords();
  return (
    <div className={styles.group}>
      <HookFields legend={t('plans.before')} sub={t('plans.beforeSub')} hook={draft.before} error={error('before')} onChange={(before) => onChange({ before })} testId="hook-before" />
      <HookFields legend={t('plans.after')} sub={t('plans.afterSub')} hook={draft.after} error={error('after')} onChange={(after) => onChange({ after })} testId="hook-after" />
        <HookFields legend={t('plans.check')} sub={t('plans.checkSub')} hook={draft.check} error={error('check')} onChange={(check) => onChange({ check })} testId="hook-check" />
      <p className="muted">{t('plans.hooksNote')}</p>
    </div>
  );
}

export function Manner({ draft, onChange, error }: GroupProps): ReactNode {
  const { t } = useWords();
  return (
    <div className={styles.group}>
      <Checkbox label={t('plans.onQuit')} description={t('plans.onQuitSub')} checked={draft.snapshotOnQuit} onChange={(event) => onChange({ snapshotOnQuit: event.currentTarget.checked })} />
      <Checkbox label={t('plans.gentle')} description={t('plans.gentleSub')} checked={draft.gentle} onChange={(event) => onChange({ gentle: event.currentTarget.checked })} />
      <TextInput label={t('plans.tags')} description={t('plans.tagsSub')} value={draft.tags} error={error('tags')} onChange={(event) => onChange({ tags: event.currentTarget.value })} />
      <TextInput className={styles.short} label={t('plans.zone')} description={t('plans.zoneSub')} value={draft.zone} error={error('zone')} onChange={(event) => onChange({ zone: event.currentTarget.value })} spellCheck={false} />
      <p className="muted">{t('plans.databases')}</p>
    </div>
  );
}

export function Retention({ draft, onChange, error }: GroupProps): ReactNode {
  const { t } = useWords();
  const { retention } = draft;
  const change = (next: Partial<RetentionDraft>): void => onChange({ retention: { ...retention, ...next } });
  const rule = (name: keyof RetentionDraft['rules'], placeholder: string): ReactNode => (
    <TextInput key={name} label={t(`plans.${name}`)} placeholder={placeholder} value={retention.rules[name]} error={error(name)} onChange={(event) => change({ rules: { ...retention.rules, [name]: event.currentTarget.value } })} data-testid={name} />
  );
  return (
    <div className={styles.group}>
      <Radio.Group value={retention.byRules ? 'rules' : 'all'} onChange={(value) => change({ byRules: value === 'rules' })} aria-label={t('plans.retention')} error={error('retention')}>
        <div className={styles.group}>
          <Radio value="all" label={t('plans.keepAll')} description={t('plans.keepAllSub')} />
          <Radio value="rules" label={t('plans.keepRules')} description={t('plans.keepRulesSub')} />
        </div>
      </Radio.Group>
      {retention.byRules && (
        <>
          <div className={styles.rules}>{countRules.map((name) => rule(name, '0'))}</div>
          <div className={styles.pair}>{rule('keepWithin', '1y6m')}</div>
          <details open={withinRules.slice(1).some((name) => retention.rules[name] !== '') || retention.tags !== '' || undefined}>
            <summary>{t('plans.moreKeep')}</summary>
            <div className={`${styles.group} ${styles.folded}`}>
              <div className={styles.rules}>{withinRules.slice(1).map((name) => rule(name, '7d12h'))}</div>
              <LinesField label={t('plans.keepTags')} description={t('plans.keepTagsSub')} value={retention.tags} error={error('keepTags')} onChange={(tags) => change({ tags })} minRows={2} />
            </div>
          </details>
        </>
      )}
    </div>
  );
}
