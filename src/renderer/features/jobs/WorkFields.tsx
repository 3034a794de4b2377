// What a job does: a kind first, then only what that kind needs.
import { Button, Checkbox, Select, Textarea, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useRef, type KeyboardEvent, type ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { PackageFormat } from '../../../contract/packages.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import type { WorkKind } from '../../../contract/jobs.ts';
import type { Repository } from '../../../contract/repository.ts';
import type { Plan } from '../../../contract/snapshots.ts';
import { useWords } from '../../ui/words.tsx';
import { workKinds, type JobDraft, type SecretDraft } from './draft.ts';
import type { GroupProps } from './Editor.tsx';
import { useSecretNames } from './queries.ts';
import styles from './Jobs.module.css';

const mono = { input: { fontFamily: 'var(--mono)' } };

interface WorkProps extends GroupProps {
  plans: readonly Plan[];
  repositories: readonly Repository[];
}

export function WorkFields(props: WorkProps): ReactNode {
  const { t } = useWords();
  const { draft, onChange } = props;
  return (
    <div className={styles.group}>
      <Select className={styles.short} label={t('jobs.does')} data={workKinds.map((kind) => ({ value: kind, label: t(`jobs.kind.${kind}`) }))} value={draft.kind} onChange={(kind) => kind !== null && onChange({ kind: kind as WorkKind })} maxDropdownHeight={340} data-testid="job-kind" />
      <p className="muted">{t(`jobs.kindSub.${draft.kind}`)}</p>
      <OfKind {...props} />
    </div>
  );
}

function OfKind(props: WorkProps): ReactNode {
  const { t } = useWords();
  const { draft, onChange, error, plans, repositories } = props;
  const plan = <Select className={styles.short} label={t('jobs.plan')} placeholder={t('jobs.choosePlan')} data={named(plans.map(({ name, title }) => ({ value: name, label: visibleText(title || name, true) })), draft.plan)} value={draft.plan || null} error={error('plan')} onChange={(value) => onChange({ plan: value ?? '' })} data-testid="job-plan" />;
  const repository = <Select className={styles.short} label={t('jobs.repository')} placeholder={t('jobs.chooseRepository')} data={named(repositories.map(({ name }) => ({ value: name, label: name })), draft.repository)} value={draft.repository || null} error={error('repository')} onChange={(value) => onChange({ repository: value ?? '' })} />;
  switch (draft.kind) {
    case 'snapshot':
      return plan;
    case 'forget':
      return (
        <>
          {plan}
          <Checkbox label={t('jobs.prune')} description={t('jobs.pruneSub')} checked={draft.prune} onChange={(event) => onChange({ prune: event.currentTarget.checked })} />
        </>
      );
    case 'watch':
      return (
        <>
          {plan}
          <Checkbox label={t('jobs.bringBack')} description={t('jobs.bringBackSub')} checked={draft.bringBack} onChange={(event) => onChange({ bringBack: event.currentTarget.checked })} data-testid="job-bring-back" />
        </>
      );
    case 'drill':
      return (
        <>
          {plan}
          <TextInput className={styles.short} label={t('jobs.share')} value={draft.share} error={error('share')} inputMode="decimal" onChange={(event) => onChange({ share: event.currentTarget.value })} />
        </>
      );
    case 'check':
      return (
        <>
          {repository}
          <Select className={styles.short} label={t('jobs.read')} data={(['structure', 'share', 'all'] as const).map((value) => ({ value, label: t(`jobs.read.${value}`) }))} value={draft.read} onChange={(value) => value !== null && onChange({ read: value as JobDraft['read'] })} />
          {draft.read === 'share' && <TextInput className={styles.short} label={t('jobs.withinDays')} value={draft.withinDays} error={error('withinDays')} inputMode="numeric" onChange={(event) => onChange({ withinDays: event.currentTarget.value })} />}
        </>
      );
    case 'prune':
      return repository;
    case 'package':
      return (
        <>
          <Select className={styles.short} label={t('jobs.packageOf')} data={[{ value: '', label: t('jobs.packageRecord') }, ...named(plans.map(({ name, title }) => ({ value: name, label: t('jobs.packagePlan', { name: visibleText(title || name, true) }) })), draft.plan)]} value={draft.plan} onChange={(value) => onChange({ plan: value ?? '' })} allowDeselect={false} data-testid="job-package-of" />
          {draft.plan !== '' && <Select className={styles.short} label={t('jobs.packageFormat')} data={[{ value: '', label: t('jobs.packageUsual') }, ...PackageFormat.options.map((value) => ({ value, label: value }))]} value={draft.packageFormat} onChange={(value) => onChange({ packageFormat: (value ?? '') as JobDraft['packageFormat'] })} allowDeselect={false} />}
          <TextInput label={t('jobs.packageFolder')} description={t('jobs.packageFolderSub')} value={draft.packageFolder} error={error('packageFolder')} onChange={(event) => onChange({ packageFolder: event.currentTarget.value })} spellCheck={false} styles={mono} />
          <TextInput className={styles.short} label={t('jobs.packageKeep')} description={t('jobs.packageKeepSub')} value={draft.packageKeep} error={error('packageKeep')} inputMode="numeric" onChange={(event) => onChange({ packageKeep: event.currentTarget.value })} />
        </>
      );
    case 'external':
    case 'verify-log':
      return null;
    case 'http':
      return <AddressFields {...props} />;
    case 'command':
      return <ProgramFields {...props} />;
  }
}

/** What the job names is in the list, also when it is gone. */
function named(known: { value: string; label: string }[], current: string): { value: string; label: string }[] {
  return current === '' || known.some(({ value }) => value === current) ? known : [...known, { value: current, label: visibleText(current, true) }];
}

function AddressFields({ draft, onChange, error }: GroupProps): ReactNode {
  const { t } = useWords();
  const secrets = useSecretNames();
  return (
    <>
      <div className={styles.pair}>
        <TextInput label={t('jobs.url')} placeholder="https://" value={draft.url} error={error('url')} onChange={(event) => onChange({ url: event.currentTarget.value })} spellCheck={false} styles={mono} data-testid="job-url" />
        <Select label={t('jobs.method')} data={['GET', 'POST']} value={draft.method} onChange={(value) => value !== null && onChange({ method: value as JobDraft['method'] })} />
      </div>
      <div className={styles.pair}>
        <TextInput label={t('jobs.expectText')} description={t('jobs.expectTextSub')} value={draft.expectText} error={error('expectText')} onChange={(event) => onChange({ expectText: event.currentTarget.value })} />
        <TextInput label={t('jobs.expectStatus')} description={t('jobs.expectStatusSub')} value={draft.expectStatus} error={error('expectStatus')} onChange={(event) => onChange({ expectStatus: event.currentTarget.value })} />
      </div>
      <Select className={styles.short} label={t('jobs.bearer')} description={t('jobs.bearerSub')} clearable data={named(secrets.map((name) => ({ value: name, label: name })), draft.bearerSecret)} value={draft.bearerSecret || null} onChange={(value) => onChange({ bearerSecret: value ?? '' })} error={error('bearerSecret')} />
    </>
  );
}

/** One field for each argument; Enter goes on to the next one, and makes it where there is none. */
function Arguments({ draft, onChange, error }: GroupProps): ReactNode {
  const { t } = useWords();
  const list = useRef<HTMLOListElement>(null);
  // Drawn at once, so that whoever types fast types into the field that is there next.
  const set = (argv: readonly string[]): void => flushSync(() => onChange({ argv }));
  const focus = (index: number): void => list.current?.querySelectorAll<HTMLTextAreaElement>('textarea:not([aria-hidden])')[index]?.focus();
  const onKeyDown = (event: KeyboardEvent, index: number): void => {
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    if (index === draft.argv.length - 1) set([...draft.argv, '']);
    focus(index + 1);
  };
  return (
    <div className={styles.group} role="group" aria-label={t('jobs.argv')}>
      <p className="muted">{t('jobs.argvSub')}</p>
      <ol className={`plain-list ${styles.argv}`} ref={list} data-testid="job-argv">
        {draft.argv.map((argument, index) => (
          // Arguments have no identity of their own; their place is what they are.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={index}>
            <Textarea
              size="xs"
              autosize
              minRows={1}
              maxRows={8}
              label={index === 0 ? t('jobs.program') : t('jobs.argument', { count: index })}
              value={argument}
              error={index === 0 ? error('argv') : undefined}
              placeholder={index === 0 ? '/usr/bin/rsync' : ''}
              onChange={(event) => onChange({ argv: draft.argv.with(index, event.currentTarget.value) })}
              onKeyDown={(event) => onKeyDown(event, index)}
              spellCheck={false}
              styles={mono}
            />
            {index > 0 && (
              <Button variant="subtle" aria-label={t('jobs.argumentRemove', { count: index })} onClick={() => (set(draft.argv.filter((_, each) => each !== index)), focus(index - 1))}>
                <IconX size={15} aria-hidden />
              </Button>
            )}
          </li>
        ))}
      </ol>
      <div>
        <Button variant="default" onClick={() => (set([...draft.argv, '']), focus(draft.argv.length))} data-testid="argument-add">
          {t('jobs.argumentAdd')}
        </Button>
      </div>
    </div>
  );
}

function Secrets({ draft, onChange, error }: GroupProps): ReactNode {
  const { t } = useWords();
  const names = useSecretNames();
  const set = (index: number, change: Partial<SecretDraft>): void => onChange({ secrets: draft.secrets.map((each, at) => (at === index ? { ...each, ...change } : each)) });
  return (
    <div className={styles.group} role="group" aria-label={t('jobs.secrets')}>
      <p className={styles.label}>{t('jobs.secrets')}</p>
      <p className="muted">{names.length === 0 && draft.secrets.length === 0 ? t('jobs.secretsNone') : t('jobs.secretsSub')}</p>
      {draft.secrets.map((each, index) => (
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index} className={styles.secret}>
          <Select aria-label={t('jobs.secret')} placeholder={t('jobs.secret')} data={named(names.map((name) => ({ value: name, label: name })), each.secret)} value={each.secret || null} onChange={(value) => set(index, { secret: value ?? '' })} />
          <Select aria-label={t('jobs.secretInto')} data={(['environment', 'file', 'stdin'] as const).map((value) => ({ value, label: t(`jobs.into.${value}`) }))} value={each.into} onChange={(value) => value !== null && set(index, { into: value as SecretDraft['into'] })} />
          {each.into !== 'stdin' && <TextInput aria-label={t('jobs.secretVariable')} placeholder="API_TOKEN" value={each.name} onChange={(event) => set(index, { name: event.currentTarget.value })} spellCheck={false} styles={mono} />}
          <Button variant="subtle" aria-label={t('jobs.secretRemove', { name: each.secret })} onClick={() => onChange({ secrets: draft.secrets.filter((_, at) => at !== index) })}>
            <IconX size={15} aria-hidden />
          </Button>
        </div>
      ))}
      {error('secrets') !== undefined && <p className={styles.bad}>{error('secrets')}</p>}
      {names.length > 0 && (
        <div>
          <Button variant="default" onClick={() => onChange({ secrets: [...draft.secrets, { secret: '', into: 'environment', name: '' }] })}>
            {t('jobs.secretAdd')}
          </Button>
        </div>
      )}
    </div>
  );
}

function ProgramFields(props: GroupProps): ReactNode {
  const { t } = useWords();
  const { draft, onChange, error } = props;
  return (
    <>
      <Arguments {...props} />
      <TextInput label={t('jobs.folder')} description={t('jobs.folderSub')} value={draft.folder} error={error('folder')} onChange={(event) => onChange({ folder: event.currentTarget.value })} spellCheck={false} styles={mono} />
      <Textarea size="xs" label={t('jobs.environment')} description={t('jobs.environmentSub')} placeholder="LANG=C" value={draft.environment} error={error('environment')} onChange={(event) => onChange({ environment: event.currentTarget.value })} autosize minRows={2} maxRows={10} spellCheck={false} styles={mono} />
      <Secrets {...props} />
    </>
  );
}
