// Settings: look, places, keys, tokens, doctor, sample, about. One page, a short list of its parts at the side.
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, type ReactNode } from 'react';
import { useParams } from 'wouter';
import { visibleText } from '../../../contract/copy/text.ts';
import { useEngine } from '../../api/engine.tsx';
import { useClient, useSample, useStatus } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useWords } from '../../ui/words.tsx';
import { Doctor } from './Doctor.tsx';
import { licenses } from './licenses.ts';
import { Desktop, Look } from './Look.tsx';
import { Plans, Repositories } from './Places.tsx';
import { Secrets } from './Secrets.tsx';
import { Section } from './Section.tsx';
import { Tokens } from './Tokens.tsx';
import styles from './Settings.module.css';

function Sample(): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const queries = useQueryClient();
  const present = useSample().data?.present;
  const change = useMutation<unknown>({ mutationFn: () => (present ? client.system.sample.remove({}) : client.system.sample.create({})), onSuccess: () => queries.invalidateQueries() });
  if (present === undefined) return null;
  return (
    <Section
      id="sample"
      title={t('set.sample')}
      sub={present ? t('overview.sampleSub') : t('set.sampleNone')}
      action={
        <Button variant="default" loading={change.isPending} onClick={() => change.mutate()}>
          {present ? t('overview.sampleRemove') : t('set.sampleCreate')}
        </Button>
      }
    >
      {change.isError && <ErrorNotice error={change.error} compact />}
    </Section>
  );
}

function About(): ReactNode {
  const { t } = useWords();
  const status = useStatus().data;
  if (!status) return null;
  return (
    <Section id="about" title={t('set.about')} sub={t('set.license')}>
      <p>{t('set.version', { version: status.version, node: status.runtime.node })}</p>
      <p>
        {t('set.home')}: <span className="mono">{visibleText(status.homePath, true)}</span>
      </p>
      <details>
        <summary>{t('set.licenses')}</summary>
        <ul className={styles.licenses}>
          {licenses.map(({ name, license }) => (
            <li key={name}>
              {name} <span className="muted">{license}</span>
            </li>
          ))}
        </ul>
      </details>
    </Section>
  );
}

export function SettingsScreen(): ReactNode {
  const { t } = useWords();
  const { part } = useParams<{ part?: string }>();
  const { line } = useEngine();
  // The address may name a part. Those above it that are still asked about may push it down a little.
  useEffect(() => {
    if (part !== undefined) document.getElementById(part)?.scrollIntoView({ block: 'start' });
  }, [part]);
  const parts = [
    ['look', t('set.look')],
    ...(line.host === 'desktop' ? [['desktop', t('set.desktop')] as const] : []),
    ['repositories', t('set.repositories')],
    ['plans', t('set.plans')],
    ['secrets', t('set.secrets')],
    ['tokens', t('set.tokens')],
    ['doctor', t('set.doctor')],
    ['sample', t('set.sample')],
    ['about', t('set.about')]
  ] as const;
  return (
    <div className={styles.settings}>
      <nav className={styles.parts} aria-label={t('set.title')}>
        {parts.map(([id, label]) => (
          <button key={id} type="button" onClick={() => document.getElementById(id)?.scrollIntoView({ block: 'start' })}>
            {label}
          </button>
        ))}
      </nav>
      <div className={styles.content}>
        <h1>{t('set.title')}</h1>
        <Look />
        <Desktop />
        <Repositories />
        <Plans />
        <Secrets />
        <Tokens />
        <Doctor atOnce={part === 'doctor'} />
        <Sample />
        <About />
      </div>
    </div>
  );
}
