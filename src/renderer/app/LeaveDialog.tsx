// "Discard changes?": asked when a person is about to leave unsaved work, by a link, a shortcut, "back", or by closing the tab, where the browser itself asks.
// The desktop's window is told of it, so that closing or quitting asks first.
import { useEffect, type ReactNode } from 'react';
import { useCell } from '../api/cell.ts';
import { useEngine } from '../api/engine.tsx';
import { held, question } from '../ui/leaving.ts';
import { Sure } from '../ui/Sure.tsx';
import { useWords } from '../ui/words.tsx';

export function LeaveDialog(): ReactNode {
  const { t } = useWords();
  const { line } = useEngine();
  const what = useCell(held)?.what ?? null;
  const asked = useCell(question);
  useEffect(() => {
    if (line.host === 'desktop') {
      line.client.desktop.setUnsaved({ what }).catch(() => undefined);
      return;
    }
    if (what === null) return;
    const hold = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', hold);
    return () => window.removeEventListener('beforeunload', hold);
  }, [line, what]);
  if (asked === undefined) return null;
  return <Sure title={t('leave.title')} sub={t('leave.sub', { what: asked.what })} yes={t('leave.discard')} no={t('leave.stay')} onYes={asked.leave} onClose={() => question.set(undefined)} />;
}
