// One alert: what happened, what it means, what to do; why it fired behind a fold; and what a person can say to it.
import { Button, Menu } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Alert, Quiet } from '../../../contract/alerts.ts';
import type { MessageKey } from '../../../contract/copy/catalogue.ts';
import { describeAlert } from '../../../contract/copy/alerts.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatSpan, formatWhen } from '../../../contract/copy/values.ts';
import type { VarveClient } from '../../../contract/index.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Link } from 'wouter';
import { Shape, type Tone } from '../../ui/Shape.tsx';
import { Moment, Sentence, useNow, useWords } from '../../ui/words.tsx';
import { untilTimes } from './until.ts';
import { useSay } from './queries.ts';
import styles from './Alerts.module.css';

const tones: Record<Alert['severity'], Tone> = { critical: 'bad', warning: 'attention', info: 'info' };

/** Where a person goes on. */
function placeOf({ facts }: Alert): { path: string; key: MessageKey } | undefined {
  if (facts.code === 'integrity_record') return { path: '/log', key: 'alerts.openRecord' };
  const repository = facts.code === 'disk_space' ? (facts.holds === 'repository' ? facts.name : undefined) : 'repository' in facts ? facts.repository : undefined;
  if (repository === undefined && 'jobName' in facts) return { path: `/jobs/${encodeURIComponent(facts.jobName)}`, key: 'alerts.openJob' };
  return repository === undefined ? undefined : { path: `/repositories/${encodeURIComponent(repository)}`, key: 'alerts.openRepository' };
}

function QuietLine({ quiet }: { quiet: Quiet }): ReactNode {
  const { t, language } = useWords();
  const now = useNow();
  const safe = (text: string): string => visibleText(text, true);
  if (quiet.by === 'inhibited') return t(quiet.why === 'paused' ? 'alerts.isPaused' : quiet.why === 'unreachable' ? 'alerts.isUnreachable' : 'alerts.isOffline');
  const until = formatWhen(language, new Date(quiet.until), now);
  if (quiet.by === 'silence') return t('alerts.isSilent', { when: until, who: safe(quiet.who), reason: safe(quiet.reason) });
  return quiet.note === '' ? t('alerts.isOnIt', { who: safe(quiet.who), when: until }) : t('alerts.isOnItNote', { who: safe(quiet.who), note: safe(quiet.note) });
}

function Actions({ alert, title }: { alert: Alert; title: string }): ReactNode {
  const { t } = useWords();
  const now = useNow();
  const say = useSay();
  const { id, quiet, can } = alert;
  const to = placeOf(alert);
  const button = (label: string, work: (client: VarveClient) => Promise<unknown>, variant: 'filled' | 'default' = 'default'): ReactNode => (
    <Button variant={variant} disabled={say.isPending} onClick={() => say.mutate(work)} aria-label={`${label}: ${title}`}>
      {label}
    </Button>
  );
  const silence = (until: Date): void => say.mutate((client) => client.alerts.silence({ alert: id, until: until.toISOString(), reason: t('alerts.saidOnScreen') }));
  return (
    <>
      <div className={styles.actions}>
        {quiet?.by === 'acknowledged' ? button(t('alerts.unacknowledge'), (client) => client.alerts.unacknowledge({ alert: id })) : button(t('alerts.acknowledge'), (client) => client.alerts.acknowledge({ alert: id }), quiet === null ? 'filled' : 'default')}
        {quiet?.by === 'silence' && button(t('alerts.unsilence'), (client) => client.alerts.unsilence({ silence: quiet.silenceId }))}
        {can.silence && quiet?.by !== 'silence' && (
          <Menu position="bottom-start">
            <Menu.Target>
              <Button variant="default" disabled={say.isPending} aria-label={`${t('alerts.silence')}: ${title}`}>
                {t('alerts.silence')}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {untilTimes(now).map(({ key, at }) => (
                <Menu.Item key={key} onClick={() => silence(at)}>
                  {t(key)}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
        {can.expect && button(t('alerts.expected'), (client) => client.alerts.expected({ alert: id }))}
        {to !== undefined && <Link href={to.path}>{t(to.key)}</Link>}
        {can.resolve && button(t('alerts.resolve'), (client) => client.alerts.resolve({ alert: id }))}
      </div>
      {say.isError && <ErrorNotice error={say.error} compact />}
    </>
  );
}

function Solved({ alert }: { alert: Alert }): ReactNode {
  const { t, language } = useWords();
  const now = useNow();
  if (alert.resolvedAt === null) return null;
  const when = formatWhen(language, new Date(alert.resolvedAt), now);
  return t(alert.resolvedBy === 'person' ? 'alerts.solvedBy' : 'alerts.solvedAfter', { when, span: formatSpan(language, (Date.parse(alert.resolvedAt) - Date.parse(alert.since)) / 1000) });
}

export function AlertCard({ alert, focused }: { alert: Alert; focused: boolean }): ReactNode {
  const { t, language } = useWords();
  const now = useNow();
  const { title, what, meaning, next, why, less } = describeAlert(language, alert, now);
  const solved = alert.state === 'resolved';
  return (
    <li className={`card ${styles.alert}`} data-testid="alert" data-code={alert.facts.code} data-severity={alert.severity} aria-current={focused ? 'true' : undefined}>
      <Shape tone={solved ? 'good' : alert.quiet === null ? tones[alert.severity] : 'unknown'} size={20} />
      <div className={styles.body}>
        <h2 className={styles.name}>{title}</h2>
        <p className="muted">
          {t(`alerts.severity.${alert.severity}`)} · <Sentence of="alerts.since" slots={{ when: <Moment at={alert.since} form="when" /> }} />
          {alert.lastToldAt !== null && (
            <>
              {' · '}
              <Sentence of="alerts.told" slots={{ when: <Moment at={alert.lastToldAt} /> }} />
            </>
          )}
        </p>
        {solved ? (
          <p>
            <Solved alert={alert} />
          </p>
        ) : (
          <>
            {alert.quiet !== null && (
              <p className={styles.quiet}>
                <QuietLine quiet={alert.quiet} />
              </p>
            )}
            <p>
              {what} {meaning}
            </p>
            <p className="strong">{next}</p>
          </>
        )}
        <details>
          <summary>{t('alerts.why')}</summary>
          <p>{why}</p>
          <p className="muted">{less}</p>
        </details>
        {!solved && <Actions alert={alert} title={title} />}
      </div>
    </li>
  );
}
