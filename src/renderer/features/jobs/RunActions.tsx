// What can be done with a run: again, stop, a note, another judgement. Each says what follows from it.
import { Button, Menu, Modal, Radio, Textarea } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { visibleText } from '../../../contract/copy/text.ts';
import type { Run } from '../../../contract/runs.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { isLiveState } from '../../ui/run-state.ts';
import { Sure } from '../../ui/Sure.tsx';
import { useWords } from '../../ui/words.tsx';
import { useDo } from './queries.ts';
import styles from './Jobs.module.css';

/** Work that writes to a repository: killing it leaves its lock there. */
const writes: ReadonlySet<string> = new Set(['snapshot', 'forget', 'prune']);

function Again({ run }: { run: Run }): ReactNode {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const again = useDo((client, as: 'was' | 'now') => client.runs.replay({ run: run.id, as }));
  const start = (as: 'was' | 'now'): void => again.mutate(as, { onSuccess: ({ id }) => navigate(`/jobs/runs/${id}`) });
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button loading={again.isPending} data-testid="run-again">
            {t('run.again')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => start('now')}>{t('run.againNow')}</Menu.Item>
          <Menu.Item onClick={() => start('was')}>{t('run.againWas', { version: run.version })}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {again.isError && (
        <Modal opened onClose={() => again.reset()} title={t('run.again')} closeButtonProps={{ 'aria-label': t('word.close') }}>
          <ErrorNotice error={again.error} compact />
        </Modal>
      )}
    </>
  );
}

function Stop({ run }: { run: Run }): ReactNode {
  const { t } = useWords();
  const [asking, setAsking] = useState(false);
  const stop = useDo((client, force: boolean) => client.runs.stop({ run: run.id, force }));
  const begun = run.state === 'running' || run.state === 'stopping';
  return (
    <>
      <Button variant="default" loading={stop.isPending && !asking} disabled={run.state === 'stopping'} onClick={() => stop.mutate(false)} data-testid="run-stop">
        {run.state === 'stopping' ? t('run.stopping') : t('run.stop')}
      </Button>
      {begun && (
        <Button variant="default" onClick={() => setAsking(true)} data-testid="run-kill">
          {t('run.kill')}
        </Button>
      )}
      {stop.isError && !asking && <ErrorNotice error={stop.error} compact />}
      {asking && (
        <Sure
          title={t('run.killSure', { job: run.jobTitle || run.jobName })}
          sub={t(writes.has(run.workKind) ? 'run.killSubRepository' : 'run.killSub')}
          yes={t('run.killYes')}
          no={t('run.killNo')}
          loading={stop.isPending}
          error={stop.error}
          onClose={() => {
            stop.reset();
            setAsking(false);
          }}
          onYes={() => stop.mutate(true, { onSuccess: () => setAsking(false) })}
        />
      )}
    </>
  );
}

function Judge({ run }: { run: Run }): ReactNode {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  const [as, setAs] = useState<'succeeded' | 'partial' | 'failed' | ''>('');
  const [why, setWhy] = useState('');
  const judge = useDo((client) => client.runs.reclassify({ run: run.id, as: as === '' ? 'failed' : as, reason: why.trim() }));
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)} data-testid="run-judge">
        {t('run.judge')}
      </Button>
      {open && (
        <Modal opened onClose={() => setOpen(false)} title={t('run.judgeTitle')} closeButtonProps={{ 'aria-label': t('word.close') }}>
          <div className={styles.dialog}>
            <p>{t('run.judgeSub')}</p>
            <Radio.Group label={t('run.judgeAs')} value={as} onChange={(value) => setAs(value as 'failed')}>
              <div className={styles.group}>
                {(['succeeded', 'partial', 'failed'] as const).map((state) => (
                  <Radio key={state} value={state} label={t(`run.judge.${state}`)} />
                ))}
              </div>
            </Radio.Group>
            <Textarea size="xs" label={t('run.judgeWhy')} value={why} maxLength={1000} autosize minRows={2} onChange={(event) => setWhy(event.currentTarget.value)} data-testid="judge-why" />
            {judge.isError && <ErrorNotice error={judge.error} compact />}
            <div className="row">
              <Button disabled={as === '' || why.trim() === ''} loading={judge.isPending} onClick={() => judge.mutate(undefined, { onSuccess: () => setOpen(false) })} data-testid="judge-save">
                {t('run.judgeSave')}
              </Button>
              <Button variant="default" onClick={() => setOpen(false)}>
                {t('word.cancel')}
              </Button>
            </div>
          </div>
        </Modal>
      )}
    </>
  );
}

export function RunActions({ run }: { run: Run }): ReactNode {
  const live = isLiveState(run.state);
  return (
    <div className={styles.actions}>
      {live ? <Stop run={run} /> : <Again run={run} />}
      {!live && <Judge run={run} />}
    </div>
  );
}

export function Note({ run }: { run: Run }): ReactNode {
  const { t } = useWords();
  const [typed, setTyped] = useState<string>();
  const save = useDo((client, note: string) => client.runs.note({ run: run.id, note }));
  if (typed === undefined) {
    return (
      <div className="row">
        {run.note !== null && (
          <p className={styles.note} data-testid="run-note">
            {visibleText(run.note)}
          </p>
        )}
        <Button variant="default" onClick={() => setTyped(run.note ?? '')} data-testid="note-open">
          {t(run.note === null ? 'run.noteAdd' : 'run.noteEdit')}
        </Button>
      </div>
    );
  }
  return (
    <div className={styles.dialog}>
      <Textarea size="xs" label={t('run.note')} value={typed} maxLength={10_000} autosize minRows={2} maxRows={10} onChange={(event) => setTyped(event.currentTarget.value)} data-testid="note-field" data-autofocus />
      {save.isError && <ErrorNotice error={save.error} compact />}
      <div className="row">
        <Button loading={save.isPending} onClick={() => save.mutate(typed, { onSuccess: () => setTyped(undefined) })} data-testid="note-save">
          {t('run.noteSave')}
        </Button>
        <Button variant="default" onClick={() => setTyped(undefined)}>
          {t('word.cancel')}
        </Button>
      </div>
    </div>
  );
}
