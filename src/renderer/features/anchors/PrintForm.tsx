// The newest checkpoint to take away: printed as a sheet, or copied and saved as text. The sheet is the engine's own page; here it is only put
// where the printer sees it, apart from the console's styles.
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { useClient } from '../../api/queries.ts';
import { downloadText } from '../../ui/download.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useWords } from '../../ui/words.tsx';
import { useRefreshAnchors } from './queries.ts';
import styles from './Anchors.module.css';

function PaperSheet({ html }: { html: string }): ReactNode {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const root = host.current?.shadowRoot ?? host.current?.attachShadow({ mode: 'open' });
    if (!root) return;
    const page = new DOMParser().parseFromString(html, 'text/html');
    root.replaceChildren(...page.head.querySelectorAll('style'), ...page.body.children);
    window.print();
  }, [html]);
  return createPortal(<div ref={host} className="print-sheet" aria-hidden="true" data-testid="paper-sheet" />, document.body);
}

export function PrintForm(): ReactNode {
  const { t, language } = useWords();
  const client = useClient();
  const refresh = useRefreshAnchors();
  const make = (): ReturnType<typeof client.anchors.sheet> => client.anchors.sheet({ language });
  const print = useMutation({ mutationFn: make, onSuccess: refresh });
  const save = useMutation({
    mutationFn: make,
    onSuccess: ({ fileName, html }) => {
      downloadText(fileName, html);
      return refresh();
    }
  });
  const copy = useMutation({ mutationFn: async () => navigator.clipboard.writeText((await client.checkpoints.sign({})).note) });
  const keep = useMutation({
    mutationFn: async () => {
      const { size, note } = await client.checkpoints.sign({});
      downloadText(`varve-${size}.checkpoint`, note);
    }
  });
  const failed = [print, save, copy, keep].find((each) => each.isError);
  const made = print.data ?? save.data;
  return (
    <section className={`card ${styles.way}`} aria-labelledby="anchor-print">
      <h2 id="anchor-print">{t('anchors.print')}</h2>
      <p className="muted">{t('anchors.printSub')}</p>
      <div className={styles.buttons}>
        <Button onClick={() => print.mutate()} loading={print.isPending}>
          {t('anchors.printDo')}
        </Button>
        <Button variant="default" onClick={() => save.mutate()} loading={save.isPending}>
          {t('anchors.download')}
        </Button>
        <Button variant="default" onClick={() => copy.mutate()} loading={copy.isPending}>
          {copy.isSuccess ? t('word.copied') : t('anchors.copy')}
        </Button>
        <Button variant="default" onClick={() => keep.mutate()} loading={keep.isPending}>
          {t('anchors.saveCheckpoint')}
        </Button>
      </div>
      {failed && <ErrorNotice error={failed.error} compact />}
      {made && (
        <p role="status" data-testid="sheet-made">
          {t('anchors.sheetMade', { size: made.anchor.size })}
        </p>
      )}
      {print.data && <PaperSheet html={print.data.html} />}
    </section>
  );
}
