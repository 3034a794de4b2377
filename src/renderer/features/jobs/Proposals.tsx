// The usual jobs for plans that have none, to be added one by one or together.
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { describeSchedule } from '../../../contract/copy/schedule.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import type { JobDefinition } from '../../../contract/jobs.ts';
import type { Plan } from '../../../contract/snapshots.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { describeWork } from '../../ui/job-words.ts';
import { useWords } from '../../ui/words.tsx';
import { useDo } from './queries.ts';
import styles from './Jobs.module.css';

/** One after the other: where one is refused, those before it are there. */
export function useAddJobs(): ReturnType<typeof useDo<void, readonly JobDefinition[]>> {
  return useDo(async (client, definitions: readonly JobDefinition[]) => {
    for (const definition of definitions) await client.jobs.add({ definition });
  });
}

export function Proposals({ plan, definitions }: { plan: Plan; definitions: readonly JobDefinition[] }): ReactNode {
  const words = useWords();
  const { t, language } = words;
  const add = useAddJobs();
  return (
    <section className={`card ${styles.proposals}`} aria-labelledby={`proposed-${plan.id}`} data-testid="proposals">
      <div className="row">
        <h2 id={`proposed-${plan.id}`} className="grow">
          {t('jobs.proposed', { plan: visibleText(plan.title || plan.name, true) })}
        </h2>
        <Button loading={add.isPending} onClick={() => add.mutate(definitions)} data-testid="add-all">
          {t('jobs.addAll', { count: definitions.length })}
        </Button>
      </div>
      <ul className="plain-list">
        {definitions.map((definition) => {
          const work = describeWork(words, definition.work);
          return (
            <li key={definition.name} className={styles.proposal}>
              <span className="grow">
                {work}
                <span className="muted">{` · ${describeSchedule(language, definition.schedule)}`}</span>
              </span>
              <Button variant="default" disabled={add.isPending} aria-label={t('jobs.addThis', { work })} onClick={() => add.mutate([definition])}>
                {t('word.add')}
              </Button>
            </li>
          );
        })}
      </ul>
      {add.isError && <ErrorNotice error={add.error} compact />}
    </section>
  );
}
