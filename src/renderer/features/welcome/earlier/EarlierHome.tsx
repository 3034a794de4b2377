// A home out of a package of an earlier one: which package, what is in it, whether the old home is gone, and what came of it. Nothing of what is typed here is
// kept when the page is left; the work itself goes on, and is shown again to whoever comes back.
import { useEffect, useState, type ReactNode } from 'react';
import { useTasks } from '../../../api/engine.tsx';
import { useAsked } from '../../../api/use-asked.ts';
import { ErrorNotice } from '../../../ui/ErrorNotice.tsx';
import { useWords } from '../../../ui/words.tsx';
import { Frame } from '../Frame.tsx';
import { useSecretStores } from '../PasswordPage.tsx';
import { noAnswers, restoreInput, type Answers } from './answers.ts';
import { FoundPage } from './FoundPage.tsx';
import { MadePage, MakingPage } from './MadePage.tsx';
import { OldHomePage } from './OldHomePage.tsx';
import { WhichPage } from './WhichPage.tsx';

/** A home that is being made now, by this page before it was loaded anew, or by another one. */
export function useHomeBeingMade(): string | undefined {
  return [...useTasks().values()].find(({ kind, state }) => kind === 'home-restore' && state === 'running')?.id;
}

const total = 4;

export function EarlierHome({ onBack, onLeave }: { onBack(): void; onLeave(to: string): void }): ReactNode {
  const { t, language } = useWords();
  const stores = useSecretStores().data;
  const check = useAsked('package-check');
  const restore = useAsked('home-restore');
  const underWay = useHomeBeingMade();
  const [path, setPath] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const [answers, setAnswers] = useState<Answers>(noAnswers);
  const [asks, setAsks] = useState(false);
  const { ask, asking } = restore;
  useEffect(() => {
    if (underWay !== undefined && !asking) ask(async () => ({ taskId: underWay }));
  }, [ask, asking, underWay]);
  const found = check.result?.check;
  const changed = (): void => {
    check.forget();
    restore.forget();
    setAsks(false);
  };
  const frame = (page: string, step: number, head: 'which' | 'found' | 'old' | 'making' | 'made', body: ReactNode): ReactNode => (
    <Frame page={`earlier-${page}`} step={step} of={total} arrived title={t(`earlier.${head}Head`)} sub={t(`earlier.${head}Sub`)}>
      {body}
    </Frame>
  );
  if (restore.result) return frame('made', 4, 'made', <MadePage report={restore.result.report} onDone={() => onLeave('/')} onLog={() => onLeave('/log')} />);
  if (restore.asking) return frame('making', 4, 'making', <MakingPage task={restore.task} />);
  if (found && asks) {
    const keyring = stores?.keyring.available === true;
    const input = restoreInput({ path: path.trim(), passphrase }, answers, { keyring, language });
    return frame(
      'old', 3, 'old',
      <OldHomePage
        check={found}
        answers={answers}
        keyring={keyring}
        error={restore.error}
        onChange={(change) => setAnswers((before) => ({ ...before, ...change }))}
        onMake={() => input && restore.ask((client) => client.packages.restoreHome(input))}
        onBack={() => {
          restore.forget();
          setAsks(false);
        }}
      />
    );
  }
  if (found) return frame('found', 2, 'found', <FoundPage check={found} onNext={() => setAsks(true)} onBack={changed} />);
  return frame(
    'which', 1, 'which',
    <>
      {restore.error !== undefined && <ErrorNotice error={restore.error} />}
      <WhichPage
        path={path}
        passphrase={passphrase}
        check={check}
        onPath={(next) => {
          setPath(next);
          changed();
        }}
        onPassphrase={setPassphrase}
        onCheck={() => check.ask((client) => client.packages.verify({ path: path.trim(), ...(passphrase !== '' && { key: { passphrase } }) }))}
        onBack={onBack}
      />
    </>
  );
}
