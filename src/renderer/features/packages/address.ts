/** Where a package is opened. */
export function openAddress(path: string): string {
  return `/packages/open/${encodeURIComponent(path)}`;
}
