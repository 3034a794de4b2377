// What can be done with a copy: a program is run in it, and it takes the place of the original.
import { Button, Radio, Textarea } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import type { Trial } from '../../../contract/trials.ts';
import { usePlans, useStartTask } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useWords } from '../../ui/words.tsx';
import { commandOf } from './state.ts';
import styles from './Trials.module.css';

interface PartProps {
  trial: Trial;
  busy: boolean;
}

function CommandField({ value, onChange, testId }: { value: string; onChange(value: string): void; testId: string }): ReactNode {
  const { t } = useWords();
  return <Textarea label={t('trials.command')} placeholder={'python3\n-m\npytest'} autosize minRows={2} maxRows={8} spellCheck={false} value={value} onChange={(event) => onChange(event.currentTarget.value)} data-testid={testId} />;
}

export function RunPart({ trial, busy }: PartProps): ReactNode {
  const { t } = useWords();
  const start = useStartTask();
  const [lines, setLines] = useState('');
  const command = commandOf(lines);
  return (
    <section className={styles.step} aria-labelledby="trial-run">
      <h3 id="trial-run">{t('trials.runHead')}</h3>
      <p className="muted">{t('trials.runSub')}</p>
      <CommandField value={lines} onChange={setLines} testId="trial-command" />
      {start.isError && <ErrorNotice error={start.error} compact />}
      <div>
        <Button variant="default" disabled={busy || command === undefined} loading={start.isPending} onClick={() => command && start.mutate((client) => client.trials.run({ trial: trial.id, command }))}>
          {t('trials.run')}
        </Button>
      </div>
    </section>
  );
}

export function PromotePart({ trial, busy }: PartProps): ReactNode {
  const { t } = useWords();
  const start = useStartTask();
  const planned = usePlans().data?.find(({ id }) => id === trial.planId)?.hooks.check?.argv[0];
  const [own, setOwn] = useState(false);
  const [lines, setLines] = useState('');
  const check = own ? commandOf(lines) : undefined;
  return (
    <section className={styles.step} aria-labelledby="trial-promote">
      <h3 id="trial-promote">{t('trials.promoteHead')}</h3>
      <p className="muted">{t('trials.promoteSub')}</p>
      <Radio.Group label={t('trials.check')} value={own ? 'own' : 'usual'} onChange={(value) => setOwn(value === 'own')}>
        <div className={styles.choices}>
          <Radio value="usual" label={planned === undefined ? t('trials.checkNone') : t('trials.checkPlan', { program: visibleText(planned, true) })} />
          <Radio value="own" label={t('trials.checkOwn')} />
        </div>
      </Radio.Group>
      {own && <CommandField value={lines} onChange={setLines} testId="trial-check" />}
      {start.isError && <ErrorNotice error={start.error} compact />}
      <div>
        <Button disabled={busy || (own && check === undefined)} loading={start.isPending} onClick={() => start.mutate((client) => client.trials.promote({ trial: trial.id, ...(check && { check }) }))}>
          {t('trials.promote')}
        </Button>
      </div>
    </section>
  );
}
