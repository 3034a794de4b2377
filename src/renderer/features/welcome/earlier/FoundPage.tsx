// Step 2: whether the package is whole, what is in it, and whether a home can be made of it.
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { verdictLines } from '../../../../contract/copy/verdict.ts';
import type { PackageCheck } from '../../../../contract/packages.ts';
import { homeIn } from '../../../ui/package-words.ts';
import { PackageFacts, PackageVerdict } from '../../../ui/PackageFound.tsx';
import { Shape } from '../../../ui/Shape.tsx';
import { useWords } from '../../../ui/words.tsx';
import styles from '../Welcome.module.css';
import { useHomePlace } from './WhichPage.tsx';

export function FoundPage({ check, onNext, onBack }: { check: PackageCheck; onNext(): void; onBack(): void }): ReactNode {
  const { t, bytes } = useWords();
  const { log } = check;
  const free = useHomePlace().data?.freeBytes;
  const usable = homeIn(check) === 'yes';
  return (
    <>
      <section className={`card ${styles.found}`} aria-label={t('earlier.foundHead')} data-testid="earlier-found" data-home={homeIn(check)}>
        <PackageVerdict check={check} />
        <NoHome check={check} />
        <PackageFacts check={check}>
          {usable && log && (
            <>
              <dt>{t('earlier.factHome')}</dt>
              <dd>{log.holds === null ? t('earlier.noState') : [t('earlier.repositories', { count: log.holds.repositories }), t('earlier.plans', { count: log.holds.plans }), t('earlier.jobs', { count: log.holds.jobs })].join(', ')}</dd>
              <dt>{t('earlier.factKeys')}</dt>
              <dd>{t(log.keys ? 'earlier.keysIn' : 'earlier.keysNotIn')}</dd>
            </>
          )}
        </PackageFacts>
        {log?.verdict && <Verdict verdict={log.verdict} />}
      </section>
      {usable && free !== undefined && free < check.bytes && (
        <p className={styles.said}>
          <Shape tone="attention" size={18} /> <span>{t('earlier.placeTight', { need: bytes(check.bytes), free: bytes(free) })}</span>
        </p>
      )}
      <div className={styles.buttons}>
        {usable && (
          <Button onClick={onNext} data-testid="earlier-next">
            {t('word.next')}
          </Button>
        )}
        <span className="grow" />
        <Button variant={usable ? 'default' : 'filled'} onClick={onBack}>
          {t('earlier.another')}
        </Button>
      </div>
    </>
  );
}

/** The same sentences as on the command line and in the log. */
export function Verdict({ verdict }: { verdict: NonNullable<NonNullable<PackageCheck['log']>['verdict']> }): ReactNode {
  const { t, language } = useWords();
  return (
    <div className={styles.verdict}>
      <h2>{t('earlier.verdict')}</h2>
      {verdictLines(language, verdict).map((line) => (
        <p key={line}>{line}</p>
      ))}
    </div>
  );
}

function NoHome({ check }: { check: PackageCheck }): ReactNode {
  const { t, reason } = useWords();
  const why = homeIn(check);
  if (why === 'yes' || why === 'not-whole') return null;
  const detail = check.log?.detail ?? null;
  const said = why === 'files' ? t('earlier.notRecord') : why === 'unknown' ? t('earlier.notKnown') : detail === null ? t('earlier.notRestorableEmpty') : t('earlier.notRestorable', { detail: reason(detail) });
  return (
    <p className={styles.said} role="alert">
      <Shape tone="attention" size={20} /> <span>{said}</span>
    </p>
  );
}
