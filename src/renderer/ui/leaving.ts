// Work that is typed and not saved holds the page: whoever goes elsewhere in the console, closes the tab or the window is asked first. The screen that has it
// says so with `useUnsaved`; the router asks `useHeldLocation` where it is; the dialog (app/LeaveDialog.tsx) shows `question`.
import { useEffect, useSyncExternalStore } from 'react';
import { navigate as go } from 'wouter/use-hash-location';
import { createCell } from '../api/cell.ts';

interface Held {
  /** Where it was typed. */
  at: string;
  /** What it belongs to, as people call it. */
  what: string;
  /** Throws it away. */
  discard(): void;
}

interface Question {
  what: string;
  /** Throws the work away and goes where the person wanted to go. */
  leave(): void;
}

type Options = Parameters<typeof go>[1];

/** The unsaved work there is; undefined: none. */
export const held = createCell<Held | undefined>(undefined);
/** Asked at the moment. */
export const question = createCell<Question | undefined>(undefined);

const here = (): string => `/${window.location.hash.replace(/^#?\/?/, '')}`;

/** Where the person is: with unsaved work where that is, whatever the address says for a moment. */
const whereabouts = (): string => held.get()?.at ?? here();

function ask({ what, discard }: Held, leave: () => void): void {
  question.set({
    what,
    leave: () => {
      discard();
      held.set(undefined);
      question.set(undefined);
      leave();
    }
  });
}

function onHashChange(): void {
  const now = held.get();
  if (now === undefined || here() === now.at) return;
  // "Back", or an address that was typed: it has changed already. The page's own goes on top of it until the answer is there, and comes off again to leave.
  window.history.pushState(null, '', `#${now.at}`);
  ask(now, () => window.history.back());
}

function subscribe(listener: () => void): () => void {
  const heard = (): void => {
    onHashChange();
    listener();
  };
  window.addEventListener('hashchange', heard);
  const forget = held.subscribe(listener);
  return () => {
    window.removeEventListener('hashchange', heard);
    forget();
  };
}

function navigate(to: string, options?: Options): void {
  const now = held.get();
  if (now === undefined || to === now.at) go(to, options);
  else ask(now, () => go(to, options));
}

/** wouter's hash location, which stays where unsaved work is until the person has said what becomes of it. */
export const useHeldLocation = Object.assign((): [string, typeof navigate] => [useSyncExternalStore(subscribe, whereabouts), navigate], { hrefs: (path: string) => `#${path}` });

/** Holds the page while `dirty`. `what`: what it belongs to. `discard` is called when the person throws it away; the page is left after that. */
export function useUnsaved(dirty: boolean, what: string, discard: () => void): void {
  useEffect(() => {
    if (!dirty) return;
    held.set({ at: here(), what, discard });
    return () => {
      held.set(undefined);
      question.set(undefined);
    };
    // What is typed meanwhile changes nothing of it.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [dirty, what]);
}

/** Lets the page be left without a question: the person has said already what becomes of it. */
export function letGo(): void {
  held.set(undefined);
}
