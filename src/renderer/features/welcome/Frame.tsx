// The welcome's page: brand, language and colours at the top, one question in the middle.
import { Button, useMantineColorScheme } from '@mantine/core';
import { IconMoon, IconSun } from '@tabler/icons-react';
import { useEffect, useRef, type ReactNode } from 'react';
import { usePreferences } from '../../api/preferences-context.ts';
import { Brand } from '../../ui/Shape.tsx';
import { useWords } from '../../ui/words.tsx';
import styles from './Welcome.module.css';

interface FrameProps {
  children: ReactNode;
  page: string;
  step?: number;
  /** How many steps; not given: the three questions. */
  of?: number;
  /** A person came here from another page: the heading gets the focus, as on a change of pages. */
  arrived?: boolean;
  title: string;
  sub: string;
}

export function Frame({ children, page, step, of, arrived = false, title, sub }: FrameProps): ReactNode {
  const { t, language } = useWords();
  const preferences = usePreferences();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const head = useRef<HTMLHeadingElement>(null);
  const dark = colorScheme === 'dark' || (colorScheme === 'auto' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  const first = useRef(!arrived);
  useEffect(() => {
    document.title = `${title} · Varve`;
    if (first.current) first.current = false;
    else head.current?.focus();
  }, [page, title]);
  return (
    <div className={styles.page}>
      <header className={styles.top}>
        <span className={styles.brand}>
          <Brand size={24} /> Varve
        </span>
        <span className="grow" />
        <Button variant="subtle" lang={language === 'en' ? 'pt-BR' : 'en'} onClick={() => preferences.update((before) => ({ ...before, language: language === 'en' ? 'pt-BR' : 'en' }))} data-testid="switch-language">
          {language === 'en' ? 'Português' : 'English'}
        </Button>
        <Button variant="subtle" px={8} aria-label={t('palette.theme')} onClick={() => setColorScheme(dark ? 'light' : 'dark')}>
          {dark ? <IconSun size={17} /> : <IconMoon size={17} />}
        </Button>
      </header>
      <main className={styles.main} data-testid="welcome" data-page={page}>
        {step !== undefined && (
          <p className={styles.step}>
            {Array.from({ length: of ?? 3 }, (_, at) => (
              <i key={at} data-on={at < step || undefined} />
            ))}
            <span className="muted">{t(of === undefined ? 'hi.step' : 'earlier.step', { step, total: of ?? 3 })}</span>
          </p>
        )}
        <h1 ref={head} tabIndex={-1}>
          {title}
        </h1>
        <p className={`muted ${styles.sub}`}>{sub}</p>
        {children}
      </main>
    </div>
  );
}
