// Welcome: at most three questions, each can be skipped, then a real snapshot and a real file back. Side doors: a package of an earlier
// home, an existing repository, and sample data. Later the same pages add another plan or repository.
import { useQueryClient } from '@tanstack/react-query';
import { IconArchive, IconFlask, IconHistory, IconShieldCheck } from '@tabler/icons-react';
import { useEffect, useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { useStatus } from '../../api/queries.ts';
import { useWords } from '../../ui/words.tsx';
import { noAnswers, type Answers, type Page } from './draft.ts';
import { EarlierHome, useHomeBeingMade } from './earlier/EarlierHome.tsx';
import { FoldersPage } from './FoldersPage.tsx';
import { Frame } from './Frame.tsx';
import { OpenPage } from './OpenPage.tsx';
import { PasswordPage } from './PasswordPage.tsx';
import { PlacePage } from './PlacePage.tsx';
import { RunPage } from './RunPage.tsx';
import { SamplePage } from './SamplePage.tsx';
import styles from './Welcome.module.css';

function Start({ hasHome, onChoose }: { hasHome: boolean; onChoose(page: Page): void }): ReactNode {
  const { t } = useWords();
  const doors = [
    { page: 'folders', icon: IconShieldCheck, title: t('hi.protect'), sub: t('hi.protectSub') },
    ...(hasHome ? [] : [{ page: 'earlier', icon: IconHistory, title: t('earlier.door'), sub: t('earlier.doorSub') } as const]),
    { page: 'open', icon: IconArchive, title: t('hi.open'), sub: t('hi.openSub') },
    { page: 'sample', icon: IconFlask, title: t('hi.sample'), sub: t('hi.sampleSub') }
  ] as const;
  return (
    <ul className={`plain-list ${styles.doors}`}>
      {doors.map(({ page, icon: Icon, title, sub }, index) => (
        <li key={page}>
          <button type="button" className={`card ${styles.door}`} data-first={index === 0 || undefined} onClick={() => onChoose(page)} data-testid={`door-${page}`}>
            <Icon size={24} stroke={1.5} aria-hidden />
            <span>
              <b>{title}</b>
              <span className="muted">{sub}</span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

export function WelcomeScreen(): ReactNode {
  const { t } = useWords();
  const queries = useQueryClient();
  const home = useStatus().data?.home;
  const hasHome = home !== undefined && home !== null;
  const [location, navigate] = useLocation();
  const asked = location.split('/')[2];
  const [page, setPage] = useState<Page>(asked === 'folders' || asked === 'open' || asked === 'sample' ? asked : 'start');
  const [answers, setAnswers] = useState<Answers>(noAnswers);
  const [neededBytes, setNeeded] = useState(0);
  const [ran, setRan] = useState<'no' | 'snapshot' | 'proved'>('no');
  const beingMade = useHomeBeingMade() !== undefined;
  useEffect(() => {
    if (beingMade) setPage('earlier');
  }, [beingMade]);
  const change = (next: Partial<Answers>): void => setAnswers((before) => ({ ...before, ...next }));
  const leave = (to: string): void => {
    // The home is there now: whatever was asked before it existed is asked again.
    void queries.invalidateQueries().finally(() => navigate(to));
  };
  const back = (): void => (hasHome ? navigate('/') : setPage('start'));

  /** Skipped so much that there is nothing to copy: the home alone is made. */
  const finishEmpty = (): void => setPage('empty');

  switch (page) {
    case 'start':
      return (
        <Frame page={page} title={t('hi.title')} sub={t('hi.sub')}>
          <Start hasHome={hasHome} onChoose={setPage} />
        </Frame>
      );
    case 'folders':
      return (
        <Frame page={page} step={1} title={t('hi.foldersHead')} sub={t('hi.foldersSub')}>
          <FoldersPage answers={answers} onChange={change} onTotal={setNeeded} onNext={() => setPage('place')} onSkip={finishEmpty} />
        </Frame>
      );
    case 'place':
      return (
        <Frame page={page} step={2} title={t('hi.placeHead')} sub={t('hi.placeSub')}>
          <PlacePage
            answers={answers}
            hasHome={hasHome}
            neededBytes={neededBytes}
            onNext={(chosen) => {
              change(chosen);
              setPage(chosen.place?.kind === 'repository' ? 'run' : 'password');
            }}
            onSkip={finishEmpty}
            onBack={() => setPage('folders')}
          />
        </Frame>
      );
    case 'password':
      return (
        <Frame page={page} step={3} title={t('hi.passHead')} sub={t('hi.passSub')}>
          <PasswordPage answers={answers} asksStore={!hasHome} onChange={change} onNext={() => setPage('run')} onBack={() => setPage('place')} />
        </Frame>
      );
    case 'run':
      return (
        <Frame page={page} title={ran === 'proved' ? t('hi.doneHead') : t('hi.runHead')} sub={ran === 'proved' ? t('hi.doneSub') : t('hi.runSub')}>
          <RunPage answers={answers} onBack={() => setPage('place')} onDone={() => leave('/')} onSnapshot={(proved) => setRan(proved ? 'proved' : 'snapshot')} />
        </Frame>
      );
    case 'open':
      return (
        <Frame page={page} title={t('hi.openHead')} sub={t('hi.openSub')}>
          <OpenPage hasHome={hasHome} onBack={back} onDone={() => leave('/snapshots')} />
        </Frame>
      );
    case 'earlier':
      return <EarlierHome onBack={back} onLeave={leave} />;
    case 'sample':
      return (
        <Frame page={page} title={t('hi.sample')} sub={t('hi.sampleSub')}>
          <SamplePage hasHome={hasHome} withSample onBack={back} onDone={() => leave('/')} />
        </Frame>
      );
    case 'empty':
      return (
        <Frame page={page} title={t('hi.finishEmpty')} sub={t('overview.emptySub')}>
          <SamplePage hasHome={hasHome} withSample={false} onBack={() => setPage('folders')} onDone={() => leave('/')} />
        </Frame>
      );
  }
}
