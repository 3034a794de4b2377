// The end of the program, in one order whoever asks for it: the last snapshots where a plan wants one, flag, windows, engine, exit. Closing the window hides it as long as the flag is
// down; before-quit raises it. On a Windows log-off before-quit does not come: the window's `session-end` leads here instead.
import type { App } from 'electron';

export interface Quitting {
  /** True once the end has begun: closing no longer hides. */
  begun(): boolean;
  /** The session of the computer ends; there may be only moments left. */
  sessionEnds(): void;
}

export interface QuitDeps {
  /** What comes before the end, when a person asked for it; undefined: nothing. Resolves with what became of the wish to quit. */
  before(): Promise<'quit' | 'stay'> | undefined;
  /** Quit was asked for again while that is under way. */
  askedAgain(): void;
  stopEngine(): Promise<void>;
  removeTray(): void;
  report(message: string): void;
}

export function arrangeQuit(app: Pick<App, 'on' | 'quit'>, deps: QuitDeps): Quitting {
  let begun = false;
  let ready = false;
  let waiting = false;
  let ending: Promise<void> | undefined;
  let ended = false;

  const end = (): Promise<void> => {
    ending ??= deps
      .stopEngine()
      .catch((error: unknown) => deps.report(`the engine did not end well: ${String(error)}`))
      .then(() => {
        ended = true;
        deps.removeTray();
      });
    return ending;
  };

  app.on('before-quit', (event) => {
    if (begun || ready) {
      begun = true;
      return;
    }
    if (waiting) {
      event.preventDefault();
      return deps.askedAgain();
    }
    const before = deps.before();
    if (before === undefined) {
      begun = true;
      return;
    }
    event.preventDefault();
    waiting = true;
    void before.then((answer) => {
      waiting = false;
      ready = answer === 'quit';
      if (ready) app.quit();
    });
  });
  app.on('will-quit', (event) => {
    if (ended) return;
    event.preventDefault(); // the engine closes its databases first
    void end().then(() => app.quit());
  });
  app.on('window-all-closed', () => {
    // Reached only when closing did not hide: then the window was the program. macOS programs stay without one.
    if (process.platform !== 'darwin') app.quit();
  });
  return {
    begun: () => begun,
    sessionEnds: () => {
      begun = true;
      void end();
    }
  };
}
