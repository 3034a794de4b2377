// Opening a package in three steps: which one, whether it is whole, and what to bring back. Nothing is taken out before all of it was checked.
import { Button, Checkbox, Radio } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import { visibleText } from '../../../contract/copy/text.ts';
import type { PackageCheck, UnpackReport } from '../../../contract/packages.ts';
import { useAsked, type Asked } from '../../api/use-asked.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { FolderField } from '../../ui/FolderField.tsx';
import { PackageFile } from '../../ui/PackageFile.tsx';
import { PackageFacts, PackageProblems, PackageVerdict } from '../../ui/PackageFound.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { CancelTask, TaskBar } from '../../ui/TaskLine.tsx';
import { useWords } from '../../ui/words.tsx';
import { openedPath } from './address.ts';
import styles from './Packages.module.css';

type Existing = 'refuse' | 'keep' | 'replace';

export function OpenScreen(): ReactNode {
  const { t } = useWords();
  const { path: given } = useParams<{ path?: string }>();
  const [, navigate] = useLocation();
  const [path, setPath] = useState(openedPath(given));
  const [passphrase, setPassphrase] = useState('');
  const check = useAsked('package-check');
  const unpack = useAsked('unpack');
  const key = passphrase === '' ? {} : { key: { passphrase } };
  const found = check.result?.check;
  return (
    <div className={styles.screen}>
      <header className={styles.head}>
        <div className="row">
          <h1 className="grow">{t('packages.openTitle')}</h1>
          <Link href="/packages">{t('packages.title')}</Link>
        </div>
        <p className={`muted ${styles.lead}`}>{t('packages.openLead')}</p>
      </header>
      <section className={`card ${styles.step}`} aria-labelledby="which">
        <h2 id="which">{t('packages.stepWhich')}</h2>
        <PackageFile
          path={path}
          passphrase={passphrase}
          check={check}
          onPath={(next) => {
            setPath(next);
            check.forget();
            unpack.forget();
          }}
          onPassphrase={setPassphrase}
          onCheck={() => {
            unpack.forget();
            check.ask((client) => client.packages.verify({ path: path.trim(), ...key }));
          }}
        />
      </section>
      {found && (
        <section className={`card ${styles.step}`} aria-labelledby="found" data-testid="package-found" data-whole={found.problemCount === 0 || undefined}>
          <h2 id="found">{t('packages.stepFound')}</h2>
          <PackageVerdict check={found} />
          <PackageFacts check={found} />
        </section>
      )}
      {found && found.problemCount === 0 && (
        <BringBack kind={found.kind} asked={unpack} onUnpack={(target, existing) => unpack.ask((client) => client.packages.unpack({ path: path.trim(), ...key, target, existing }))} onDone={() => navigate('/packages')} />
      )}
    </div>
  );
}

interface BringBackProps {
  kind: PackageCheck['kind'];
  asked: Asked<'unpack'>;
  onUnpack(target: string, existing: Existing): void;
  onDone(): void;
}

function BringBack({ kind, asked, onUnpack, onDone }: BringBackProps): ReactNode {
  const { t } = useWords();
  const [target, setTarget] = useState('');
  const [existing, setExisting] = useState<Existing>('refuse');
  const [sure, setSure] = useState(false);
  const report = asked.result?.report;
  const ready = target.trim() !== '' && (existing !== 'replace' || sure);
  return (
    <section className={`card ${styles.step}`} aria-labelledby="back">
      <h2 id="back">{t('packages.stepBack')}</h2>
      {kind === 'log' && <p>{t('packages.homeHint')}</p>}
      {kind === 'log' && <code className="mono">varve package restore FILE --to FOLDER</code>}
      <form
        className={styles.fields}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !asked.asking) onUnpack(target.trim(), existing);
        }}
      >
        <FolderField label={t('packages.target')} description={t('packages.targetSub')} value={target} onChange={setTarget} />
        <Radio.Group label={t('packages.existing')} value={existing} onChange={(value) => setExisting(value as Existing)}>
          {(['refuse', 'keep', 'replace'] as const).map((value) => (
            <Radio key={value} value={value} label={t(`packages.existing.${value}`)} mt={6} />
          ))}
        </Radio.Group>
        {existing === 'replace' && <Checkbox label={t('packages.replaceSure')} checked={sure} onChange={(event) => setSure(event.currentTarget.checked)} />}
        <div className="row">
          <Button type="submit" disabled={!ready} loading={asked.asking} data-testid="unpack-do">
            {t('packages.unpackDo')}
          </Button>
          {asked.task && (
            <>
              <TaskBar task={asked.task} wide />
              <CancelTask id={asked.task.id} />
            </>
          )}
        </div>
        {asked.error !== undefined && <ErrorNotice error={asked.error} />}
        {report && <Done report={report} onDone={onDone} />}
      </form>
    </section>
  );
}

function Done({ report, onDone }: { report: UnpackReport; onDone(): void }): ReactNode {
  const { t, bytes } = useWords();
  return (
    <div className={styles.fields} role="status" data-testid="unpacked">
      <p className={styles.said}>
        <Shape tone={report.refusedCount > 0 ? 'attention' : 'good'} size={18} />
        <span className="strong">{t('packages.unpacked', { count: report.files, size: bytes(report.bytes), target: visibleText(report.target, true) })}</span>
      </p>
      {report.kept > 0 && <p>{t('packages.kept', { count: report.kept })}</p>}
      {report.replaced > 0 && <p>{t('packages.replaced', { count: report.replaced })}</p>}
      {report.refusedCount > 0 && <PackageProblems problems={report.refused} />}
      <div className="row">
        <Button variant="default" onClick={onDone}>
          {t('packages.doneBack')}
        </Button>
      </div>
    </div>
  );
}
