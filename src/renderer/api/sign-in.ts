// Signing in from a browser: a one-time code in the address's fragment is exchanged for a bearer token kept in sessionStorage.
// The fragment is removed at once, so that the code stays in no history entry.

export interface Token {
  value: string;
  /** ISO instant; undefined for a pasted API token. */
  expiresAt: string | undefined;
}

const storageKey = 'varve.token';

export function takeCode(): string | undefined {
  const match = /^#code=([^&]+)/.exec(window.location.hash);
  if (!match?.[1]) return undefined;
  window.history.replaceState(null, '', `${window.location.pathname}${window.location.search}`);
  return decodeURIComponent(match[1]);
}

export async function exchangeCode(code: string): Promise<Token | undefined> {
  const response = await fetch('/auth/exchange', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ code }) });
  if (!response.ok) return undefined;
  const body = (await response.json()) as { token?: unknown; expiresAt?: unknown };
  if (typeof body.token !== 'string') return undefined;
  return { value: body.token, expiresAt: typeof body.expiresAt === 'string' ? body.expiresAt : undefined };
}

export function keepToken(token: Token): void {
  sessionStorage.setItem(storageKey, JSON.stringify(token));
}

export function keptToken(now: Date): Token | undefined {
  const text = sessionStorage.getItem(storageKey);
  if (text === null) return undefined;
  try {
    const token = JSON.parse(text) as Token;
    if (typeof token.value === 'string' && (token.expiresAt === undefined || new Date(token.expiresAt) > now)) return token;
  } catch {
    // An unreadable token is as good as none: it is forgotten below and the page asks.
  }
  forgetToken();
  return undefined;
}

export function forgetToken(): void {
  sessionStorage.removeItem(storageKey);
}
