// A group of settings: heading, one sentence, contents.
import type { ReactNode } from 'react';
import styles from './Settings.module.css';

export function Section({ id, title, sub, action, children }: { id: string; title: string; sub?: string; action?: ReactNode; children?: ReactNode }): ReactNode {
  return (
    <section id={id} aria-labelledby={`${id}-title`} className={styles.section}>
      <div className={styles.sectionHead}>
        <div className="grow">
          <h2 id={`${id}-title`}>{title}</h2>
          {sub !== undefined && <p className="muted">{sub}</p>}
        </div>
        {action}
      </div>
      {children}
    </section>
  );
}
