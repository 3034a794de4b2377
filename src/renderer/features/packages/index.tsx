// Cold packages: what there is and where, making one, and the way to open one.
import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { visibleText } from '../../../contract/copy/text.ts';
import type { PackageRow } from '../../../contract/packages.ts';
import { useEngine, useTasks } from '../../api/engine.tsx';
import { isRunning } from '../../api/queries.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { baseName } from '../../ui/naming.ts';
import { Shape, type Tone } from '../../ui/Shape.tsx';
import { CancelTask, TaskBar, taskNumbers, taskTitle } from '../../ui/TaskLine.tsx';
import { Moment, useWords } from '../../ui/words.tsx';
import { openAddress } from './address.ts';
import { MakeDialog } from './MakeDialog.tsx';
import { Place } from './Place.tsx';
import { usePackages } from './queries.ts';
import styles from './Packages.module.css';

export { OpenScreen } from './OpenScreen.tsx';

const tones: Record<PackageRow['state'], Tone> = { making: 'info', there: 'good', missing: 'attention', removed: 'unknown', failed: 'bad' };

function Row({ row }: { row: PackageRow }): ReactNode {
  const { t, bytes } = useWords();
  const { line } = useEngine();
  const broken = row.chainValid === false;
  const whole = row.state === 'there' || row.state === 'missing' || row.state === 'removed';
  return (
    <li className={styles.row} data-testid="package" data-state={row.state}>
      <Shape tone={broken ? 'bad' : tones[row.state]} size={16} />
      <div className={styles.names}>
        <p>
          <b className="strong">{row.kind === 'log' ? t('packages.record') : t(`packages.of.${row.kind}`, { name: visibleText(row.source, true) })}</b>{' '}
          <span className="muted">
            {t(`packages.state.${row.state}`)}
            {row.sealed && ` · ${t('packages.sealed')}`}
          </span>
        </p>
        <p className="muted mono">{visibleText(whole ? baseName(row.path) : row.path, true)}</p>
        {broken && <p className={styles.broken}>{t('packages.broken')}</p>}
      </div>
      <div className={styles.numbers}>
        <p>{whole ? bytes(row.bytes) : ''}</p>
        <p className="muted">{row.events === null ? (whole ? t('word.files', { count: row.files }) : '') : t('packages.events', { count: row.events })}</p>
      </div>
      <span className="muted">
        <Moment at={row.createdAt} />
      </span>
      <span className={styles.buttons}>
        {row.state === 'there' && <Link href={openAddress(row.path)} aria-label={t('packages.checkOf', { name: baseName(row.path) })}>{t('packages.check')}</Link>}
        {row.state === 'there' && line.host === 'desktop' && (
          <Button variant="subtle" size="compact-xs" onClick={() => void line.client.desktop.showInFolder({ path: row.path })}>
            {t('packages.show')}
          </Button>
        )}
      </span>
    </li>
  );
}

function Running(): ReactNode {
  const words = useWords();
  const running = [...useTasks().values()].filter((task) => task.kind === 'package' && isRunning(task));
  if (running.length === 0) return null;
  return (
    <div className={`card ${styles.running}`} data-testid="packages-running">
      {running.map((task) => (
        <div key={task.id} className={styles.runningLine}>
          <span>{taskTitle(words, task)}</span>
          <TaskBar task={task} wide />
          <span className="muted num">{taskNumbers(words, task)}</span>
          <CancelTask id={task.id} />
        </div>
      ))}
    </div>
  );
}

export function PackagesScreen(): ReactNode {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const packages = usePackages();
  const [making, setMaking] = useState(false);
  const make = <Button onClick={() => setMaking(true)} data-testid="make-package">{t('packages.make')}</Button>;
  return (
    <div className={styles.screen}>
      <header className={styles.head}>
        <div className="row">
          <h1 className="grow">{t('packages.title')}</h1>
          <Button variant="default" onClick={() => navigate('/packages/open')}>
            {t('packages.open')}
          </Button>
          {packages.data?.length !== 0 && make}
        </div>
        <p className={`muted ${styles.lead}`}>{t('packages.lead')}</p>
      </header>
      <Place />
      <Running />
      {packages.isError && <ErrorNotice error={packages.error} onRetry={() => void packages.refetch()} />}
      {packages.data?.length === 0 && <EmptyState sentence={t('packages.empty')} action={make} example="varve package create" />}
      {(packages.data?.length ?? 0) > 0 && (
        <ul className={`card plain-list ${styles.list}`} aria-label={t('packages.list')} data-testid="package-list">
          {packages.data?.map((row) => <Row key={row.id} row={row} />)}
        </ul>
      )}
      {making && <MakeDialog onClose={() => setMaking(false)} />}
    </div>
  );
}
