// A broken screen must not take the others with it: says so, offers to load again.
import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { CopyButton, errorReport } from '../ui/ErrorNotice.tsx';
import { Shape } from '../ui/Shape.tsx';
import { useWords } from '../ui/words.tsx';

function Crashed({ error }: { error: unknown }): ReactNode {
  const { t } = useWords();
  return (
    <div className="card" role="alert" style={{ padding: 18, display: 'grid', gap: 6, maxWidth: 620 }}>
      <p className="row strong">
        <Shape tone="bad" size={20} /> {t('app.crashed')}
      </p>
      <p>{t('app.crashedMeaning')}</p>
      <p>{t('app.crashedNext')}</p>
      <div className="row" style={{ marginTop: 6 }}>
        <Button onClick={() => window.location.reload()}>{t('app.reload')}</Button>
        <CopyButton text={() => errorReport(error, new Date())} label={t('error.copyReport')} />
      </div>
    </div>
  );
}

interface BoundaryState {
  error: unknown;
  failed: boolean;
}

/** Give it a `key` per screen, so that another screen starts clean. */
export class ErrorBoundary extends Component<{ children: ReactNode }, BoundaryState> {
  override state: BoundaryState = { error: undefined, failed: false };

  static getDerivedStateFromError(error: unknown): BoundaryState {
    return { error, failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? <Crashed error={this.state.error} /> : this.props.children;
  }
}
