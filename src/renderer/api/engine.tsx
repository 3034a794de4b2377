// Gives every screen the client, the task board and the latest announcements, and keeps cached answers true to the engine's events.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import type { EngineEvent } from '../../contract/events.ts';
import { createCell, useCell, type Cell } from './cell.ts';
import { isFailure } from './failure.ts';
import { followEngine } from './follow.ts';
import type { Line } from './line.ts';
import { createTaskBoard, type TaskBoard, type TaskTable } from './tasks.ts';

interface Engine {
  line: Line;
  board: TaskBoard;
  /** Entries in the log as last announced; undefined until then. */
  logEntries: Cell<number | undefined>;
  /** What a person was told since the page was opened and has not put away; the newest last. */
  notices: Cell<readonly Notice[]>;
  /** All that was told since the page was opened, put away or not; the newest last. */
  told: Cell<readonly Notice[]>;
}

export type Notice = Extract<EngineEvent, { kind: 'notify' }> & { at: string };
const mostNotices = 3;
const mostTold = 50;

const EngineContext = createContext<Engine | undefined>(undefined);

type ChangedWhat = Extract<EngineEvent, { kind: 'changed' }>['what'];

/** First elements of the query keys that a change makes old. */
export const staleAfter: Record<ChangedWhat, readonly string[]> = {
  home: ['status', 'settings', 'plans', 'repositories', 'snapshots', 'log', 'verify', 'anchors', 'tokens', 'sample', 'jobs', 'runs', 'scheduler'],
  settings: ['settings', 'status', 'packages'],
  repositories: ['repositories', 'snapshots', 'plans', 'doctor', 'jobs'],
  plans: ['plans', 'snapshots', 'doctor', 'jobs'],
  snapshots: ['snapshots', 'plans', 'repositories'],
  restores: ['restores'],
  tokens: ['tokens'],
  verify: ['verify', 'status'],
  sample: ['sample', 'plans', 'repositories', 'snapshots'],
  jobs: ['jobs', 'scheduler'],
  runs: ['runs', 'jobs', 'scheduler'],
  alerts: ['alerts'],
  secrets: ['secrets', 'jobs'],
  packages: ['packages']
};

/** Answers that later snapshots change, but that must not move under whoever reads them: the next one who opens them asks again. */
const oldWithSnapshots = ['find', 'history'];

const logQuietMs = 400;

export function EngineProvider({ line, children }: { line: Line; children: ReactNode }): ReactNode {
  const [queryClient] = useState(
    () => new QueryClient({ defaultOptions: { queries: { staleTime: 30_000, refetchOnWindowFocus: false, retry: (count, error) => count < 1 && isFailure(error, 'TIMED_OUT') }, mutations: { retry: false } } })
  );
  const engine = useMemo<Engine>(() => ({ line, board: createTaskBoard(line.client), logEntries: createCell<number | undefined>(undefined), notices: createCell<readonly Notice[]>([]), told: createCell<readonly Notice[]>([]) }), [line]);

  useEffect(() => {
    const stop = new AbortController();
    let logTimer: ReturnType<typeof setTimeout> | undefined;
    let everConnected = false;
    const onEvent = (event: EngineEvent): void => {
      if (event.kind === 'task') engine.board.take(event.task);
      else if (event.kind === 'notify') {
        const notice = { ...event, at: new Date().toISOString() };
        const withIt = (before: readonly Notice[], most: number): Notice[] => [...before.filter(({ id }) => id !== notice.id), notice].slice(-most);
        engine.notices.update((before) => withIt(before, mostNotices));
        engine.told.update((before) => withIt(before, mostTold));
      }
      else if (event.kind === 'changed') {
        for (const key of staleAfter[event.what]) void queryClient.invalidateQueries({ queryKey: [key] });
        if (staleAfter[event.what].includes('snapshots')) for (const key of oldWithSnapshots) void queryClient.invalidateQueries({ queryKey: [key], refetchType: 'none' });
      }
      else if (event.kind === 'log') {
        engine.logEntries.set(event.entries);
        logTimer ??= setTimeout(() => {
          logTimer = undefined;
          void queryClient.invalidateQueries({ queryKey: ['log', 'latest'] });
          // Anchors, too, are entries; another process may have recorded one.
          void queryClient.invalidateQueries({ queryKey: ['anchors'] });
        }, logQuietMs);
      }
    };
    const onConnected = (): void => {
      void line.client.system.tasks.list({}).then((tasks) => tasks.forEach((task) => engine.board.take(task)), () => {});
      if (everConnected) void queryClient.invalidateQueries();
      everConnected = true;
    };
    void followEngine({ line, onEvent, onConnected, signal: stop.signal });
    return () => {
      stop.abort();
      clearTimeout(logTimer);
    };
  }, [engine, line, queryClient]);

  return (
    <EngineContext.Provider value={engine}>
      <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
    </EngineContext.Provider>
  );
}

export function useEngine(): Engine {
  const engine = useContext(EngineContext);
  if (!engine) throw new Error('useEngine outside EngineProvider');
  return engine;
}

export function useTasks(): TaskTable {
  return useCell(useEngine().board.tasks);
}
