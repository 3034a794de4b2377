// How an entry is held: from its leaf, past the hashes beside the way, to the root that a checkpoint signs.
import { ActionIcon } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import type { EntryInclusion } from '../../../contract/review.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { Moment, Sentence, useWords } from '../../ui/words.tsx';
import { useInclusion } from './queries.ts';
import styles from './Log.module.css';

const rowTall = 28;
const wayAt = 44;
const besideAt = { left: 14, right: 74 } as const;

function Hash({ value }: { value: string }): ReactNode {
  const { t } = useWords();
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    void navigator.clipboard.writeText(value).then(() => setCopied(true));
    setTimeout(() => setCopied(false), 2_000);
  };
  const label = copied ? t('word.copied') : t('proof.copy');
  return (
    <>
      <span className={`mono ${styles.small}`} title={value}>
        {value.slice(0, 8)}…{value.slice(-4)}
      </span>
      <ActionIcon variant="subtle" color="gray" size={18} aria-label={label} title={label} onClick={copy}>
        {copied ? <IconCheck size={12} /> : <IconCopy size={12} />}
      </ActionIcon>
    </>
  );
}

/** One picture for the whole way: the root on top, the leaf at the foot, each hash beside the way joined where it comes in. */
function Way({ steps, holds }: Pick<EntryInclusion, 'steps' | 'holds'>): ReactNode {
  // The leaf has a row of its own at the foot, a little below the hash beside it.
  const tall = (steps.length + 2) * rowTall;
  const y = (row: number): number => tall - rowTall * 1.5 - row * rowTall;
  const leafAt = tall - rowTall / 2;
  return (
    <svg width={88} height={tall} aria-hidden="true" style={{ flex: 'none' }}>
      {steps.map((step, row) => (
        <g key={step.reached} fill="none" stroke="var(--line-strong)" strokeWidth={1.4}>
          <path d={`M${wayAt} ${row === 0 ? leafAt : y(row)}L${wayAt} ${y(row + 1)}`} stroke="var(--accent)" />
          <path d={`M${besideAt[step.side]} ${y(row)}L${wayAt} ${y(row + 1)}`} />
          <circle cx={besideAt[step.side]} cy={y(row)} r={4} fill="var(--k-other)" stroke="none" />
        </g>
      ))}
      {steps.slice(0, -1).map((step, row) => (
        <circle key={step.reached} cx={wayAt} cy={y(row + 1)} r={4} fill="var(--panel)" stroke="var(--accent)" strokeWidth={1.8} />
      ))}
      <circle cx={wayAt} cy={leafAt} r={5.5} fill="var(--accent)" />
      {steps.length > 0 && <circle cx={wayAt} cy={y(steps.length)} r={6} fill={holds ? 'var(--ok)' : 'var(--bad)'} />}
    </svg>
  );
}

function Drawn({ data }: { data: EntryInclusion }): ReactNode {
  const { t } = useWords();
  const { checkpoint, steps, leaf, holds } = data;
  if (checkpoint === null) return <p className="muted">{t('proof.none')}</p>;
  return (
    <>
      <p className={styles.holds} data-testid="proof" data-holds={holds}>
        <Shape tone={holds ? 'good' : 'bad'} size={16} /> <span>{t(holds ? 'proof.holds' : 'proof.fails')}</span>
      </p>
      <p className="muted">
        <Sentence of="proof.root" params={{ size: checkpoint.size }} slots={{ when: <Moment at={checkpoint.at} /> }} />
      </p>
      <div className={styles.way}>
        <Way steps={steps} holds={holds} />
        <ol className="plain-list">
          <li>
            <span>{t('proof.rootHash')}</span>
            <Hash value={checkpoint.root} />
          </li>
          {steps.toReversed().map((step) => (
            <li key={step.hash}>
              <span className="muted">{t(`proof.${step.side}`)}</span>
              <Hash value={step.hash} />
            </li>
          ))}
          <li>
            <span>{t('proof.leaf')}</span>
            <Hash value={leaf} />
          </li>
        </ol>
      </div>
    </>
  );
}

export function Proof({ seq }: { seq: number }): ReactNode {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  const inclusion = useInclusion(open ? seq : undefined);
  return (
    <section aria-label={t('proof.title')} className={styles.section}>
      <h3 className="heading">{t('proof.title')}</h3>
      <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          {t('proof.show')}
          {inclusion.data && inclusion.data.steps.length > 0 && <span className="muted"> ({t('proof.steps', { count: inclusion.data.steps.length })})</span>}
        </summary>
        {inclusion.isError && <ErrorNotice error={inclusion.error} onRetry={() => void inclusion.refetch()} compact />}
        {inclusion.data && <Drawn data={inclusion.data} />}
      </details>
    </section>
  );
}
