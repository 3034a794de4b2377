// Opening a package in three steps: which one, whether it is whole, and what to bring back. Nothing is taken out before all of it was checked.
import { Button, Checkbox, PasswordInput, Radio, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatExact } from '../../../contract/copy/values.ts';
import type { Verdict } from '../../../contract/log.ts';
import type { PackageCheck, UnpackReport } from '../../../contract/packages.ts';
import { useEngine } from '../../api/engine.tsx';
import { toFailure } from '../../api/failure.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { FolderField } from '../../ui/FolderField.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { TaskBar } from '../../ui/TaskLine.tsx';
import { useWords } from '../../ui/words.tsx';
import { openedPath } from './address.ts';
import { useAsked, type Asked } from './use-asked.ts';
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
      <Which
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
      {found && <Found check={found} />}
      {found && found.problemCount === 0 && (
        <BringBack kind={found.kind} asked={unpack} onUnpack={(target, existing) => unpack.ask((client) => client.packages.unpack({ path: path.trim(), ...key, target, existing }))} onDone={() => navigate('/packages')} />
      )}
    </div>
  );
}

interface WhichProps {
  path: string;
  passphrase: string;
  check: Asked<'package-check'>;
  onPath(path: string): void;
  onPassphrase(passphrase: string): void;
  onCheck(): void;
}

function Which({ path, passphrase, check, onPath, onPassphrase, onCheck }: WhichProps): ReactNode {
  const { t } = useWords();
  const { line } = useEngine();
  const failure = check.error === undefined ? undefined : toFailure(check.error).code;
  const sealed = /\.age$/i.test(path.trim()) || failure === 'PACKAGE_LOCKED' || failure === 'PACKAGE_WRONG_PASSPHRASE' || passphrase !== '';
  const choose = async (): Promise<void> => {
    const { path: picked } = await line.client.desktop.pickFile({ title: t('packages.choose'), extensions: ['gz', 'zip', 'age'] });
    if (picked !== null) onPath(picked);
  };
  return (
    <section className={`card ${styles.step}`} aria-labelledby="which">
      <h2 id="which">{t('packages.stepWhich')}</h2>
      <form
        className={styles.fields}
        onSubmit={(event) => {
          event.preventDefault();
          if (path.trim() !== '' && !check.asking) onCheck();
        }}
      >
        <div className="row">
          <TextInput className="grow" label={t('packages.file')} description={t('packages.fileSub')} inputWrapperOrder={['label', 'input', 'error', 'description']} value={path} onChange={(event) => onPath(event.currentTarget.value)} spellCheck={false} styles={{ input: { fontFamily: 'var(--mono)' } }} data-testid="package-file" />
          {line.host === 'desktop' && (
            <Button variant="default" onClick={() => void choose()}>
              {t('packages.choose')}
            </Button>
          )}
        </div>
        {sealed && <PasswordInput label={t('packages.passphrase')} value={passphrase} onChange={(event) => onPassphrase(event.currentTarget.value)} autoComplete="off" data-testid="package-passphrase" />}
        <div className="row">
          <Button type="submit" disabled={path.trim() === ''} loading={check.asking} data-testid="package-check">
            {t('packages.checkDo')}
          </Button>
          {check.task && <TaskBar task={check.task} wide />}
        </div>
        {check.error !== undefined && <ErrorNotice error={check.error} />}
      </form>
    </section>
  );
}

function Found({ check }: { check: PackageCheck }): ReactNode {
  const { t, bytes, language, reason } = useWords();
  const whole = check.problemCount === 0;
  const { log } = check;
  const holds = whole && (log === null || (log.chainValid && log.verdict?.kind !== 'broken'));
  return (
    <section className={`card ${styles.step}`} aria-labelledby="found" data-testid="package-found" data-whole={whole || undefined}>
      <h2 id="found">{t('packages.stepFound')}</h2>
      <div className={styles.said} role="status">
        <Shape tone={holds ? 'good' : 'bad'} size={20} />
        <p className="strong">{whole ? (holds ? t('packages.whole') : t('packages.wholeButBroken')) : t('packages.notWhole', { count: check.problemCount })}</p>
      </div>
      {!whole && (
        <ul className={`plain-list ${styles.problems}`} aria-label={t('packages.problems')}>
          {check.problems.map(({ path, reason: why }) => (
            <li key={`${path} ${why}`}>
              <span className="mono">{visibleText(path, true)}</span> <span className="muted">{reason(why)}</span>
            </li>
          ))}
        </ul>
      )}
      {!whole && <p>{t('packages.notWholeNext')}</p>}
      <dl className={styles.facts}>
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
              {t('packages.events', { count: log.events })}. {t(log.chainValid ? 'packages.chainHolds' : 'packages.chainBroken')} {sealedUpTo(log.verdict) === null ? t('packages.noCheckpoint') : t('packages.checkpoint', { count: sealedUpTo(log.verdict) ?? 0 })}
            </dd>
            {log.lastHash !== null && (
              <>
                <dt>{t('packages.factHash')}</dt>
                <dd className="mono">{log.lastHash}</dd>
              </>
            )}
          </>
        )}
      </dl>
    </section>
  );
}

/** Entries that a signed checkpoint in the package covers. */
function sealedUpTo(verdict: Verdict | null): number | null {
  return verdict !== null && 'checkpoint' in verdict ? (verdict.checkpoint?.size ?? null) : null;
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
          {asked.task && <TaskBar task={asked.task} wide />}
        </div>
        {asked.error !== undefined && <ErrorNotice error={asked.error} />}
        {report && <Done report={report} onDone={onDone} />}
      </form>
    </section>
  );
}

function Done({ report, onDone }: { report: UnpackReport; onDone(): void }): ReactNode {
  const { t, bytes, reason } = useWords();
  return (
    <div className={styles.fields} role="status" data-testid="unpacked">
      <p className={styles.said}>
        <Shape tone={report.refusedCount > 0 ? 'attention' : 'good'} size={18} />
        <span className="strong">{t('packages.unpacked', { count: report.files, size: bytes(report.bytes), target: visibleText(report.target, true) })}</span>
      </p>
      {report.kept > 0 && <p>{t('packages.kept', { count: report.kept })}</p>}
      {report.replaced > 0 && <p>{t('packages.replaced', { count: report.replaced })}</p>}
      {report.refusedCount > 0 && (
        <ul className={`plain-list ${styles.problems}`}>
          {report.refused.map(({ path, reason: why }) => (
            <li key={path}>
              <span className="mono">{visibleText(path, true)}</span> <span className="muted">{reason(why)}</span>
            </li>
          ))}
        </ul>
      )}
      <div className="row">
        <Button variant="default" onClick={onDone}>
          {t('packages.doneBack')}
        </Button>
      </div>
    </div>
  );
}
