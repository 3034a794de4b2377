// The welcome's page: brand, language and colours at the top, one question in the middle.
import { Button, useMantineColorScheme } from '@mantine/core';
import { IconMoon, IconSun } from '@tabler/icons-react';
import { useEffect, useRef, type ReactNode } from 'react';
import { usePreferences } from '../../api/preferences-context.ts';
import { Brand } from '../../ui/Shape.tsx';
import { useWords } from '../../ui/words.tsx';
import styles from './Welcome.module.css';

export function Frame({ children, page, step, title, sub }: { children: ReactNode; page: string; step?: number; title: string; sub: string }): ReactNode {
  const { t, language } = useWords();
  const preferences = usePreferences();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const head = useRef<HTMLHeadingElement>(null);
  const dark = colorScheme === 'dark' || (colorScheme === 'auto' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  const first = useRef(true);
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
            {[1, 2, 3].map((number) => (
              <i key={number} data-on={number <= step || undefined} />
            ))}
            <span className="muted">{t('hi.step', { step, total: 3 })}</span>
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
