// Which addresses are ours, and which may be handed to the person's browser. Pure.

export const scheme = 'varve';
export const origin = `${scheme}://app`;

/** The only addresses that are ever handed to the person's browser. */
const externalHosts: ReadonlySet<string> = new Set(['restic.net', 'restic.readthedocs.io', 'www.electronjs.org', 'github.com']);

/** True for an address of our own page. Compared by parsed parts: a prefix test would let `varve://app.evil` and `varve://app@evil` in. */
export function isOwnAddress(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && url.protocol === `${scheme}:` && url.host === 'app' && url.username === '' && url.password === '';
}

export function mayOpenExternally(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && url.protocol === 'https:' && url.port === '' && url.username === '' && url.password === '' && externalHosts.has(url.hostname);
}
