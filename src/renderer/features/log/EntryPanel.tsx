// One entry opened: its sentence, who and when, what stands on it, what it carries, what happened around it, and how it is held.
// What scrolls must be reachable by keyboard (WCAG 2.1.1).
/* oxlint-disable jsx-a11y/no-noninteractive-tabindex */
import { ActionIcon, Button, SegmentedControl, Tooltip } from '@mantine/core';
import { IconCheck, IconLink, IconX } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatExact } from '../../../contract/copy/values.ts';
import type { VarveClient } from '../../../contract/index.ts';
import type { LogFilter } from '../../../contract/log.ts';
import { isFailure } from '../../api/failure.ts';
import { CopyButton, ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { EventText } from '../../ui/EventText.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { useWords } from '../../ui/words.tsx';
import { Around } from './Around.tsx';
import { conditionFor } from './filter.ts';
import { EraseDialog } from './EraseDialog.tsx';
import { Notes } from './Notes.tsx';
import { PayloadTree } from './PayloadTree.tsx';
import { Proof } from './Proof.tsx';
import { Protected } from './Protected.tsx';
import { useEntry, type useAnnotating } from './queries.ts';
import styles from './Log.module.css';

type Shown = Awaited<ReturnType<VarveClient['log']['show']>>;

/** The address that opens this entry, here and after a restart. */
export function linkTo(seq: number): string {
  return `${window.location.origin}${window.location.pathname}#/log/${seq}`;
}

function CopyLink({ seq }: { seq: number }): ReactNode {
  const { t } = useWords();
  const [copied, setCopied] = useState(false);
  const label = copied ? t('word.copied') : t('review.copyLink');
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={label}
        onClick={() => {
          void navigator.clipboard.writeText(linkTo(seq)).then(() => setCopied(true));
          setTimeout(() => setCopied(false), 2_000);
        }}
      >
        {copied ? <IconCheck size={16} /> : <IconLink size={16} />}
      </ActionIcon>
    </Tooltip>
  );
}

function Facts({ data }: { data: Shown }): ReactNode {
  const { t, language } = useWords();
  const { entry } = data;
  return (
    <dl className={styles.facts}>
      <dt>{t('log.when')}</dt>
      <dd>{formatExact(language, new Date(entry.ts))}</dd>
      <dt>{t('log.actor')}</dt>
      <dd>{visibleText(entry.actorName ?? t('log.erasedName'), true)}</dd>
      {entry.subjectName !== null && (
        <>
          <dt>{t('log.subject')}</dt>
          <dd>{visibleText(entry.subjectName, true)}</dd>
        </>
      )}
      <dt>{t('log.category')}</dt>
      <dd>
        {t(`category.${entry.category}`)}, {t(`level.${entry.level}`)}
      </dd>
      <dt>{t('log.action')}</dt>
      <dd className="mono">{entry.action}</dd>
    </dl>
  );
}

function Hashes({ data, onFilter }: { data: Shown; onFilter(filter: LogFilter): void }): ReactNode {
  const { t } = useWords();
  const { entry, header } = data;
  const lines = [
    ['log.hash', entry.hash],
    ['log.previousHash', data.previousHash],
    ['log.leafHash', data.leafHash],
    ['log.id', entry.id],
    ['log.session', header.session],
    ['log.trace', header.trace]
  ] as const;
  return (
    <details>
      <summary>{t('word.details')}</summary>
      <dl className={styles.facts}>
        {lines.map(([key, value]) =>
          value === '' ? null : (
            <div key={key} style={{ display: 'contents' }}>
              <dt>{t(key)}</dt>
              <dd className={`mono ${styles.hash}`}>
                {key === 'log.session' || key === 'log.trace' ? (
                  <button type="button" className={styles.link} onClick={() => onFilter(key === 'log.session' ? { session: [value] } : { trace: value })}>
                    {value}
                  </button>
                ) : (
                  value
                )}
              </dd>
            </div>
          )
        )}
      </dl>
    </details>
  );
}

function Content({ entry, onFilter }: { entry: Shown['entry']; onFilter(filter: LogFilter): void }): ReactNode {
  const { t } = useWords();
  if (entry.payloadState === 'intact') return <PayloadTree value={entry.payload} onFind={(path, value) => onFilter({ where: conditionFor(path, value) })} />;
  if (entry.payloadState === 'locked') return <Protected seq={entry.seq} />;
  return <p>{t(`log.payload.${entry.payloadState}`)}</p>;
}

interface EntryPanelProps {
  seq: number;
  raw: boolean;
  /** False when the list's filters leave it out; undefined while that is not known. */
  passes: boolean | undefined;
  annotating: ReturnType<typeof useAnnotating>;
  writing: boolean;
  onWriting(writing: boolean): void;
  onRaw(raw: boolean): void;
  onFilter(filter: LogFilter): void;
  onShowAnyway(): void;
  onExport(): void;
  onErased(seqs: readonly number[]): void;
  onClose(): void;
}

export function EntryPanel({ seq, raw, passes, annotating, writing, onWriting, onRaw, onFilter, onShowAnyway, onExport, onErased, onClose }: EntryPanelProps): ReactNode {
  const { t } = useWords();
  const shown = useEntry(seq);
  const { data } = shown;
  const [erasing, setErasing] = useState(false);
  const rawText = data ? JSON.stringify({ header: data.header, payload: data.entry.payload, hash: data.entry.hash }, null, 2) : '';
  const damaged = shown.isError && isFailure(shown.error, 'LOG_DAMAGED');
  return (
    <aside className={`card ${styles.panel}`} aria-label={t('log.panel')} data-testid="entry-panel" data-seq={seq}>
      <div className={`row ${styles.panelHead}`}>
        <h2 className={`grow ${styles.panelTitle}`}>{t('log.entry', { seq })}</h2>
        <CopyLink seq={seq} />
        <SegmentedControl
          aria-label={t('log.panel')}
          data={[
            { value: 'words', label: t('log.sentence') },
            { value: 'raw', label: t('log.raw') }
          ]}
          value={raw ? 'raw' : 'words'}
          onChange={(value) => onRaw(value === 'raw')}
        />
        <ActionIcon variant="subtle" color="gray" aria-label={t('word.close')} onClick={onClose}>
          <IconX size={16} />
        </ActionIcon>
      </div>
      {passes === false && (
        <p className={styles.outside} data-testid="not-in-filter">
          <Shape tone="info" size={14} />
          <span>
            {t('review.notInFilter')}{' '}
            <button type="button" className={styles.link} onClick={onShowAnyway}>
              {t('review.showAnyway')}
            </button>
          </span>
        </p>
      )}
      {damaged && (
        <div className={styles.outside} role="alert">
          <Shape tone="bad" size={16} />
          <div>
            <p className="strong">{t('review.rowDamaged', { seq })}</p>
            <p>{t('review.rowDamagedNote')}</p>
          </div>
        </div>
      )}
      {shown.isError && !damaged && <ErrorNotice error={shown.error} onRetry={() => void shown.refetch()} />}
      {data && raw && (
        <>
          <pre className={styles.raw} tabIndex={0} data-testid="raw">
            {visibleText(rawText)}
          </pre>
          <div>
            <CopyButton text={() => rawText} label={t('word.copy')} />
          </div>
        </>
      )}
      {data && !raw && (
        <>
          <p className={styles.sentence}>
            <EventText event={data.entry} />
          </p>
          <Facts data={data} />
          <Notes seq={seq} annotating={annotating} writing={writing} onWriting={onWriting} />
          <section aria-label={t('log.payload')} className={styles.section}>
            <h3 className="heading">{t('log.payload')}</h3>
            <Content entry={data.entry} onFilter={onFilter} />
          </section>
        </>
      )}
      {!raw && <Around seq={seq} />}
      {data && !raw && (
        <>
          <Proof seq={seq} />
          <Hashes data={data} onFilter={onFilter} />
          <div className={`row ${styles.wrap}`}>
            <Button variant="default" onClick={onExport}>
              {t('export.evidence')}
            </Button>
            {data.header.payload !== null && data.entry.payloadState !== 'erased' && (
              <Button variant="default" onClick={() => setErasing(true)}>
                {t('erase.open')}
              </Button>
            )}
          </div>
          {erasing && <EraseDialog of={{ seq, subject: data.entry.subjectName }} onErased={onErased} onClose={() => setErasing(false)} />}
        </>
      )}
    </aside>
  );
}
