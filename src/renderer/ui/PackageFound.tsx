// What was found in a package: whether it is whole, what is not as it should be, and what it says of itself.
import type { ReactNode } from 'react';
import { visibleText } from '../../contract/copy/text.ts';
import { formatExact } from '../../contract/copy/values.ts';
import type { PackageCheck } from '../../contract/packages.ts';
import styles from './Package.module.css';
import { isSound, sealedUpTo } from './package-words.ts';
import { Shape } from './Shape.tsx';
import { useWords } from './words.tsx';

export function PackageVerdict({ check }: { check: PackageCheck }): ReactNode {
  const { t } = useWords();
  const whole = check.problemCount === 0;
  const sound = isSound(check);
  return (
    <>
      <div className={styles.said} role="status">
        <Shape tone={sound ? 'good' : 'bad'} size={20} />
        <p className="strong">{whole ? t(sound ? 'packages.whole' : 'packages.wholeButBroken') : t('packages.notWhole', { count: check.problemCount })}</p>
      </div>
      {!whole && <PackageProblems problems={check.problems} />}
      {!whole && <p>{t('packages.notWholeNext')}</p>}
    </>
  );
}

/** Files, each with why. */
export function PackageProblems({ problems }: { problems: PackageCheck['problems'] }): ReactNode {
  const { t, reason } = useWords();
  return (
    <ul className={`plain-list ${styles.problems}`} aria-label={t('packages.problems')}>
      {problems.map(({ path, reason: why }) => (
        <li key={`${path} ${why}`}>
          <span className="mono">{visibleText(path, true)}</span> <span className="muted">{reason(why)}</span>
        </li>
      ))}
    </ul>
  );
}

/** `children`: further pairs of `dt` and `dd`. */
export function PackageFacts({ check, children }: { check: PackageCheck; children?: ReactNode }): ReactNode {
  const { t, bytes, language } = useWords();
  const { log } = check;
  const signed = log && sealedUpTo(log.verdict);
  return (
    <dl className="fact-list">
      <dt>{t('packages.factKind')}</dt>
      <dd>{check.kind === null ? t('packages.factUnknown') : t(`packages.kind.${check.kind}`)}</dd>
      <dt>{t('packages.factMade')}</dt>
      <dd>{check.createdAt === null ? t('packages.factUnknown') : formatExact(language, new Date(check.createdAt))}</dd>
      {check.sourceFolder !== null && (
        <>
          <dt>{t('packages.factSource')}</dt>
          <dd className="mono">{visibleText(check.sourceFolder, true)}</dd>
        </>
      )}
      <dt>{t('packages.factHolds')}</dt>
      <dd>
        {t('word.files', { count: check.files })}, {bytes(check.bytes)}
        {check.sealed && `, ${t('packages.sealed')}`}
      </dd>
      {log !== null && (
        <>
          <dt>{t('packages.factRecord')}</dt>
          <dd>
            {t('packages.events', { count: log.events })}. {t(log.chainValid ? 'packages.chainHolds' : 'packages.chainBroken')} {signed === null ? t('packages.noCheckpoint') : t('packages.checkpoint', { count: signed })}
          </dd>
          {log.lastHash !== null && (
            <>
              <dt>{t('packages.factHash')}</dt>
              <dd className="mono">{log.lastHash}</dd>
            </>
          )}
        </>
      )}
      {children}
    </dl>
  );
}
