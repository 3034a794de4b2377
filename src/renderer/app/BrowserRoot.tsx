// The way in from a browser: one-time code, kept token, or the sign-in page.
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import type { Cell } from '../api/cell.ts';
import { createBrowserLine } from '../api/line.ts';
import { exchangeCode, keepToken, keptToken, takeCode, type Token } from '../api/sign-in.ts';
import type { Preferences } from '../ui/preferences.ts';
import { App, Starting } from './App.tsx';
import { SignIn } from './SignIn.tsx';

// Read once, before anything else can look at the address.
const code = takeCode();
const exchanged = code === undefined ? undefined : exchangeCode(code);

export function BrowserRoot({ preferences }: { preferences: Cell<Preferences> }): ReactNode {
  const [token, setToken] = useState<Token | undefined>(() => (code === undefined ? keptToken(new Date()) : undefined));
  const [exchanging, setExchanging] = useState(code !== undefined);
  const [reason, setReason] = useState<'expired' | 'refused' | undefined>();
  const line = useMemo(() => (token === undefined ? undefined : createBrowserLine(token)), [token]);

  useEffect(() => {
    if (exchanged === undefined) return;
    exchanged
      .then((fresh) => {
        if (fresh) keepToken(fresh);
        else setReason('expired');
        setToken(fresh ?? keptToken(new Date()));
      })
      .catch(() => setReason('expired'))
      .finally(() => setExchanging(false));
  }, []);

  const enter = (value: string): void => {
    const pasted = { value, expiresAt: undefined };
    keepToken(pasted);
    setReason('refused');
    setToken(pasted);
  };
  if (exchanging) return <Starting />;
  const signIn = <SignIn onToken={enter} {...(reason ? { reason } : {})} />;
  return line === undefined ? signIn : <App line={line} preferences={preferences} signIn={signIn} />;
}
