// The console as a whole: look, language, line, routes. Screens are loaded when first opened.
import { MantineProvider, useMantineColorScheme } from '@mantine/core';
import { Suspense, lazy, useEffect, type ComponentType, type ReactNode } from 'react';
import { Route, Router, Switch, useLocation } from 'wouter';
import { useCell, type Cell } from '../api/cell.ts';
import { EngineProvider } from '../api/engine.tsx';
import type { Line } from '../api/line.ts';
import { PreferencesContext } from '../api/preferences-context.ts';
import { useClient, useSettings, useStatus } from '../api/queries.ts';
import { RestoreDraftProvider } from '../api/restore-draft.tsx';
import { ErrorNotice } from '../ui/ErrorNotice.tsx';
import { Instead } from '../ui/Instead.tsx';
import { useHeldLocation } from '../ui/leaving.ts';
import { resolveLanguage, type Preferences } from '../ui/preferences.ts';
import { Brand } from '../ui/Shape.tsx';
import { cssVariables, theme } from '../ui/theme.ts';
import { LanguageProvider, useWords } from '../ui/words.tsx';
import { OverviewScreen } from '../features/overview/index.tsx';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { LeaveDialog } from './LeaveDialog.tsx';
import { QuitDialog } from './QuitDialog.tsx';
import { screens } from './screens.ts';
import { Shell } from './Shell.tsx';
import styles from './shell.module.css';

function screen<K extends string>(load: () => Promise<Record<K, ComponentType>>, name: K): ComponentType {
  return lazy(async () => ({ default: (await load())[name] as ComponentType })) as ComponentType;
}

const WelcomeScreen = screen(() => import('../features/welcome/index.tsx'), 'WelcomeScreen');
const LogScreen = screen(() => import('../features/log/index.tsx'), 'LogScreen');
const AnchorsScreen = screen(() => import('../features/anchors/index.tsx'), 'AnchorsScreen');
const AlertsScreen = screen(() => import('../features/alerts/index.tsx'), 'AlertsScreen');
const SnapshotsScreen = screen(() => import('../features/snapshots/index.tsx'), 'SnapshotsScreen');
const FindScreen = screen(() => import('../features/files/index.tsx'), 'FindScreen');
const HistoryScreen = screen(() => import('../features/files/index.tsx'), 'HistoryScreen');
const CompareScreen = screen(() => import('../features/compare/index.tsx'), 'CompareScreen');
const MetricsScreen = screen(() => import('../features/metrics/index.tsx'), 'MetricsScreen');
const RepositoriesScreen = screen(() => import('../features/repositories/index.tsx'), 'RepositoriesScreen');
const RestoreScreen = screen(() => import('../features/restore/index.tsx'), 'RestoreScreen');
const PutBackScreen = screen(() => import('../features/restore/index.tsx'), 'PutBackScreen');
const TrialsScreen = screen(() => import('../features/trials/index.tsx'), 'TrialsScreen');
const NewTrialScreen = screen(() => import('../features/trials/index.tsx'), 'NewTrialScreen');
const PlansScreen = screen(() => import('../features/plans/index.tsx'), 'PlansScreen');
const PackagesScreen = screen(() => import('../features/packages/index.tsx'), 'PackagesScreen');
const OpenPackageScreen = screen(() => import('../features/packages/index.tsx'), 'OpenScreen');
const SecretsScreen = screen(() => import('../features/secrets/index.tsx'), 'SecretsScreen');
const JobsScreen = screen(() => import('../features/jobs/index.tsx'), 'JobsScreen');
const SettingsScreen = screen(() => import('../features/settings/index.tsx'), 'SettingsScreen');

export function Starting(): ReactNode {
  const { t } = useWords();
  return (
    <div className={styles.center}>
      <h1 className="visually-hidden">Varve</h1>
      <Brand size={36} />
      <p className="muted" role="status">
        {t('app.starting')}
      </p>
    </div>
  );
}

/** Keeps language, theme and the desktop's own menus as the home's settings say. */
function FollowSettings({ preferences, host }: { preferences: Cell<Preferences>; host: Line['host'] }): null {
  const settings = useSettings().data;
  const client = useClient();
  const { setColorScheme } = useMantineColorScheme();
  const language = settings?.language;
  const look = settings?.theme;
  useEffect(() => {
    if (language === undefined) return;
    preferences.update((before) => (before.language === language ? before : { ...before, language }));
    if (host === 'desktop') client.desktop.setLanguage({ language: resolveLanguage(language, navigator.languages) }).catch(() => undefined);
  }, [client, host, language, preferences]);
  useEffect(() => {
    if (look === undefined) return;
    setColorScheme(look === 'system' ? 'auto' : look);
    if (host === 'desktop') client.desktop.setTheme({ theme: look }).catch(() => undefined);
  }, [client, host, look, setColorScheme]);
  return null;
}

function Screens({ preferences, host }: { preferences: Cell<Preferences>; host: Line['host'] }): ReactNode {
  const { t } = useWords();
  const status = useStatus();
  const [location, navigate] = useLocation();
  const [, section = ''] = location.split('/');
  const noHome = status.data !== undefined && status.data.home === null;
  useEffect(() => {
    if (noHome && section !== 'welcome') navigate('/welcome', { replace: true });
  }, [navigate, noHome, section]);

  if (status.data === undefined) {
    return status.isError ? (
      <div className={styles.center}>
        <ErrorNotice error={status.error} onRetry={() => void status.refetch()} />
      </div>
    ) : (
      <Starting />
    );
  }
  if (noHome && section !== 'welcome') return <Starting />;
  if (section === 'welcome') {
    return (
      <ErrorBoundary>
        <Suspense fallback={<Starting />}>
          <WelcomeScreen />
        </Suspense>
      </ErrorBoundary>
    );
  }
  return (
    <Shell preferences={preferences}>
      <FollowSettings preferences={preferences} host={host} />
      <ErrorBoundary key={section}>
        <Suspense fallback={<Instead title={t(screens.find(({ path }) => path === `/${section}`)?.key ?? 'word.loading')} />}>
          <Switch>
            <Route path="/log/anchors" component={AnchorsScreen} />
            <Route path="/log/:seq?" component={LogScreen} />
            <Route path="/snapshots/:id?/*?" component={SnapshotsScreen} />
            <Route path="/find/:text?" component={FindScreen} />
            <Route path="/history/:of/*" component={HistoryScreen} />
            <Route path="/compare/:from?/:to?" component={CompareScreen} />
            <Route path="/metrics/:plan?" component={MetricsScreen} />
            <Route path="/repositories/:name?" component={RepositoriesScreen} />
            <Route path="/restore/back/:of?/*?" component={PutBackScreen} />
            <Route path="/restore/try/:of?/*?" component={NewTrialScreen} />
            <Route path="/restore/trials/:id?" component={TrialsScreen} />
            <Route path="/restore/:id?" component={RestoreScreen} />
            <Route path="/packages/open/:path?" component={OpenPackageScreen} />
            <Route path="/packages" component={PackagesScreen} />
            <Route path="/secrets/:name?" component={SecretsScreen} />
            <Route path="/alerts/:id?" component={AlertsScreen} />
            <Route path="/jobs/:first?/:second?" component={JobsScreen} />
            <Route path="/settings/plans/:id?" component={PlansScreen} />
            <Route path="/settings/:part?" component={SettingsScreen} />
            <Route component={OverviewScreen} />
          </Switch>
        </Suspense>
      </ErrorBoundary>
    </Shell>
  );
}

/** Language and look, for pages with and without a line. */
export function Dressed({ preferences, children }: { preferences: Cell<Preferences>; children: ReactNode }): ReactNode {
  const { language } = useCell(preferences);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <PreferencesContext value={preferences}>
        <LanguageProvider language={resolveLanguage(language, navigator.languages)}>{children}</LanguageProvider>
      </PreferencesContext>
    </MantineProvider>
  );
}

export function App({ line, preferences, signIn }: { line: Line; preferences: Cell<Preferences>; signIn: ReactNode }): ReactNode {
  const state = useCell(line.state);
  if (state.kind === 'signed-out') return signIn;
  return (
    <EngineProvider line={line}>
      <Router hook={useHeldLocation}>
        <RestoreDraftProvider>
          <Screens preferences={preferences} host={line.host} />
          <LeaveDialog />
          <QuitDialog />
        </RestoreDraftProvider>
      </Router>
    </EngineProvider>
  );
}
