// Who read a secret: the last ones, newest first.
import type { ReactNode } from 'react';
import { describeError } from '../../../contract/copy/errors.ts';
import { errorCodes } from '../../../contract/errors.ts';
import type { SecretAccess } from '../../../contract/secrets.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Moment, useWords } from '../../ui/words.tsx';
import { accessShown, useAccess } from './queries.ts';
import styles from './Secrets.module.css';

function Outcome({ access: { outcome, code } }: { access: SecretAccess }): ReactNode {
  const { t, language } = useWords();
  if (outcome === 'given') return null;
  const known = errorCodes.find((each) => each === code);
  return <span className={styles.failed}>{outcome === 'begun' ? t('secrets.accessBegun') : t('secrets.accessFailed', { why: known === undefined ? (code ?? '') : describeError(language, known).title })}</span>;
}

export function Access({ name }: { name: string }): ReactNode {
  const { t } = useWords();
  const access = useAccess(name);
  if (access.isError) return <ErrorNotice error={access.error} compact onRetry={() => void access.refetch()} />;
  if (access.data === undefined) return null;
  if (access.data.length === 0) return <p className="muted">{t('secrets.accessNone')}</p>;
  return (
    <>
      <ul className={`plain-list ${styles.accesses}`} data-testid="accesses">
        {access.data.map((each) => (
          <li key={each.id}>
            <Moment at={each.at} form="when" />
            <span>
              {t('secrets.accessRow', { version: each.version, by: visibleText(each.by, true), purpose: each.purpose === 'reveal' ? t('secrets.accessReveal') : visibleText(each.purpose, true) })} <Outcome access={each} />
            </span>
          </li>
        ))}
      </ul>
      {access.data.length === accessShown && <p className="muted">{t('secrets.accessMore', { count: accessShown })}</p>}
    </>
  );
}
