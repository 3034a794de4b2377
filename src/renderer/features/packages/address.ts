/** Where a package is opened. Encoded twice, because the router takes one layer off: a name with % or / in it arrives as it is. */
export function openAddress(path: string): string {
  return `/packages/open/${encodeURIComponent(encodeURIComponent(path))}`;
}

/** The path that an address names, as the router gives it; what somebody typed by hand and does not decode is taken as it is. */
export function openedPath(given: string | undefined): string {
  try {
    return decodeURIComponent(given ?? '');
  } catch {
    return given ?? '';
  }
}
