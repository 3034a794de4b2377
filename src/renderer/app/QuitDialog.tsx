// A quit, shown over whatever screen is open: what becomes of work under way, how far that and the last snapshots are, and the two ways out of waiting.
import { Button, Modal } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import { visibleText } from '../../contract/copy/text.ts';
import type { LastSnapshot, QuitChoice, QuitState } from '../../contract/desktop.ts';
import { useEngine, useTasks } from '../api/engine.tsx';
import { ErrorNotice } from '../ui/ErrorNotice.tsx';
import { Shape, type Tone } from '../ui/Shape.tsx';
import { TaskBar, taskNumbers } from '../ui/TaskLine.tsx';
import { useWords } from '../ui/words.tsx';
import { AskWork, AwaitedWork, type Choices } from './QuitWork.tsx';
import styles from './QuitDialog.module.css';

const again = 1_000;
const tones: Record<LastSnapshot['state'], Tone> = { running: 'info', done: 'good', gaps: 'attention', failed: 'bad', cancelled: 'unknown' };

/** Undefined in a browser, and while nobody quits. */
function useQuitState(): QuitState | undefined {
  const { line } = useEngine();
  const [state, setState] = useState<QuitState>();
  useEffect(() => {
    if (line.host !== 'desktop') return;
    const stop = new AbortController();
    const follow = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        try {
          for await (const next of await line.client.desktop.quitting({}, { signal: stop.signal })) setState(next);
        } catch {
          // The engine's process, through which it comes, was replaced: asked again over the new one.
        }
        await new Promise((resolve) => setTimeout(resolve, again));
      }
    };
    void follow();
    return () => stop.abort();
  }, [line]);
  return state?.state === 'none' ? undefined : state;
}

function Line({ last }: { last: LastSnapshot }): ReactNode {
  const words = useWords();
  const task = useTasks().get(last.taskId ?? '');
  const plan = last.what === 'record' ? words.t('quit.record') : visibleText(last.title || last.plan, true);
  if (last.state === 'running') {
    return (
      <li className={styles.line}>
        <p className="strong">{plan}</p>
        {task ? (
          <>
            <TaskBar task={task} wide />
            <p className="muted">{taskNumbers(words, task)}</p>
          </>
        ) : (
          <p className="muted">{words.t('quit.waiting', { plan })}</p>
        )}
      </li>
    );
  }
  return (
    <li className={styles.line}>
      {plan !== '' && (
        <p className="row">
          <Shape tone={tones[last.state]} /> {words.t(`quit.${last.state}`, { plan })}
        </p>
      )}
      {last.error !== null && last.state === 'failed' && <ErrorNotice error={last.error} compact />}
    </li>
  );
}

const words = {
  asking: { title: 'quit.askTitle', lead: 'quit.askLead', quit: 'quit.do' },
  waiting: { title: 'quit.waitTitle', lead: 'quit.dontWaitSub', quit: 'quit.dontWait' },
  saving: { title: 'quit.title', lead: 'quit.lead', quit: 'quit.skip' },
  failed: { title: 'quit.title', lead: 'quit.failedLead', quit: 'quit.now' }
} as const;

export function QuitDialog(): ReactNode {
  const { t } = useWords();
  const { line } = useEngine();
  const state = useQuitState();
  const phase = state?.state;
  const [asked, setAsked] = useState<'quit' | 'stay'>();
  const [choices, setChoices] = useState<Choices>({});
  // Each phase is answered by itself.
  useEffect(() => {
    setAsked(undefined);
    if (phase === undefined) setChoices({});
  }, [phase]);
  if (state === undefined || state.state === 'none') return null;
  const { title, lead, quit } = words[state.state];
  const answer = (given: 'quit' | 'stay'): void => {
    setAsked(given);
    const chosen = state.state === 'asking' ? Object.entries(choices).map(([id, choice]) => ({ id, choice })) : [];
    line.client.desktop.answerQuit({ answer: given, choices: chosen }).catch(() => setAsked(undefined));
  };
  const choose = (id: string, choice: QuitChoice): void => setChoices((before) => ({ ...before, [id]: choice }));
  return (
    <Modal opened onClose={() => answer('stay')} withCloseButton={false} closeOnClickOutside={false} closeOnEscape={false} title={t(title)} data-testid="quit-dialog" data-state={state.state}>
      <div className={styles.dialog}>
        <p role="status">{t(lead)}</p>
        <ul className="plain-list">
          {state.work.map((work) => (state.state === 'asking' ? <AskWork key={work.id} work={work} choices={choices} onChoose={choose} /> : <AwaitedWork key={work.id} work={work} />))}
          {state.snapshots.map((last) => (
            <Line key={`${last.what} ${last.planId}`} last={last} />
          ))}
        </ul>
        <div className={styles.buttons}>
          <Button variant="default" disabled={asked !== undefined} onClick={() => answer('stay')} data-autofocus>
            {t('quit.stay')}
          </Button>
          <Button variant={state.state === 'asking' || state.state === 'failed' ? 'filled' : 'default'} disabled={asked !== undefined} onClick={() => answer('quit')}>
            {asked === 'quit' ? t('quit.stopping') : t(quit)}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
