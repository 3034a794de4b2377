// Step 1: which package, and where the home is made. A place where none can be made is said before anything is typed.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { visibleText } from '../../../../contract/copy/text.ts';
import { useClient } from '../../../api/queries.ts';
import { ErrorNotice } from '../../../ui/ErrorNotice.tsx';
import { PackageFile } from '../../../ui/PackageFile.tsx';
import { Shape } from '../../../ui/Shape.tsx';
import { useWords } from '../../../ui/words.tsx';
import styles from '../Welcome.module.css';

/** Asked anew each time: a person who was told what is in the way takes it away. */
export function useHomePlace() {
  const client = useClient();
  return useQuery({ queryKey: ['packages', 'home-place'], queryFn: ({ signal }) => client.packages.homePlace({}, { signal }), staleTime: 0, retry: false });
}

type WhichPageProps = Omit<Parameters<typeof PackageFile>[0], 'children'> & { onBack(): void };

export function WhichPage({ onBack, ...file }: WhichPageProps): ReactNode {
  const { t, bytes } = useWords();
  const place = useHomePlace();
  const back = (
    <Button variant="default" onClick={onBack} disabled={file.check.asking}>
      {t('word.back')}
    </Button>
  );
  if (place.isError) return <Away notice={<ErrorNotice error={place.error} onRetry={() => void place.refetch()} />} back={back} />;
  if (place.data === undefined) return <p className="muted">{t('word.loading')}…</p>;
  const { path, state, freeBytes } = place.data;
  const shown = visibleText(path, true);
  if (state !== 'free') {
    return (
      <Away
        notice={
          <p className={styles.said} role="alert" data-testid="place-taken">
            <Shape tone="bad" size={20} /> <span>{t(`earlier.place.${state}`, { path: shown })}</span>
          </p>
        }
        back={
          <>
            <Button onClick={() => void place.refetch()} loading={place.isFetching}>
              {t('word.retry')}
            </Button>
            {back}
          </>
        }
      />
    );
  }
  return (
    <>
      <p className={styles.wrapped} data-testid="home-place">
        {t('earlier.place', { path: shown })} <span className="muted">{t('earlier.placeFree', { size: bytes(freeBytes) })}</span>
      </p>
      <PackageFile {...file}>
        <span className="grow" />
        {back}
      </PackageFile>
    </>
  );
}

function Away({ notice, back }: { notice: ReactNode; back: ReactNode }): ReactNode {
  return (
    <>
      {notice}
      <div className={styles.buttons}>{back}</div>
    </>
  );
}
