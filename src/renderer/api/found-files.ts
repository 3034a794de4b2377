// Files of all snapshots by a part of their name, while somebody types: a short pause, then a search of which the strip at the foot says nothing. What is
// typed on ends it.
import { useEffect, useState } from 'react';
import type { FoundName } from '../../contract/names.ts';
import { useEngine } from './engine.tsx';

const pauseMs = 300;
const fewestLetters = 3;
const mostFiles = 6;

export interface FoundFiles {
  found: readonly FoundName[];
  looking: boolean;
}

const nothing: FoundFiles = { found: [], looking: false };

export function useFoundFiles(text: string): FoundFiles {
  const { line, board } = useEngine();
  const [files, setFiles] = useState(nothing);
  const name = text.trim();
  useEffect(() => {
    setFiles(nothing);
    if (name.length < fewestLetters) return;
    let taskId: string | undefined;
    let over = false;
    const look = async (): Promise<void> => {
      setFiles({ found: [], looking: true });
      ({ taskId } = await line.client.names.find({ pattern: name, ignoreCase: true, type: 'file', limit: mostFiles }));
      board.dismiss(taskId);
      if (over) return stop();
      const { result } = await board.follow(taskId);
      taskId = undefined;
      if (!over) setFiles({ found: result?.kind === 'find' ? result.names.matches : [], looking: false });
    };
    const stop = (): void => {
      if (taskId !== undefined) line.client.system.tasks.cancel({ id: taskId }).catch(() => undefined);
    };
    const timer = setTimeout(() => {
      // Why it could not look is told by the page that looks for files; here the way there is enough.
      look().catch(() => !over && setFiles(nothing));
    }, pauseMs);
    return () => {
      over = true;
      clearTimeout(timer);
      stop();
    };
  }, [board, line, name]);
  return files;
}
