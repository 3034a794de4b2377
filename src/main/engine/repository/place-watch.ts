// Drives come and go without telling: a host that stays looks at the places of its repositories again and again. Those that are away every few
// seconds, since somebody may be waiting for them; those that are there once a minute, so that a disk may sleep.
import type { Clock } from '../ports.ts';
import type { RepositoryRow } from './model.ts';
import type { PlaceFacts } from './place.ts';

const roundMs = 4_000;
/** Places that were there are looked at in every so many rounds. */
const calmRounds = 15;

export interface PlaceWatchDeps {
  clock: Pick<Clock, 'setTimer'>;
  rows(): readonly RepositoryRow[];
  look(row: RepositoryRow): Promise<PlaceFacts>;
  /** A place changed: something came, went, or was exchanged. */
  onChange(): void;
}

export interface PlaceWatch {
  start(): void;
  stop(): void;
}

export function createPlaceWatch({ clock, rows, look, onChange }: PlaceWatchDeps): PlaceWatch {
  const seen = new Map<string, string>();
  let running = false;
  let rounds = 0;
  let cancelTimer = (): void => undefined;

  const lookAt = async (row: RepositoryRow): Promise<boolean> => {
    const { state, configHash } = await look(row);
    const now = `${state} ${configHash ?? ''}`;
    const before = seen.get(row.id);
    seen.set(row.id, now);
    return before !== undefined && before !== now;
  };

  const round = async (): Promise<void> => {
    const calm = rounds++ % calmRounds === 0;
    const due = rows().filter((row) => calm || !seen.get(row.id)?.startsWith('ready'));
    // One that cannot be asked now is asked again in the next round.
    const changed = await Promise.all(due.map((row) => lookAt(row).catch(() => false)));
    if (!running) return;
    if (changed.includes(true)) onChange();
    cancelTimer = clock.setTimer(roundMs, () => void round());
  };

  return {
    start: () => {
      if (running) return;
      running = true;
      void round();
    },
    stop: () => {
      running = false;
      cancelTimer();
    }
  };
}
